"""The small parts of the SIP grammar that headers share; all linear in the input's length."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voice.telephony.sip.errors import SipSyntaxError

TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*)"
MAX_MEMBERS = 64
"""So many parts a list or a set of parameters may have."""
_PART = {
    separator: re.compile(
        rf'(?:[^"<{separator}]++|"(?:[^"\\]++|\\.|\\\Z)*+(?:"|\Z)|<[^<>]*+>|<)*+', re.DOTALL
    )
    for separator in ",;"
}
"""What stands between two separators; possessive, so that nothing is tried twice."""
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
QUOTED_PREFIX = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def split(text: str, separator: str) -> list[str]:
    """Split at `,` or `;` outside quotes and angle brackets; the parts are stripped.

    Raises SipSyntaxError when there are more than MAX_MEMBERS.
    """
    parts: list[str] = []
    end = -1
    while end < len(text):
        if len(parts) == MAX_MEMBERS:
            raise SipSyntaxError(f"{printable(text)!r} has more than {MAX_MEMBERS} parts")
        begin = end + 1
        part = _PART[separator].match(text, begin)
        assert part is not None  # it matches nothing as well
        end = part.end()
        parts.append(text[begin:end].strip())
    return parts


def parameters(text: str) -> dict[str, str | None]:
    """Read `;name=value;flag` with lower-case names and raw values; raises SipSyntaxError."""
    if not text.strip():
        return {}
    first, *rest = split(text, ";")
    if first:
        raise SipSyntaxError(f"parameters begin with {printable(first)!r} instead of ';'")
    found: dict[str, str | None] = {}
    for part in rest:
        name, equals, value = part.partition("=")
        if not TOKEN.fullmatch(name.strip()):
            raise SipSyntaxError(f"parameter {printable(part)!r} has no proper name")
        found[name.strip().lower()] = value.strip() if equals else None
    return found


def serialise_parameters(values: Mapping[str, str | None]) -> str:
    """The inverse of `parameters`."""
    return "".join(f";{name}" if v is None else f";{name}={v}" for name, v in values.items())


def unquote(text: str) -> str:
    """The content of a quoted string, or the text itself when it is not quoted."""
    match = _QUOTED.fullmatch(text)
    return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL) if match else text


def quote(text: str) -> str:
    """A quoted string; control characters become spaces."""
    safe = _UNPRINTABLE.sub(" ", text)
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def printable(text: str, limit: int = 80) -> str:
    """Text from outside as it may stand in a log: no control, bidi or escape characters, cut."""
    safe = _UNPRINTABLE.sub("?", text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
