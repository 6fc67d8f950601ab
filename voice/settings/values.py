"""The kinds of values that settings hold; each refuses what cannot work with one clear reason."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_SIP_URI = re.compile(
    r"sip:(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]{1,100}@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?:;[^\s<>\"?@]{1,100})?"
)
_ADDRESS = re.compile(r"(?:\[(?P<v6>[^][]*)]|(?P<v4>[^][:]*)):(?P<port>[0-9]{1,5})")
_DOTTED_NUMBERS = re.compile(r"[0-9.]+")
_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_DATABASE = re.compile(r"(?:/[0-9]*)?")
_SERVICE = re.compile(
    r"(?:tcp|tls)://(?P<host>\[[0-9A-Fa-f:.]+]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r":(?P<port>[0-9]{1,5})"
)


def _address(value: str) -> str:
    match = _ADDRESS.fullmatch(value)
    try:
        if match is None or int(match["port"]) > 65535:
            raise ValueError
        address = ipaddress.ip_address(match["v6"] or match["v4"])
        if (address.version == 6) != (match["v6"] is not None):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{value!r}: expected IP-ADDRESS:PORT, for instance 127.0.0.1:5060 or [::1]:5060"
        ) from None
    if address.is_multicast or address == ipaddress.IPv4Address("255.255.255.255"):
        raise ValueError(f"{value} is the address of a group; expected that of one machine")
    return value


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of an address of the settings, HOST:PORT; an IPv6 address without its brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _destination(value: str) -> str:
    host, port = host_and_port(_address(value))
    if port == 0 or ipaddress.ip_address(host).is_unspecified:
        raise ValueError(f"{value} cannot be called; expected ADDRESS:PORT of the PBX or carrier")
    return value


def _own_address(value: str) -> str:
    try:
        address = ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        raise ValueError(
            f"{value} is not an IP address; expected one without a port, for instance 203.0.113.7"
        ) from None
    if address.is_unspecified or address.is_multicast or address.is_reserved:
        raise ValueError(f"{value} is no address that anybody can call")
    return str(address)


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value))


def _origin(value: str) -> str:
    parts = _split(value)
    if parts.scheme != "https" or not parts.hostname or value != f"https://{parts.netloc}":
        raise ValueError("expected https://HOST, for instance https://supervision.example.org")
    return value


def _sip_uri(value: str) -> str:
    match = _SIP_URI.fullmatch(value)
    port = match["port"] if match else None
    if match is None or (port and not 0 < int(port) < 65536):
        raise ValueError(f"{value} is no SIP address; expected sip:USER@HOST or sip:USER@HOST:PORT")
    host = match["host"].strip("[]")
    if ":" in host or _DOTTED_NUMBERS.fullmatch(host):
        ipaddress.ip_address(host)
    return value


def _name(value: str) -> str:
    if not value.strip() or not value.isprintable() or re.search(r'["\\:]', value):
        raise ValueError(f"{value!r}: expected a name without quotes, backslashes and colons")
    return value


def _sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ValueError(f"{value!r}: expected a SHA-256, 64 hexadecimal digits")
    return value


def _path(value: object) -> object:
    if not isinstance(value, str | Path) or not str(value).isprintable() or not str(value):
        raise ValueError("expected a path in quotes")
    return Path(value).expanduser()


def _greeting(value: str) -> str:
    if not value.isprintable() or not any(character.isalpha() for character in value):
        raise ValueError("expected a sentence that can be said")
    return value


def _split(value: str) -> SplitResult:
    """The parts of an address like those of the web; raises ValueError for a port that is none."""
    parts = urlsplit(value)
    if parts.port == 0:
        raise ValueError(f"{value}: port 0 cannot be connected to")
    return parts


def _url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{value} is no web address; expected https://HOST/...")
    return value


def _redis_url(value: str) -> str:
    parts = _split(value)
    more = parts.password or parts.query or parts.fragment or not _DATABASE.fullmatch(parts.path)
    if parts.scheme not in ("rediss", "redis") or not parts.hostname or more:
        raise ValueError(
            "expected rediss://HOST:PORT or redis://HOST:PORT, without a password and options"
        )
    return parts.geturl()


def _host_name(value: str) -> str:
    with contextlib.suppress(ValueError):
        return str(ipaddress.IPv6Address(value.strip("[]")))
    if not _HOST_NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no host; expected only its name, for instance pypi.org")
    return value


def _engine_place(value: str) -> str:
    match = _SERVICE.fullmatch(value)
    if value != LOCAL and (match is None or not 0 < int(match["port"]) < 65536):
        raise ValueError(f"{value!r}: expected local, tcp://HOST:PORT or tls://HOST:PORT")
    return value


def _media(value: object) -> object:
    if value in ("strict", "symmetric"):
        return value
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise ValueError(
            'expected "strict", "symmetric" or a list of networks, for instance ["203.0.113.0/28"]'
        )
    return [_network(each) for each in value]


LOCAL = "local"
Address = Annotated[str, AfterValidator(_address)]
"""An IP address and a port to listen on; port 0 is any free one."""
Destination = Annotated[str, AfterValidator(_destination)]
"""An IP address and a port to send to."""
OwnAddress = Annotated[str, AfterValidator(_own_address)]
"""An IP address, without a port, under which others reach us."""
Network = Annotated[str, AfterValidator(_network)]
"""An IP network in CIDR notation."""
Media = Annotated[str | list[str], BeforeValidator(_media)]
"""From where a trunk's audio may come: "strict", "symmetric" or networks in CIDR notation."""
Origin = Annotated[str, AfterValidator(_origin)]
"""How a browser names a site: scheme and host."""
SipUri = Annotated[str, AfterValidator(_sip_uri)]
"""A `sip:` URI (RFC 3261 19.1) whose host is a name or an IP address."""


Name = Annotated[str, AfterValidator(_name)]
"""What SIP writes between quotes: a trunk, a user, a realm."""
FilePath = Annotated[Path, BeforeValidator(_path)]
"""A file or folder; `~` is the home directory."""
Sha256 = Annotated[str, AfterValidator(_sha256)]
"""Of a file, in lower-case hexadecimal."""
Greeting = Annotated[str, Field(max_length=250), AfterValidator(_greeting)]
"""A text that speech can be made of, in less than the 15 s that an answer may take."""
Url = Annotated[str, AfterValidator(_url)]
"""Where something is fetched from by HTTP."""
EnginePlace = Annotated[str, AfterValidator(_engine_place)]
"""Where an engine is at work: `local`, in this process, or the address of a service."""
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
"""Where a Redis is, by TLS (rediss) or not."""
HostName = Annotated[str, AfterValidator(_host_name)]
"""A host by its name or address alone."""


class Section(BaseModel):
    """A part of the tree; unknown keys are mistakes, and so are numbers without end."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
