"""Numbers that nothing else explains."""

from __future__ import annotations

import re
from functools import partial

from voice.languages.readings.forms import Forms, Rules

_LOOSE_FIGURES = 6
"""So many figures without a mark between them are no amount."""


def rules(forms: Forms) -> Rules:
    """In order of precedence; the last takes any figure that is left."""
    numbers = forms.numbers
    return (
        (r"(?<![\w.])\d+(?:\.\d+){2,}(?!\w)", partial(_version, forms)),
        (r"(?<![\w.,])(\d{1,3}(?:[ \u00a0\u202f]\d{3})*[ \u00a0\u202f]000)(?![\w.,]*\d)",
         lambda match: numbers.cardinal(int("".join(match[1].split())))),
        (rf"(?<![\w.,])(?=\d+[.,\s\u00a0\u202f]\d)({forms.number})(?![\w.,]*\d)",
         lambda match: numbers.number(forms.value(match[1]))),
        (r"(?<![\w.,])\.(\d+)(?![\w.]*\d)",
         lambda match: f"{numbers.decimal_word} {numbers.digits(match[1])}"),
        (r"(?<![\d.,])\d+", partial(_integer, forms)),
        (r"\d+", lambda match: numbers.digits(match[0])),
    )  # fmt: skip


def _integer(forms: Forms, match: re.Match[str]) -> str:
    text = match.group()
    loose = len(text) >= _LOOSE_FIGURES or (len(text) == 5 and not text.endswith("00"))
    if loose or (len(text) > 1 and text.startswith("0")):
        return forms.numbers.digits(text)
    return forms.numbers.cardinal(int(text))


def _version(forms: Forms, match: re.Match[str]) -> str:
    point = f" {forms.codes.version_point} "
    return point.join(forms.numbers.cardinal(int(part)) for part in match.group().split("."))
