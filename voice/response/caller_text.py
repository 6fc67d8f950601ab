"""What a caller said, in the form that the model reads: plain lower-case words, no figures."""

from __future__ import annotations

import re

from voice.events import HIDDEN
from voice.hidden_numbers import without_numbers

NUMBER = "number"
"""Stands for spoken digits: a PIN or customer number never reaches the model."""


def normal_form(text: str) -> str:
    """Lower-case words of letters and apostrophes; figures and what may be a PIN are masked."""
    plain = without_numbers(text).replace(HIDDEN, NUMBER).lower().replace("\u2019", "'")
    words: list[str] = []
    for word in re.findall(r"[a-z']+|\d+", plain):
        shown = NUMBER if word.isdigit() else word
        if not shown == NUMBER == (words[-1] if words else ""):
            words.append(shown)
    return " ".join(words)
