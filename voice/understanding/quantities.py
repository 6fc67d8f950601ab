"""Counts, meter readings, sums of money."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from decimal import Decimal

from voice.languages import Language, SpokenNumber, plain, spoken_numbers, words_at, words_of
from voice.understanding.corrections import parts_between
from voice.understanding.counted import means_something_else
from voice.understanding.found import Found, cut_out

_CODE = r"\s?(?P<code>[A-Z]{3})\b"
_CENTS = 2
_STEM = 3
"""Letters that the forms of a word have in common, at the least."""
_MOST_BEFORE_CENTS = 4


def read_number(
    text: str, language: Language, bounds: tuple[Decimal, Decimal], asked: bool = True
) -> Found | None:
    """A whole number within bounds; decimals are left out, as of a meter.

    Not `asked`: so many days, euros or the like are none.
    """
    text = _without_articles(text, language)
    numbers = [
        (number, value)
        for number in spoken_numbers(text, language.reader, dictated=False)
        if (asked or not means_something_else(text, number, language))
        and bounds[0] <= (value := _whole(text, number, language)) <= bounds[1]
    ]
    parts = parts_between(text, language)
    for begin, end in reversed(parts):
        here = [one for one in numbers if begin <= one[0].start < end]
        if here:
            number, value = here[0] if asked else max(here, key=lambda one: len(one[0].figures))
            return Found(value, *cut_out(text, number.start, number.end))
    return None


def read_counted(
    text: str, language: Language, bounds: tuple[Decimal, Decimal], things: Collection[str]
) -> Found | None:
    """The number within bounds that stands before one of some `things`: "three copies"."""
    text = _without_articles(text, language)
    for number in spoken_numbers(text, language.reader, dictated=False):
        behind = [plain(word) for word in words_of(text[number.end :])[:1]]
        value = _whole(text, number, language)
        if behind and bounds[0] <= value <= bounds[1] and is_form_of_any(behind[0], things):
            return Found(value, *cut_out(text, number.start, number.end))
    return None


def read_amount(
    text: str, language: Language, bounds: tuple[Decimal, Decimal], asked: bool = True
) -> Found | None:
    """A sum of money; without the name of a currency only where it was asked for."""
    text = _without_articles(text, language)
    for begin, end in reversed(parts_between(text, language)):
        amounts = [
            (amount, said)
            for amount, said in _amounts(text[begin:end], language, asked)
            if bounds[0] <= amount <= bounds[1]
        ]
        if amounts:
            amount, said = amounts[0]
            return Found(amount, said, text.replace(said, "", 1).strip())
    return None


def _amounts(text: str, language: Language, asked: bool) -> Iterator[tuple[Decimal, str]]:
    """With a currency first, then those that are mere numbers."""
    forms = language.forms
    written = language.written_form(text)
    codes = {
        mark
        for one in forms.amounts.currencies
        for mark in one.marks
        if re.fullmatch("[A-Z]{3}", mark)
    }
    for found in re.finditer(f"(?P<number>{forms.number}){_CODE}", written):
        if found["code"] in codes:
            yield Decimal(forms.value(found["number"], money=True)), found[0]
    if not asked:
        return
    pairs = [
        number
        for number in spoken_numbers(text, language.reader, dictated=False)
        if number.parts == _CENTS
        and len(number.figures) in range(_CENTS + 1, _MOST_BEFORE_CENTS + 1)
    ]
    for number in pairs:
        figures = number.figures
        yield Decimal(f"{figures[:-_CENTS]}.{figures[-_CENTS:]}"), text[number.start : number.end]
    for found in re.finditer(forms.number, written):
        yield Decimal(forms.value(found[0], money=True)), found[0]
    for number in spoken_numbers(text, language.reader, dictated=False):
        yield Decimal(number.figures), text[number.start : number.end]


def _whole(text: str, number: SpokenNumber, language: Language) -> int:
    written = text[number.start : number.end]
    if not re.fullmatch(language.forms.number, written):
        return int(number.figures)
    return int(Decimal(language.forms.value(written)))


def is_form_of_any(word: str, things: Collection[str]) -> bool:
    """Whether a word is one of some things, or another form of one: "copy" of "copies"."""
    return any(
        len(thing) >= _STEM and word.startswith(thing[: max(_STEM, len(thing) // 2)])
        for thing in things
    )


def _without_articles(text: str, language: Language) -> str:
    """ "A hundred and twenty" with a one for the article."""
    articles, scales = language.dictated.article_as_one, language.reader.scales
    words = words_at(text)
    for first, second in reversed(list(itertools.pairwise(words))):
        if plain(first.text) in articles and plain(second.text) in scales:
            text = f"{text[: first.start]}{language.digit_words[1]}{text[first.end :]}"
    return text
