"""Amounts, shares and counts where they stand in a row of tokens."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from voice.response.grounding.mentions import AmountMention, CountMention, Mention, ShareMention
from voice.response.grounding.numbers import Numbers
from voice.response.grounding.tokens import Row, phrase_of, phrases_of

Found = tuple[Mention, int]
"""A fact, and the position behind it."""

_MOST_NOUNS = 3
_MOST_BETWEEN = 4
"""Words between a unit and what each of it costs: "a minute will cost you 0.99 euros"."""
_HUNDREDTHS = 100


class Quantities:
    """Reads them in one language."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._statements = numbers.statements
        language, amounts = numbers.language, numbers.language.forms.amounts
        self._and = phrase_of(amounts.money.split()[1], language)
        self._links = phrases_of(amounts.scale_of, language)

    def at(self, row: Row, at: int) -> Found | None:
        """What begins at this token."""
        return self._sign_before(row, at) or self._number(row, at)

    def nouns_at(self, row: Row, at: int) -> tuple[tuple[str, ...], str]:
        """The roots of what is counted, and the unit among them."""
        nouns: list[str] = []
        for here in range(at, min(at + _MOST_NOUNS, len(row))):
            unit = self._numbers.unit_at(row, here)
            if not unit and (not row.is_kind(here, "word") or self._is_function(row, here)):
                break
            nouns.append(self._statements.root(row.word(here)))
            if unit:
                return tuple(nouns), unit
        return tuple(nouns), ""

    def _is_function(self, row: Row, at: int) -> bool:
        words = self._statements.function_words
        return row.word(at) in words or self._numbers.reader.begins_at(row.plain, at)

    def _number(self, row: Row, at: int) -> Found | None:
        value, end = self._numbers.value_at(row, at)
        if value is None:
            return None
        if length := row.longest(end, self._numbers.percent):
            return ShareMention(value=value, **row.span(at, end + length)), end + length
        found = self._amount(row, at) or self._range(row, at, end, value)
        return found or self._count(row, at, end, value)

    def _amount(self, row: Row, at: int) -> Found | None:
        """A number with its currency behind it, and perhaps with cents behind that."""
        value, end = self._numbers.value_at(row, at, money=True)
        if value is None:
            return None
        if length := row.longest(end, self._numbers.small):
            codes = self._numbers.small[row.phrase(end, length)]
            return self._per(row, at, end + length, value / _HUNDREDTHS, codes)
        end += row.longest(end, self._links)
        length = row.longest(end, self._numbers.currencies)
        if not length:
            return None
        code = frozenset([self._numbers.currencies[row.phrase(end, length)]])
        small, behind = self._hundredths(row, end + length)
        if small and value == int(value):
            return self._per(row, at, behind, value + small, code)
        return self._per(row, at, end + length, value, code)

    def _hundredths(self, row: Row, at: int) -> tuple[Decimal | None, int]:
        """What follows the currency: "and 17 cents", or a mere "17"."""
        joined = len(self._and) if row.phrase(at, len(self._and)) == self._and else 0
        small, end = self._numbers.value_at(row, at + joined)
        if small is None or small != int(small) or not 0 < small < _HUNDREDTHS:
            return None, at
        named = row.longest(end, self._numbers.small)
        counts = self.nouns_at(row, end)[0] or row.longest(end, self._numbers.currencies)
        alone = not (joined or counts or row.longest(end, self._numbers.percent))
        return (small / _HUNDREDTHS, end + named) if named or alone else (None, at)

    def _sign_before(self, row: Row, at: int) -> Found | None:
        """€5 and EUR 5."""
        code = self._numbers.currencies.get((row.word(at),))
        marked = code and (row.is_kind(at, "sign") or row[at].text == code)
        value, end = self._numbers.value_at(row, at + 1, money=True)
        if not marked or not code or value is None or not row.is_kind(at + 1, "number"):
            return None
        return self._per(row, at, end, value, frozenset([code]))

    def _per(
        self, row: Row, at: int, end: int, value: Decimal, codes: frozenset[str]
    ) -> tuple[AmountMention, int]:
        """The amount, with the unit for each of which it is."""
        unit, behind = self._numbers.per_at(row, end)
        unit = unit or self._per_before(row, at)
        return AmountMention(
            value=value, currencies=codes, per=unit, **row.span(at, behind)
        ), behind

    def _per_before(self, row: Row, at: int) -> str:
        """The unit of "a minute costs ..."."""
        for here in range(at - 1, max(at - 2 - _MOST_BETWEEN, 0), -1):
            if not row.is_kind(here, "word") and row.word(here) != ",":
                break
            unit = self._numbers.unit_at(row, here)
            if unit and row.word(here - 1) in self._statements.per:
                return unit
        return ""

    def _range(self, row: Row, at: int, end: int, value: Decimal) -> Found | None:
        """The first of two numbers that count the same: "3 to 5 days"."""
        if row.word(end) not in self._statements.ranges and row.word(end) not in ("-", "\u2013"):
            return None
        second = self._number(row, end + 1)
        if second is None or row[end - 1].kind != row[end + 1].kind:
            return None
        span = row.span(at, end)
        match second[0]:
            case AmountMention() | ShareMention() as same:
                return replace(same, value=value, **span), end
            case CountMention() as same if not same.is_bare:
                return replace(same, value=value, **span), end
        return None

    def _count(self, row: Row, at: int, end: int, value: Decimal) -> Found | None:
        nouns, unit = self.nouns_at(row, end)
        in_words = row.is_kind(at, "word")
        bare = row.word(at) in self._statements.bare_words and end == at + 1 and not unit
        if bare or (in_words and value == 1 and row.word(end) in self._statements.moments):
            return None
        per, _ = self._numbers.per_at(row, end + len(nouns))
        span = row.span(at, end)
        counted = CountMention(
            value=value, unit=unit, nouns=nouns, per=per, in_words=in_words, **span
        )
        return counted, end
