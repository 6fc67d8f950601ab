"""Numbers that are said figure by figure: of orders, meters, customers, telephones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from voice.languages import Language, SpokenNumber, plain, spoken_numbers, words_of
from voice.understanding.corrections import corrected, places_of_corrections
from voice.understanding.counted import counts_something, means_something_else
from voice.understanding.found import Found, cut_out

_PLUS = re.compile(r"\+\s?$")
_FEW = 2
"""Figures of a number that counts something rather than names it."""
_FEWEST_OF_A_TELEPHONE = 6
"""Figures of a telephone number in the midst of a request."""


def read_digits(
    text: str, language: Language, bounds: tuple[int, int], asked: bool = True
) -> Found | None:
    """Figures, at least and at most so many.

    `asked`: the text answers the question for them; otherwise they stand within a request, and a
    quantity, or the one of "the one that I ordered", is not taken for them.
    """
    plainly = list(spoken_numbers(text, language.reader, dictated=False))
    found = _read(text, language, bounds, plainly, asked)
    if found is None or found.value is None:
        dictated = list(spoken_numbers(text, language.reader, dictated=True))
        found = _read(text, language, bounds, dictated, asked) or found
    return found


def read_phone(text: str, language: Language, bounds: tuple[int, int], asked: bool) -> Found | None:
    """A telephone number; with a plus where one is said before its country code."""
    if not asked:
        bounds = (max(_FEWEST_OF_A_TELEPHONE, bounds[0]), bounds[1])
    found = read_digits(text, language, bounds, asked)
    if found is None or found.value is None:
        return found
    before = text[: text.index(found.said)]
    plus = plain(language.forms.codes.plus)
    if _PLUS.search(before) or [plain(word) for word in words_of(before)][-1:] == [plus]:
        return Found(f"+{found.value}", found.said, found.rest)
    return found


def _read(
    text: str,
    language: Language,
    bounds: tuple[int, int],
    numbers: Sequence[SpokenNumber],
    asked: bool,
) -> Found | None:
    if not asked:
        numbers = [one for one in numbers if not _is_of_something(text, one, language)]
    if not numbers:
        return None
    if not asked:
        return _within(text, language, bounds, numbers)
    places = places_of_corrections(text, language)
    parts = [
        list(part)
        for _, part in groupby(
            numbers, lambda number: sum(place < number.start for place in places)
        )
    ]
    figures = corrected([_joined(part, bounds) for part in parts], bounds)
    said, rest = cut_out(text, numbers[0].start, numbers[-1].end)
    if not bounds[0] <= len(figures) <= bounds[1]:
        return Found(None, said, rest, figures)
    return Found(figures, said, rest)


def _within(
    text: str, language: Language, bounds: tuple[int, int], numbers: Sequence[SpokenNumber]
) -> Found | None:
    """A number that fits, the last one if the caller corrects themselves, else the longest."""
    least, most = bounds
    fitting = [number for number in numbers if least <= len(number.figures) <= most]
    if not fitting:
        return None
    places = places_of_corrections(text, language)
    last = fitting[-1]
    if not any(fitting[0].end <= place < last.start for place in places):
        last = max(fitting, key=lambda number: len(number.figures))
    said, rest = cut_out(text, last.start, last.end)
    return Found(last.figures, said, rest)


def _joined(numbers: Sequence[SpokenNumber], bounds: tuple[int, int]) -> str:
    """What is said in several pieces is one number, if it may be so long."""
    whole = "".join(number.figures for number in numbers)
    if len(whole) <= bounds[1]:
        return whole
    return max((number.figures for number in numbers), key=len)


def _is_of_something(text: str, number: SpokenNumber, language: Language) -> bool:
    """Whether it is another number than one by which something is known: "six lamps"."""
    if means_something_else(text, number, language):
        return True
    after = [plain(word) for word in words_of(text[number.end :])[:1]]
    return len(number.figures) <= _FEW and counts_something(after, 0, language)
