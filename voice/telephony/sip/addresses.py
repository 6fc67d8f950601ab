"""URIs, name-addresses and Via: read leniently where RFC 4475 allows, kept as they were written.

What is echoed or sent back (tags, URIs, route sets) is the peer's own text, never a rewritten one.
"""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from dataclasses import dataclass, field

from voice.telephony.sip import grammar
from voice.telephony.sip.errors import SipSyntaxError, UnsupportedScheme

Endpoint = tuple[str, int]
"""An IP address and a UDP port."""

DEFAULT_PORT = 5060
_USER = r"[A-Za-z0-9\-_.!~*'()&=+$,;?/%:#]*"
_SIP = re.compile(
    rf"(sips?):(?:({_USER})@)?({grammar.HOST})(?::([0-9]{{1,5}}))?((?:;[^;?@\s<>\"]+)*)",
    re.IGNORECASE,
)
_TEL = re.compile(r"(tel):([0-9A-Fa-f+*#.()\-]+)((?:;[^;?@\s<>\"]+)*)", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_DISPLAY_NAME = re.compile(r'[^"<>,;:@]*')
_BARE_ADDRESS = re.compile(r'([^<>\s;,?"]+)\s*(.*)', re.DOTALL)
_VIA = re.compile(
    rf"(SIP\s*/\s*[0-9.]+\s*/\s*([A-Za-z0-9\-.]+))\s+({grammar.HOST})(?:\s*:\s*([0-9]{{1,5}}))?"
    r"\s*(.*)",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Uri:
    """A sip, sips or tel URI; `text` is how it was written."""

    text: str
    scheme: str
    user: str | None
    host: str
    port: int | None
    parameters: dict[str, str | None] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Raises SipSyntaxError, or UnsupportedScheme for a URI of another kind."""
        if match := _SIP.fullmatch(text):
            scheme, user, host, port, rest = match.groups()
            user = urllib.parse.unquote(user.partition(":")[0]) if user else None
            return cls(
                text, scheme.lower(), user, host.lower(), _port(port), grammar.parameters(rest)
            )
        if match := _TEL.fullmatch(text):
            scheme, user, rest = match.groups()
            return cls(text, scheme.lower(), user, "", None, grammar.parameters(rest))
        if _SCHEME.fullmatch(text) and not re.match(r"(sips?|tel):", text, re.IGNORECASE):
            raise UnsupportedScheme(f"URI scheme of {grammar.printable(text)!r} is not known")
        raise SipSyntaxError(f"URI {grammar.printable(text)!r} is not valid")

    @property
    def target(self) -> tuple[str, str, str, int]:
        """Whom it names: scheme, user, host and port, in one spelling."""
        user = self.user or ""
        if self.scheme == "tel":
            user = re.sub(r"[().\-]", "", user)
        return self.scheme, user, self.host, self.port or DEFAULT_PORT

    @property
    def endpoint(self) -> Endpoint | None:
        """Where to send to, when the host is an IP address."""
        host = self.host.strip("[]")
        return (host, self.port or DEFAULT_PORT) if is_ip(host) else None


@dataclass(frozen=True)
class NameAddress:
    """A From, To, Contact, Route or P-Asserted-Identity value; `text` is how it was written."""

    text: str
    display_name: str
    uri: str
    parameters: dict[str, str | None]

    @classmethod
    def parse(cls, text: str) -> NameAddress:
        """Raises SipSyntaxError; the URI's own grammar is checked by whoever uses it."""
        text = text.strip()
        if (found := _bracketed_address(text)) is not None:
            name, uri, rest = found
        elif match := _BARE_ADDRESS.fullmatch(text):
            name, (uri, rest) = "", match.groups()
        else:
            raise SipSyntaxError(f"address {grammar.printable(text)!r} is not valid")
        if not _SCHEME.fullmatch(uri):
            raise SipSyntaxError(f"address {grammar.printable(text)!r} has no URI")
        return cls(text, grammar.unquote(name.strip()), uri, grammar.parameters(rest))

    @property
    def tag(self) -> str | None:
        """The dialog tag."""
        return self.parameters.get("tag")


@dataclass(frozen=True)
class Via:
    """One Via value: the hop that a response goes back through."""

    protocol: str
    transport: str
    host: str
    port: int | None
    parameters: dict[str, str | None]

    @classmethod
    def parse(cls, text: str) -> Via:
        """Raises SipSyntaxError."""
        match = _VIA.fullmatch(text)
        if not match:
            raise SipSyntaxError(f"Via {grammar.printable(text)!r} is not valid")
        protocol, transport, host, port, rest = match.groups()
        compact = re.sub(r"\s+", "", protocol)
        return cls(compact, transport, host, _port(port), grammar.parameters(rest))

    @property
    def branch(self) -> str:
        """The transaction's id, empty when there is none (RFC 2543)."""
        return self.parameters.get("branch") or ""

    def seen_from(self, source: Endpoint) -> Via:
        """The same hop with `received` and `rport` filled in (RFC 3261 18.2.1, RFC 3581)."""
        values = dict(self.parameters)
        values.pop("received", None)
        asked = "rport" in values
        if asked:
            values["rport"] = str(source[1])
        if asked or self.host.strip("[]").lower() != source[0]:
            values["received"] = source[0]
        return Via(self.protocol, self.transport, self.host, self.port, values)

    def reply_to(self, source: Endpoint) -> Endpoint:
        """Where the response goes: always to the address that sent the request."""
        return source if "rport" in self.parameters else (source[0], self.port or DEFAULT_PORT)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        values = grammar.serialise_parameters(self.parameters)
        return f"{self.protocol} {self.host}{port}{values}"


def _bracketed_address(text: str) -> tuple[str, str, str] | None:
    """Display name (still quoted), URI and parameters of `name <uri>;parameters`."""
    quoted = grammar.QUOTED_PREFIX.match(text)
    start = quoted.end() if quoted else 0
    between, opening, tail = text[start:].partition("<")
    uri, closing, rest = tail.partition(">")
    if not opening or not closing or not _DISPLAY_NAME.fullmatch(between):
        return None
    if quoted and between.strip():
        return None
    return (quoted[0] if quoted else between.strip()), uri, rest


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    port = int(text)
    if not 0 < port < 65536:
        raise SipSyntaxError(f"port {port} is out of range")
    return port


def is_ip(host: str) -> bool:
    """Whether the host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def bracketed(host: str) -> str:
    """The host as it stands in a URI or Via."""
    return f"[{host}]" if ":" in host else host
