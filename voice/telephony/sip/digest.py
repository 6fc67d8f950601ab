"""Digest access authentication (RFC 7616, with RFC 8760 for SIP): the arithmetic both sides share.

Parameters are read here and not by sipmessage, which splits at commas inside quotes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from voice.telephony.sip import grammar
from voice.telephony.sip.errors import SipSyntaxError

HASHES: dict[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}
"""Algorithms by their registered name."""

_UNQUOTED = frozenset(("algorithm", "stale", "nc"))


@dataclass(frozen=True)
class Credentials:
    """What a caller proves its identity with."""

    username: str
    password: str


def parse_digest(value: str) -> dict[str, str]:
    """The parameters of a Digest challenge or credentials; raises SipSyntaxError."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        raise SipSyntaxError(f"authentication scheme {grammar.printable(scheme)!r} is not Digest")
    found: dict[str, str] = {}
    for part in grammar.split(rest, ","):
        name, equals, text = part.partition("=")
        name = name.strip().lower()
        if not equals or not grammar.TOKEN.fullmatch(name) or name in found:
            raise SipSyntaxError(f"digest parameter {grammar.printable(part)!r} is not valid")
        found[name] = grammar.unquote(text.strip())
    return found


def serialise_digest(values: dict[str, str]) -> str:
    """The inverse of `parse_digest`."""
    # qop is quoted in a challenge and bare in credentials, which are told by their response.
    bare = _UNQUOTED | ({"qop"} if "response" in values else frozenset())
    parts = (f"{k}={v}" if k in bare else f"{k}={grammar.quote(v)}" for k, v in values.items())
    return "Digest " + ", ".join(parts)


def digest_response(
    credentials: Credentials,
    realm: str,
    method: str,
    uri: str,
    values: dict[str, str],
    algorithm: str = "MD5",
) -> str:
    """The `response` value in hexadecimal; `values` hold nonce and, with qop, nc and cnonce."""
    digest = HASHES[algorithm]

    def over(*parts: str) -> str:
        return digest(":".join(parts).encode("utf-8", "surrogateescape"))

    secret = over(credentials.username, realm, credentials.password)
    what = over(method, uri)
    if "qop" not in values:
        return over(secret, values["nonce"], what)
    middle = (values["nonce"], values["nc"], values["cnonce"], values["qop"])
    return over(secret, *middle, what)


def answer_challenge(
    challenges: list[str], credentials: Credentials, method: str, uri: str, cnonce: str
) -> str | None:
    """The credentials for the first challenge that we understand, or None."""
    for challenge in challenges:
        try:
            asked = parse_digest(challenge)
        except SipSyntaxError:
            continue
        algorithm = asked.get("algorithm", "MD5").upper()
        qops = [qop.strip() for qop in asked.get("qop", "").split(",") if qop.strip()]
        if algorithm not in HASHES or "nonce" not in asked or (qops and "auth" not in qops):
            continue
        values = {"nonce": asked["nonce"]}
        if qops:
            values |= {"qop": "auth", "nc": "00000001", "cnonce": cnonce}
        realm = asked.get("realm", "")
        response = digest_response(credentials, realm, method, uri, values, algorithm)
        given = {"username": credentials.username, "realm": realm, "uri": uri, **values}
        given |= {"response": response, "algorithm": algorithm}
        if "opaque" in asked:
            given["opaque"] = asked["opaque"]
        return serialise_digest(given)
    return None
