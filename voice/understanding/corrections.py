"""Speakers who correct themselves: "four two, no, sorry, four three"."""

from __future__ import annotations

from collections.abc import Sequence

from voice.languages import Language, plain, words_at


def places_of_corrections(text: str, language: Language) -> list[int]:
    """Where in a text a word stands that takes back what was said before it."""
    words = language.numbers.dictation.corrections
    return [word.start for word in words_at(text) if plain(word.text) in words]


def parts_between(text: str, language: Language) -> list[tuple[int, int]]:
    """The parts of a text between such words, as places, those without words left out."""
    corrections = language.numbers.dictation.corrections
    parts: list[tuple[int, int]] = []
    begin = None
    end = 0
    for word in words_at(text):
        if plain(word.text) in corrections:
            if begin is not None:
                parts.append((begin, end))
            begin = None
            continue
        begin, end = (word.start if begin is None else begin), word.end
    if begin is not None:
        parts.append((begin, end))
    return parts


def corrected(said: Sequence[str], bounds: tuple[int, int]) -> str:
    """The figures that are meant, of those that were said between the corrections.

    A number that may stand by itself takes the place of the one before it; of a shorter one it is
    the end that was said anew.
    """
    least, most = bounds
    meant = ""
    for figures in said:
        meant = _with(meant, figures, least, most)
    return meant


def _with(before: str, figures: str, least: int, most: int) -> str:
    if not before or (least <= len(figures) <= most and 2 * len(figures) > len(before)):
        return figures
    if least <= len(before) <= most:
        return before[: -len(figures)] + figures if len(figures) < len(before) else figures
    for again in range(1, len(before)):
        if least <= len(before) - again + len(figures) <= most:
            return before[:-again] + figures
    return figures
