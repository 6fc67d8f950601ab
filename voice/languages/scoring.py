"""What makes two texts the same when recognition is scored, in any language.

A language may have a module scoring.py with more: other spellings, contractions, amounts.
"""

from __future__ import annotations

import re

from voice.languages.numbers import NumberWords

LONGEST_NUMBER = 6
"""Longer ones are read digit by digit; a recogniser may invent hundreds of digits."""


def one_spelling(text: str, numbers: NumberWords) -> str:
    """The text (lower case, apostrophes as in ASCII) with its figures in words."""
    return re.sub(r"\d+", lambda found: f" {whole_or_digits(found[0], numbers)} ", text)


def whole_or_digits(figures: str, numbers: NumberWords) -> str:
    """`42` as forty two, `0815` and long numbers digit by digit."""
    whole = len(figures) <= LONGEST_NUMBER and (figures == "0" or not figures.startswith("0"))
    return numbers.cardinal(int(figures)) if whole else numbers.digits(figures)
