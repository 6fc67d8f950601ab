"""Digits in what a caller says, taken by code: a PIN or number never reaches a model."""

from __future__ import annotations

import re

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "nil": "0", "one": "1", "two": "2",
    "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_SOUND_ALIKES = {"won": "1", "to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8"}
"""Only beside other digits: 'for two seven nine', but not 'for my phone'."""
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
_REPEATS = {"double": 2, "triple": 3, "treble": 3}


def spoken_digits(text: str) -> str:
    """The longest run of digits in `text`, as figures: 'it's four double two one' gives 4221."""
    words = re.findall(r"[a-z]+|\d", text.lower().replace("'", ""))
    runs: list[str] = [""]
    position = 0
    while position < len(words):
        figures, used = _figures_at(words, position, inside=bool(runs[-1]))
        if figures:
            runs[-1] += figures
        elif runs[-1]:
            runs.append("")
        position += max(1, used)
    return max(runs, key=len)


def _figures_at(words: list[str], position: int, inside: bool) -> tuple[str, int]:
    """The figures that begin at `position` ('' when there are none) and the words they take."""
    word = words[position]
    following = words[position + 1] if position + 1 < len(words) else ""
    if word in _REPEATS and (digit := _digit(following)):
        return digit * _REPEATS[word], 2
    if word in _TENS:
        digit = _digit(following)
        return (_TENS[word] + digit, 2) if digit and digit != "0" else (_TENS[word] + "0", 1)
    if word in _TEENS:
        return _TEENS[word], 1
    if digit := _digit(word):
        return digit, 1
    if word in _SOUND_ALIKES and (inside or _digit(following)):
        return _SOUND_ALIKES[word], 1
    return "", 1


def _digit(word: str) -> str:
    return word if word.isdigit() else _DIGITS.get(word, "")
