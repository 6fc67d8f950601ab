"""Masking: what a supervisor need not see of a caller's number, wherever it stands in an event."""

from __future__ import annotations

import re
from typing import Any

SHOWN_DIGITS = 2
_LEAST_DIGITS = 5
"""Shorter numbers are extensions and say nothing of a person."""


def masked_number(number: str | None) -> str:
    """The number with all but its last digits replaced; empty when it is unknown."""
    if not number:
        return ""
    digits = sum(character.isdigit() for character in number)
    hidden = digits - SHOWN_DIGITS if digits >= _LEAST_DIGITS else 0
    shown = ""
    for character in number:
        if character.isdigit() and hidden > 0:
            hidden -= 1
            character = "•"
        shown += character
    return shown


def significant_digits(number: str) -> str:
    """What tells a number apart: a country code may be left out, or written as 00 or 0.

    Empty for what is too short to be anybody's number.
    """
    digits = re.sub(r"\D", "", number)
    return digits[-9:] if len(digits) >= _LEAST_DIGITS else ""


class NumberMask:
    """Hides one caller's number in whatever text and data it appears, however it is written."""

    def __init__(self, number: str | None) -> None:
        significant = significant_digits(number or "")
        separated = r"[\s().-]*".join(significant)
        self._pattern = re.compile(rf"\+?\d*{separated}") if significant else None

    def text(self, text: str) -> str:
        """The text with the number masked."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: masked_number(found[0]), text)

    def data(self, value: Any) -> Any:
        """The same in the strings and numbers of nested data."""
        match value:
            case str():
                return self.text(value)
            case bool() | None:
                return value
            case int():
                shown = self.text(str(value))
                return value if shown == str(value) else shown
            case dict():
                return {self.text(str(key)): self.data(entry) for key, entry in value.items()}
            case list() | tuple():
                return [self.data(entry) for entry in value]
            case _:
                return value
