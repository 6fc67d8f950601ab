"""Keeps secrets out of what is recorded of a call."""

from __future__ import annotations

import re

from voice.calls.state import CallState

HIDDEN = "[hidden]"
_DIGIT = r"(?:\d|oh|zero|nought|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPOKEN_PIN = re.compile(
    rf"\b(pin(?:\s+(?:number|code))?(?:\s+is)?(?:\s+it's)?[\s,:]*)({_DIGIT}(?:[\s,-]*{_DIGIT})*)\b",
    re.IGNORECASE,
)


def masked(text: str, call: CallState) -> str:
    """`text` as it may be recorded: nothing while a secret is asked for, no PIN at any time."""
    if call.secret:
        return HIDDEN if text else ""
    return without_pin(text)


def without_pin(text: str) -> str:
    """`text` without the digits that a caller gives as a PIN unasked."""
    return _SPOKEN_PIN.sub(rf"\1{HIDDEN}", text)
