"""Counts, meter readings, sums of money."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal

from voice.languages import Language, SpokenNumber, plain, spoken_numbers, words_at
from voice.understanding.corrections import parts_between
from voice.understanding.found import Found, cut_out

_CODE = r"\s?(?P<code>[A-Z]{3})\b"
_CENTS = 2
_MOST_BEFORE_CENTS = 4


def read_number(
    text: str, language: Language, bounds: tuple[Decimal, Decimal], asked: bool = True
) -> Found | None:
    """A whole number within bounds; decimals are left out, as of a meter."""
    text = _without_articles(text, language)
    numbers = [
        (number, value)
        for number in spoken_numbers(text, language.reader, dictated=False)
        if (asked or not _is_pronoun(text, number, language))
        and bounds[0] <= (value := _whole(text, number, language)) <= bounds[1]
    ]
    parts = parts_between(text, language)
    for begin, end in reversed(parts):
        here = [one for one in numbers if begin <= one[0].start < end]
        if here:
            number, value = here[0] if asked else max(here, key=lambda one: len(one[0].figures))
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


def _is_pronoun(text: str, number: SpokenNumber, language: Language) -> bool:
    return plain(text[number.start : number.end]) in language.secrets.pronouns


def _without_articles(text: str, language: Language) -> str:
    """ "A hundred and twenty" with a one for the article."""
    articles, scales = language.dictated.article_as_one, language.reader.scales
    words = words_at(text)
    for first, second in reversed(list(itertools.pairwise(words))):
        if plain(first.text) in articles and plain(second.text) in scales:
            text = f"{text[: first.start]}{language.digit_words[1]}{text[first.end :]}"
    return text
