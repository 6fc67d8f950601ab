"""Checks what is about to be said against what the tools returned.

Whoever wrote the clause: every amount, date, number and name in it must stand in a result of this
turn. Figures are read in digits and in words.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache

from voice.languages import CAPITAL, Language, plain, spoken_numbers, words_of
from voice.response.values import Value

_NAME = re.compile(rf"(?<![.?!] )(?<!^)\b{CAPITAL}[\w']*(?: {CAPITAL}[\w']*)*")
_CERTAINTY_OF_COUNT = 2
"""Counts up to this are language ("one moment"), not facts."""


class FactCheck:
    """The facts that may be said in a turn.

    What two results give under one key, but differently, is no fact: who says it could mean either.
    """

    def __init__(
        self,
        results: Iterable[Mapping[str, Value]],
        language: Language,
        names: Collection[str] = (),
    ) -> None:
        """`names`: capitalised words that are no facts."""
        self._language = language
        self._free_names = frozenset(names)
        self._date, self._number = _patterns(language)
        given: dict[str, set[Value]] = {}
        for result in results:
            for key, value in result.items():
                given.setdefault(key, set()).add(value)
        values = [value for same in given.values() if len(same) == 1 for value in same]
        self._dates = {v for v in values if isinstance(v, datetime.date)}
        self._amounts = {Decimal(v) for v in values if isinstance(v, Decimal | int)}
        words = [v.lower() for v in values if isinstance(v, str)]
        self._words = {word for phrase in words for word in phrase.split()}
        self._amounts |= {self._amount(n) for phrase in words for n in self._number.findall(phrase)}

    def wrong(self, clause: str) -> list[str]:
        """The facts of a clause that no result holds, as they stand in it."""
        mistakes = [
            found[0] for found in self._date.finditer(clause) if not self._knows_date(found)
        ]
        rest = self._date.sub(" ", clause)
        mistakes += [
            number
            for number in self._number.findall(rest)
            if self._amount(number) not in self._amounts
        ]
        mistakes += [said for said, count in self._counts(rest) if not self._knows_count(count)]
        mistakes += [name for name in self._names(rest) if not self._knows_name(name)]
        return mistakes

    def _knows_date(self, found: re.Match[str]) -> bool:
        day = int(found["day"] or found["day2"])
        name = found["month"] or found["month2"]
        month = self._language.forms.dates.months.index(name) + 1
        year = int(found["year"]) if found["year"] else None
        return any(
            (date.day, date.month) == (day, month) and year in (None, date.year)
            for date in self._dates
        )

    def _amount(self, figures: str) -> Decimal:
        return Decimal(self._language.forms.value(figures))

    def _counts(self, text: str) -> Iterator[tuple[str, Decimal]]:
        """Each number in words with its value, a lone "hundred" among them."""
        reader = self._language.reader
        rest = text
        for number in spoken_numbers(text, reader, dictated=False):
            said = text[number.start : number.end]
            rest = rest.replace(said, " ", 1)
            if not any(map(str.isdecimal, said)):
                yield said, Decimal(number.figures)
        for word in words_of(rest):
            if plain(word) in reader.scales:
                yield word, Decimal(reader.scales[plain(word)])

    def _knows_count(self, amount: Decimal) -> bool:
        return amount <= _CERTAINTY_OF_COUNT or amount in self._amounts

    @staticmethod
    def _names(clause: str) -> list[str]:
        return _NAME.findall(clause)

    def _knows_name(self, name: str) -> bool:
        return all(word in self._free_names or word.lower() in self._words for word in name.split())


@cache
def _patterns(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds dates, and numbers in figures."""
    dates = language.forms.dates
    month = "|".join(map(re.escape, dates.months))
    marks = "|".join(map(re.escape, language.numbers.ordinals.marks))
    day = rf"\d{{1,2}})(?:{marks})?"
    of = rf"(?: {re.escape(dates.of)})?" if dates.of else ""
    date = re.compile(
        rf"\b(?:(?P<day>{day}{of} (?P<month>{month})"
        rf"|(?P<month2>{month}) (?:{re.escape(dates.lead)} )?(?P<day2>{day})\b"
        r"(?:,? (?P<year>\d{4}))?"
    )
    return date, re.compile(rf"(?<![\w.])(?:{language.forms.number})")
