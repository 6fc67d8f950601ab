"""Numbers that are read figure by figure, with letters among them or not, and addresses."""

from __future__ import annotations

import re

from voice.response.grounding.mentions import AddressMention, CodeMention, Mention
from voice.response.grounding.numbers import Numbers
from voice.response.grounding.tokens import Row, phrases_of

_FIGURES = re.compile(r"\d+(?:[ .,\u00a0\u202f]\d{3})*")
_LONG = 5
"""Figures; so many in one are no count."""
_SEPARATORS = frozenset("-/.\u2013")
ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+[\w/]"
    r"|(?<![\w.])(?:[^\W\d_][\w-]+\.)+[^\W\d_]{2,}(?![\w.])"
)
"""E-mail addresses, and hosts with what follows."""


class CodeReader:
    """Reads them in one language."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        language = numbers.language
        words = language.forms.codes
        self._announcing = phrases_of(words.announced_by, language)
        self._links = phrases_of([*words.links, ":", "#", "."], language)
        self._ends = phrases_of(numbers.statements.ending_in, language)

    def at(self, row: Row, at: int) -> tuple[Mention, int] | None:
        """The code that begins at this token."""
        return self._dictated(row, at) if row.is_kind(at, "word") else self._written(row, at)

    def _dictated(self, row: Row, at: int) -> tuple[Mention, int] | None:
        """Figures in words: "oh eight double one"."""
        if row.word(at) not in self._numbers.reader.number_words:
            return self._written(row, at)
        run = row.dictated.get(row[at].start)
        if run is None:
            return None
        end = next(n for n in range(at, len(row) + 1) if n == len(row) or row[n].start >= run.end)
        is_code = not self._counts(row, end)
        return (CodeMention(characters=run.figures, **row.span(at, end)), end) if is_code else None

    def _written(self, row: Row, at: int) -> tuple[Mention, int] | None:
        characters, end, parts = "", at, 0
        while (piece := self._piece(row, end))[0]:
            characters, end, parts = characters + piece[0], piece[1], parts + 1
            if row.word(end) in _SEPARATORS and row[end].joined and self._piece(row, end + 1)[0]:
                end += row[end + 1].joined
        if not any(map(str.isdecimal, characters)) or self._counts(row, end):
            return None
        long = len(characters) >= _LONG and row[at].text.isdecimal()
        zero = characters.startswith("0") and len(characters) > 1
        mixed = not characters.isdecimal()
        announced = self._is_announced(row, at) and not self._names_something(row, end)
        is_end = any(row.phrase(at - len(words), len(words)) == words for words in self._ends)
        if parts == 1 and not (long or zero or mixed or announced or is_end):
            return None
        return CodeMention(characters=characters, is_end=is_end, **row.span(at, end)), end

    def _piece(self, row: Row, at: int) -> tuple[str, int]:
        """Figures, or letters that touch figures."""
        touched = at + 1 < len(row) and row[at + 1].joined
        if row.is_kind(at, "number"):
            if not _FIGURES.fullmatch(row[at].text):
                return "", at
            figures = "".join(filter(str.isdecimal, row[at].text))
            mixed = touched and row.is_kind(at + 1, "word") and not self._is_known(row, at + 1)
            return (figures + row.word(at + 1), at + 2) if mixed else (figures, at + 1)
        if touched and row.is_kind(at, "word") and row.is_kind(at + 1, "number"):
            return ("", at) if self._is_known(row, at) else (row.word(at), at + 1)
        return "", at

    def _is_known(self, row: Row, at: int) -> bool:
        """Whether letters beside figures are a unit, a currency or the end of an ordinal."""
        numbers = self._numbers
        words, dates = numbers.language.numbers.ordinals, numbers.language.forms.dates
        marks = {*words.marks, *words.feminine_marks, *dates.hour_units}
        known = row[at].text in marks or (row.word(at),) in numbers.currencies
        return known or bool(numbers.unit_at(row, at)) or row.word(at) in numbers.reader.scales

    def _counts(self, row: Row, end: int) -> bool:
        """Whether a unit or currency follows: then the last number is of it."""
        numbers = self._numbers
        follows = row.longest(end, numbers.currencies) or row.longest(end, numbers.percent)
        return bool(follows or row.longest(end, numbers.small) or numbers.unit_at(row, end))

    def _names_something(self, row: Row, end: int) -> bool:
        """Whether a word follows that is counted: "your card comes in 4 working days"."""
        functions = self._numbers.statements.function_words
        return row.is_kind(end, "word") and row.word(end) not in functions

    def _is_announced(self, row: Row, at: int) -> bool:
        """Whether "number" or the like stands before, with nothing between but links."""
        here = at - 1
        while here >= 0 and (row.word(here),) not in self._announcing:
            if (row.word(here),) not in self._links:
                return False
            here -= 1
        return here >= 0


def addresses(text: str) -> list[Mention]:
    """The addresses in a composed text."""
    return [
        AddressMention(text=found[0].lower(), start=found.start(), end=found.end())
        for found in ADDRESS.finditer(text)
    ]
