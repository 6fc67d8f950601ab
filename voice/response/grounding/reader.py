"""Reads the facts that a sentence states: figures of all kinds, names, addresses."""

from __future__ import annotations

from collections.abc import Collection

from voice.languages import Language
from voice.response.grounding.codes import CodeReader, addresses
from voice.response.grounding.days import DayReader
from voice.response.grounding.mentions import Mention, NameMention
from voice.response.grounding.names import Names
from voice.response.grounding.numbers import numbers_of
from voice.response.grounding.quantities import Quantities
from voice.response.grounding.tokens import Row, phrases_of


class FactReader:
    """Reads one language."""

    def __init__(self, language: Language, free: Collection[str] = ()) -> None:
        """`free`: words that are no names, as they are written: capitalised or small."""
        self.language = language
        numbers = numbers_of(language)
        self._days = DayReader(numbers)
        self._codes = CodeReader(numbers)
        self._quantities = Quantities(numbers)
        self._names = Names(numbers, free)

    def facts(self, text: str, known: Collection[str] = ()) -> list[Mention]:
        """What a text states, in order.

        `known`: names of which nothing is read further, as the 20 of "Smart 20".
        """
        row = Row(text, self.language)
        whole = [*_occurrences(row, known, self.language), *addresses(row.text)]
        whole += self._days.written(row.text)
        whole = sorted(whole, key=lambda one: (one.start, -one.end))
        found: list[Mention] = []
        at = 0
        while at < len(row):
            here = next((one for one in whole if one.start <= row[at].start < one.end), None)
            if here is not None:
                found.append(here)
                while at < len(row) and row[at].start < here.end:
                    at += 1
                continue
            read = self._at(row, at)
            if read is not None:
                found.append(read[0])
            at = max(read[1], at + 1) if read else at + 1
        return found

    def _at(self, row: Row, at: int) -> tuple[Mention, int] | None:
        readers = (self._days.at, self._codes.at, self._quantities.at, self._names.at)
        return next((found for read in readers if (found := read(row, at))), None)


def _occurrences(row: Row, names: Collection[str], language: Language) -> list[Mention]:
    """Where names stand, of which each word is one of the text's."""
    return [
        NameMention(words=words, **row.span(at, at + len(words)))
        for words in phrases_of(names, language)
        for at in range(len(row))
        if words and row.phrase(at, len(words)) == words
    ]
