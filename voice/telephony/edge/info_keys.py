"""Keys in SIP INFO (application/dtmf-relay, application/dtmf), from callers without RFC 4733."""

from __future__ import annotations

import re

_CONTENT_TYPES = ("application/dtmf-relay", "application/dtmf")
_MAX_BYTES = 256
_SIGNAL = re.compile(
    rb"^[ \t]*+(?:Signal[ \t]*+=[ \t]*+)?([0-9*#A-D])[ \t]*+\r?$", re.MULTILINE | re.IGNORECASE
)


def key_in_info(content_type: str, body: bytes) -> str | None:
    """The key that was pressed, if this body says so: `5`, or a line `Signal=5`."""
    if content_type not in _CONTENT_TYPES or len(body) > _MAX_BYTES:
        return None
    signal = _SIGNAL.search(body)
    return signal[1].decode().upper() if signal else None
