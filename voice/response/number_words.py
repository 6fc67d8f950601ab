"""English number words as numbers."""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORD = {word: number for number, word in enumerate(_UNITS)}
_WORD |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_SCALE = {"hundred": 100, "thousand": 1000}
_ANY = "|".join([*_WORD, *_SCALE])
_RUN = re.compile(rf"\b(?:{_ANY})(?:[\s-]+(?:and )?(?:{_ANY}))*\b", re.IGNORECASE)


def number_of(text: str) -> list[tuple[str, Decimal]]:
    """Each run of number words in a text with its value: "forty-two" is 42."""
    return [(found[0], _value(found[0])) for found in _RUN.finditer(text)]


def _value(words: str) -> Decimal:
    total, current = 0, 0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in _WORD:
            current += _WORD[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total, current = total + max(current, 1) * 1000, 0
    return Decimal(total + current)
