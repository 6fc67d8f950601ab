"""Numbers, units and currencies of a language, where they stand in a row of tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from voice.languages import Language, plain
from voice.response.grounding.tokens import MeaningPhrases, Row, phrase_of, phrases_of

_SHORT_MARK = 3
"""Letters; such a mark of a unit counts as it is written: MB is no mb of anything."""
_THOUSAND = 1000
_CODE = re.compile("[A-Z]{3}")


class Numbers:
    """The tables by which the numbers of one language are read."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.statements = language.statements
        self.reader = language.reader
        self.percent = phrases_of([language.forms.amounts.percent, "%", "per cent"], language)
        self._decimal = phrase_of(language.numbers.decimal_word, language)
        self.currencies: MeaningPhrases[str] = MeaningPhrases()
        """How currencies are written and said, with their codes."""
        self.small: MeaningPhrases[frozenset[str]] = MeaningPhrases()
        """Their hundredths, each with the currencies that it may be of."""
        self._add_currencies()
        self._marks, self._units = self._add_units()
        words = self.statements.per_words.items()
        self._per_words = {phrase_of(word, language)[0]: unit for word, unit in words}

    def value_at(self, row: Row, at: int, money: bool = False) -> tuple[Decimal | None, int]:
        """A number in figures or words, and the position behind it."""
        if row.is_kind(at, "number"):
            value = Decimal(self.language.forms.value(row[at].text, money=money))
            scale = self.reader.scales.get(row.word(at + 1))
            return (value * scale, at + 2) if scale else (value, at + 1)
        minus = row.word(at) == plain(self.language.numbers.minus)
        whole, end = self.whole_at(row, at + minus)
        if end == at + minus:
            lone = self.reader.scales.get(row.word(at))
            return (Decimal(lone), at + 1) if lone else (None, at)
        digits, behind = self._decimals_at(row, end)
        value = Decimal(f"{whole}.{digits}") if digits else Decimal(whole)
        return (-value if minus else value), behind

    def whole_at(self, row: Row, at: int) -> tuple[int, int]:
        """A whole number, and the position behind it, which is `at` where there is none."""
        if row.word(at).isdecimal():
            return int(row.word(at)), at + 1
        value, used = self.reader.whole_at(row.plain, at)
        end = at + used
        scale = self.reader.scales.get(row.word(end - 1), 0) if used else 0
        if scale >= _THOUSAND and row.word(end) == ",":
            rest, more = self.reader.whole_at(row.plain, end + 1)
            if more and 0 < rest < scale:
                return value + rest, end + 1 + more
        return value, end

    def unit_at(self, row: Row, at: int) -> str:
        """The unit that a word names; "" for none."""
        if not row.is_kind(at, "word"):
            return ""
        return self._marks.get(row[at].text) or self._units.get(row.word(at), "")

    def per_at(self, row: Row, at: int) -> tuple[str, int]:
        """The unit of "a month", "/month" or "monthly", and the position behind it."""
        per = self.statements.per
        if row.word(at) in self._per_words:
            return self._per_words[row.word(at)], at + 1
        if row.word(at) == "/" or row.word(at) in per:
            behind = at + 1 + (row.word(at + 1) in per)
            if unit := self.unit_at(row, behind):
                return unit, behind + 1
        return "", at

    def _decimals_at(self, row: Row, at: int) -> tuple[str, int]:
        """What is said behind the decimal point."""
        digits, end = "", at + len(self._decimal)
        if row.phrase(at, len(self._decimal)) != self._decimal:
            return "", at
        while (found := self.whole_at(row, end))[1] > end:
            digits, end = f"{digits}{found[0]}", found[1]
        return (digits, end) if digits else ("", at)

    def _add_currencies(self) -> None:
        language = self.language
        for currency in language.forms.amounts.currencies:
            code = next(mark for mark in currency.marks if _CODE.fullmatch(mark))
            for name in (currency.one, currency.many, *currency.marks):
                self.currencies.setdefault(phrase_of(name, language), code)
            for name in {currency.small_one, currency.small_many}:
                words = phrase_of(name, language)
                self.small[words] = self.small.get(words, frozenset()) | {code}
        for name, code in self.statements.currencies.items():
            self.currencies.setdefault(phrase_of(name, language), code)

    def _add_units(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Short marks as they are written, and words."""
        named = {word: unit for unit, words in self.statements.units.items() for word in words}
        for mark, words in self.language.forms.amounts.units.items():
            unit = named.get(words[0], words[0])
            named |= {word: named.get(word, unit) for word in (mark, *words)}
        marks = {word: unit for word, unit in named.items() if len(word) <= _SHORT_MARK}
        longer = {plain(word): unit for word, unit in named.items() if len(word) > 1}
        return marks, longer


@cache
def numbers_of(language: Language) -> Numbers:
    """The tables of a language, made once."""
    return Numbers(language)
