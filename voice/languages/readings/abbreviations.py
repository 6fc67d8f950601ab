"""Abbreviations, Roman figures and symbols as words."""

from __future__ import annotations

import re

from voice.languages.readings.forms import Forms, Reading, Rules, one_of
from voice.languages.words import CAPITAL

_ROMAN = r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_NAME = rf"{CAPITAL}[\w'\u2019-]*"


def rules(forms: Forms) -> Rules:
    """In order of precedence."""
    words = forms.abbreviations
    tables = (
        (rf"(?<!\w)({one_of(words.titles)})\.(?=\s)", words.titles),
        (rf"(?<!\w)({one_of(words.short)})", words.short),
        (
            rf"(?<=[\w'\u2019.]\s)({one_of(words.behind_names)})\b\.?(?=\s*$|[,;]|\s[^A-Z])",
            words.behind_names,
        ),
        (rf"(?<![\w-])({one_of(words.words)})(?![\w-])", words.words),
        (rf"(?<!\S)({one_of(words.symbols)})(?!\S)", words.symbols),
    )  # fmt: skip
    found: list[tuple[str, Reading]] = [
        (pattern, lambda match, table=table: table[match[1]])  # type: ignore[misc]
        for pattern, table in tables
        if table
    ]
    if words.numbered:
        found.insert(
            0,
            (rf"(?<!\w)({one_of(words.numbered)})\s?(?=\d)(\d+)(?!\d)",
             lambda match: f"{words.numbered[match[1]]} {forms.numbers.cardinal(int(match[2]))}"),
        )  # fmt: skip
    if words.before_names:
        found.append(
            (
                rf"(?<!\w)({one_of(words.before_names)})\.?(?=[\s-]{_NAME})",
                lambda match: words.before_names[match[1]],
            )
        )
    return [*_roman(forms), *found]


def first(forms: Forms) -> Rules:
    """Expressions that come before all other rules."""
    words, numbers = forms.abbreviations, forms.numbers
    return (
        (rf"(?<!\w)({one_of(words.fixed)})(?!\w)", lambda match: words.fixed[match[1]]),
        (rf"(?<!\w)({one_of(words.before_numbers)})\s?({forms.number})(?![\w%]|\s?[%\u20ac$\u00a3])",
         lambda match: f"{words.before_numbers[match[1]]} {numbers.number(forms.value(match[2]))}"),
    )  # fmt: skip


def _roman(forms: Forms) -> Rules:
    words, numbers = forms.abbreviations, forms.numbers
    if words.roman_behind:
        behind = one_of(words.roman_behind)
        yield (
            rf"(?<!\w)((?i:{behind}))\s({_ROMAN})(?!\w)",
            lambda match: f"{match[1]} {numbers.cardinal(_value(match[2]))}",
        )
    marks = one_of([*numbers.ordinals.marks, *numbers.ordinals.feminine_marks])
    yield (
        rf"(?<!\w)((?=[IVX]{{2}})[IVX]+)(?:{marks})(?!\w)",
        lambda match: numbers.ordinal(_value(match[1])),
    )
    if words.reign:

        def reigns(match: re.Match[str]) -> str:
            value = _value(match[2])
            first = numbers.ordinal(1) if value == 1 else numbers.cardinal(value)
            spoken = words.reign.format(ordinal=numbers.ordinal(value), number=first)
            return f"{match[1]} {spoken}"

        yield rf"(?<!\w)({_NAME})\s((?=[IVX]{{2}})[IVX]{{2,5}})(?![\w.])", reigns


def _value(roman: str) -> int:
    values = [_VALUES[figure] for figure in roman]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))
