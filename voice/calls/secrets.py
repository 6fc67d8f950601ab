"""Keeps secrets out of what is recorded of a call."""

from __future__ import annotations

import re

from voice.calls.state import CallState
from voice.events import HIDDEN

_MENTION = re.compile(r"\bpins?\b", re.IGNORECASE)
_DIGIT = (
    r"(?:\d|oh?|zero|nought|nil|one|two|three|four|five|six|seven|eight|nine|double|triple|treble"
    r"|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)"
)
_DIGITS = re.compile(rf"\b{_DIGIT}(?:[\s,.-]*{_DIGIT})+\b", re.IGNORECASE)


def masked(text: str, call: CallState) -> str:
    """`text` as it may be recorded: nothing while a secret is asked for, no PIN at any time."""
    if call.secret or call.secret_turn:
        return HIDDEN if text else ""
    return without_pin(text)


def without_pin(text: str) -> str:
    """`text` without strings of digits where a caller speaks of a PIN unasked."""
    return _DIGITS.sub(HIDDEN, text) if _MENTION.search(text) else text
