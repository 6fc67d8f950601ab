"""What was found in a caller's words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

GAP = "\u241f"
"""Stands where a value has been taken out of a text (the symbol for a unit separator)."""
Value = str | int | Decimal | datetime.date | datetime.time


@dataclass(frozen=True)
class Found:
    """A value that was said, whole or in part."""

    value: Value | None
    """As its argument has it; None: what was said is not enough of one."""
    said: str
    """The words that it came from."""
    rest: str = ""
    """The other words, what stood before the value and behind it."""
    partial: str = ""
    """The figures of a number that is too short, so that more can be asked for, or too long."""


def cut_out(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands at a place of a text, and the text without it."""
    rest = f"{text[:start].rstrip()} {text[end:].lstrip()}".strip()
    return text[start:end], rest
