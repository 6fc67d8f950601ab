"""What a caller said, in the form that the model reads: plain lower-case words, no figures."""

from __future__ import annotations

from voice.events import HIDDEN
from voice.hidden_numbers import without_numbers
from voice.languages import Language, words_of

NUMBER = "number"
"""Stands for spoken digits: a PIN or customer number never reaches the model."""


def normal_form(text: str, language: Language) -> str:
    """Lower-case words of the letters of any script; figures and what may be a PIN are masked."""
    masked = without_numbers(text, language).replace(HIDDEN, NUMBER)
    words: list[str] = []
    for word in words_of(masked):
        shown = NUMBER if word[0].isdecimal() else word
        if not shown == NUMBER == (words[-1] if words else ""):
            words.append(shown)
    return " ".join(words)
