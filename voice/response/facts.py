"""Checks what is about to be said against what the tools returned.

Whoever wrote the clause: every amount, date, number and name in it must stand in a result of this
turn. Figures are read in digits and in words.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from voice.response.number_words import number_of
from voice.response.values import MONTHS, Value

_FREE_NAMES = frozenset(["I", "SIM", "PIN", "OK", "Larkfield", "Telecom"])
"""Capitalised words that are no facts."""
_MONTH = "|".join(MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH}) (?:the )?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)\b"
    r"(?:,? (?P<year>\d{4}))?"
)
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])\d+(?:\.\d+)?")
_NAME = re.compile(r"(?<![.?!] )(?<!^)\b[A-Z][\w']*(?: [A-Z][\w']*)*")
_CERTAINTY_OF_COUNT = 2
"""Counts up to this are language ("one moment"), not facts."""


class FactCheck:
    """The facts that may be said in a turn.

    What two results give under one key, but differently, is no fact: who says it could mean either.
    """

    def __init__(self, results: Iterable[Mapping[str, Value]]) -> None:
        given: dict[str, set[Value]] = {}
        for result in results:
            for key, value in result.items():
                given.setdefault(key, set()).add(value)
        values = [value for same in given.values() if len(same) == 1 for value in same]
        self._dates = {v for v in values if isinstance(v, datetime.date)}
        self._amounts = {Decimal(v) for v in values if isinstance(v, Decimal | int)}
        words = [v.lower() for v in values if isinstance(v, str)]
        self._words = {word for phrase in words for word in phrase.split()}
        self._amounts |= {Decimal(n) for phrase in words for n in _NUMBER.findall(phrase)}

    def wrong(self, clause: str) -> list[str]:
        """The facts of a clause that no result holds, as they stand in it."""
        mistakes = [found[0] for found in _DATE.finditer(clause) if not self._knows_date(found)]
        rest = _DATE.sub(" ", clause)
        mistakes += [
            number
            for number in _NUMBER.findall(rest)
            if Decimal(number.replace(",", "")) not in self._amounts
        ]
        mistakes += [words for words, amount in number_of(rest) if not self._knows_count(amount)]
        mistakes += [name for name in self._names(rest) if not self._knows_name(name)]
        return mistakes

    def _knows_date(self, found: re.Match[str]) -> bool:
        day = int(found["day"] or found["day2"])
        month = MONTHS.index(found["month"] or found["month2"]) + 1
        year = int(found["year"]) if found["year"] else None
        return any(
            (date.day, date.month) == (day, month) and year in (None, date.year)
            for date in self._dates
        )

    def _knows_count(self, amount: Decimal) -> bool:
        return amount <= _CERTAINTY_OF_COUNT or amount in self._amounts

    @staticmethod
    def _names(clause: str) -> list[str]:
        return _NAME.findall(clause)

    def _knows_name(self, name: str) -> bool:
        return all(word in _FREE_NAMES or word.lower() in self._words for word in name.split())
