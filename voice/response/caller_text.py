"""What a caller said, in the form that the model reads: plain lower-case words, no figures."""

from __future__ import annotations

import re

_DIGIT_WORDS = frozenset(
    ("zero", "oh", "nought", "one", "two", "three", "four", "five", "six", "seven", "eight")
    + ("nine", "double", "triple")
)
NUMBER = "number"
"""Stands for spoken digits: a PIN or customer number never reaches the model."""
_LONGEST_KEPT = 2


def normal_form(text: str) -> str:
    """Lower-case words of letters and apostrophes; figures and strings of digits are masked."""
    plain = text.lower().replace("\u2019", "'")
    words: list[str] = []
    digits: list[str] = []
    for word in [*re.findall(r"[a-z']+|\d+", plain), ""]:
        if word in _DIGIT_WORDS:
            digits.append(word)
            continue
        words += digits if len(digits) <= _LONGEST_KEPT else [NUMBER]
        digits = []
        if word.isdigit():
            word = NUMBER
        if word and not (word == NUMBER and words[-1:] == [NUMBER]):
            words.append(word)
    return " ".join(words)
