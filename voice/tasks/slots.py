"""The slots of a wording: `{name}` stands for a value."""

from __future__ import annotations

import re

LAST_ANSWER, VALUE = "last_answer", "value"
"""Slots for what was said before, and for a value that is repeated to the caller."""

_SLOT = re.compile(r"\{([\w.]+)\}")


def slots_of(sentence: str) -> list[str]:
    """The names of a sentence's slots, in order."""
    return _SLOT.findall(sentence)


def between_slots(sentence: str) -> list[str]:
    """What stands before, between and behind a sentence's slots."""
    return _SLOT.split(sentence)[::2]
