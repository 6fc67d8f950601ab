"""The digits that a caller was asked for, taken by code: they never reach a model."""

from __future__ import annotations

from voice.languages import Language, SpokenNumber, plain, spoken_numbers, words_of


def spoken_digits(text: str, language: Language, expected: int = 0) -> str:
    """The longest number in `text`, as figures: 'it's four double two one' gives 4221.

    What was said before a correction does not count. An 'oh' before as many digits as are
    `expected` is an exclamation, not a zero.
    """
    numbers = _after_corrections(text, language)
    if not numbers:
        return ""
    longest = max(numbers, key=lambda number: len(number.figures))
    first = plain(words_of(text[longest.start :])[0])
    exclaims = first in language.numbers.dictation.beside_others
    if exclaims and len(longest.figures) == expected + 1:
        return longest.figures[1:]
    return longest.figures


def _after_corrections(text: str, language: Language) -> list[SpokenNumber]:
    corrections = language.numbers.dictation.corrections
    kept: list[SpokenNumber] = []
    for number in spoken_numbers(text, language.reader):
        between = text[kept[-1].end : number.start] if kept else ""
        if any(plain(word) in corrections for word in words_of(between)):
            kept.clear()
        kept.append(number)
    return kept
