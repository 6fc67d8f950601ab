"""Abbreviations and symbols as words."""

from __future__ import annotations

import re
from typing import Final

from voice.speech import numbers

_TITLES: Final = {"Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor"}
_LATIN: Final = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus",
    "approx.": "approximately", "incl.": "including", "excl.": "excluding",
}  # fmt: skip
_WORDS: Final = {
    "SIM": "sim", "SIMs": "sims", "eSIM": "e sim", "eSIMs": "e sims", "PIN": "pin", "PINs": "pins",
    "PUK": "puck", "OK": "okay", "ID": "I D", "FAQ": "F A Q", "ASAP": "as soon as possible",
    "Wi-Fi": "wye fye", "WiFi": "wye fye", "wifi": "wye fye", "Tel": "telephone",
}  # fmt: skip
"""Written in capitals but said as words, or the other way round."""
_SYMBOLS: Final = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "#": "hash", "%": "percent", "€": "euros",
    "£": "pounds", "$": "dollars", "°": "degrees", "×": "times", "/": "slash", "*": "star",
}  # fmt: skip


def _choice(words: dict[str, str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


RULES: Final = (
    (rf"\b({'|'.join(_TITLES)})\.(?=\s)", lambda match: _TITLES[match[1]]),
    (rf"(?<!\w)({_choice(_LATIN)})", lambda match: _LATIN[match[1]]),
    (r"\b[Nn]o\.\s?(?=\d)(\d+)", lambda match: f"number {numbers.cardinal(int(match[1]))}"),
    (rf"(?<![\w-])({_choice(_WORDS)})(?![\w-])", lambda match: _WORDS[match[1]]),
    (rf"(?<!\S)({_choice(_SYMBOLS)})(?!\S)", lambda match: _SYMBOLS[match[1]]),
)
