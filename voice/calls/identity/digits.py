"""The digits that a caller was asked for, taken by code: they never reach a model."""

from __future__ import annotations

from itertools import groupby

from voice.languages import Language, SpokenNumber, plain, spoken_numbers, words_of
from voice.understanding import corrected, places_of_corrections


def spoken_digits(text: str, language: Language, expected: int = 0, begun: str = "") -> str:
    """The number in `text`, as figures: 'it's four double two one' gives 4221.

    What was said before a correction does not count, but for what it leaves: of six digits
    'no sorry, seven' corrects the last. `begun`: those of the turns before, of which these may be
    the rest. An 'oh' before as many digits as are `expected` is an exclamation, not a zero.
    """
    numbers = list(spoken_numbers(text, language.reader))
    if not numbers:
        return begun
    places = places_of_corrections(text, language)
    groups = groupby(numbers, lambda number: sum(place < number.start for place in places))
    parts = [_number(list(part), text, language, expected) for _, part in groups]
    if begun and not any(place < numbers[0].start for place in places):
        parts[0] = rejoined(begun, parts[0], expected)
    elif len(parts[0]) < len(begun) < expected:
        parts[0] = begun[: -len(parts[0])] + parts[0]
    elif begun:
        parts = [begun, *parts]
    return corrected(parts, (expected, expected)) if expected else parts[-1]


def rejoined(begun: str, digits: str, expected: int) -> str:
    """The rest behind the beginning, unless it is a number by itself, or would be too long."""
    whole = begun + digits
    return whole if len(digits) < expected and len(whole) <= expected else digits


def _number(numbers: list[SpokenNumber], text: str, language: Language, expected: int) -> str:
    """Of numbers that are said without a correction: all of them if that fits, or the longest."""
    whole = "".join(number.figures for number in numbers if len(number.figures) > 1)
    if 0 < expected == len(whole):
        return whole
    longest = max(numbers, key=lambda number: len(number.figures))
    first = plain(words_of(text[longest.start :])[0])
    exclaims = first in language.numbers.dictation.beside_others
    if exclaims and len(longest.figures) == expected + 1:
        return longest.figures[1:]
    return longest.figures
