"""Values that may be said, and whether what a sentence states is one of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from voice.response.grounding.fields import PERCENT, Field
from voice.response.grounding.mentions import (
    AddressMention,
    AmountMention,
    CodeMention,
    CountMention,
    DayMention,
    Mention,
    NameMention,
    ShareMention,
    TimeMention,
)
from voice.response.grounding.tokens import Row

GivenValue = str | int | Decimal | datetime.date | datetime.time
_SHORTEST_END = 2
_HALF_DAY = 12 * 60
_HOUR = "hour"


@dataclass(frozen=True)
class Ground:
    """A value that a tool gave, or was called with."""

    run: int
    """Which run of a tool: values of two are never one fact."""
    field: Field
    value: GivenValue
    words: frozenset[str] = frozenset()
    """Of a text."""
    facts: tuple[Mention, ...] = ()
    """What a text states."""

    def states(self, fact: Mention, today: datetime.date) -> bool:
        """Whether the value is what a sentence says."""
        match self.value:
            case str(text):
                return self._text_states(text, fact, today)
            case bool():
                return False
            case int() | Decimal() as number:
                return self._number_states(Decimal(number), fact)
            case datetime.datetime() as moment:
                return _is_time(moment.time(), fact) or _is_day(moment.date(), fact, today)
            case datetime.date() as date:
                return _is_day(date, fact, today)
            case datetime.time() as time:
                return _is_time(time, fact)

    def _number_states(self, value: Decimal, fact: Mention) -> bool:
        field = self.field
        match fact:
            case AmountMention(value=said, currencies=currencies, per=per):
                is_money = isinstance(self.value, Decimal) or bool(field.currencies)
                right = not field.currencies or bool(field.currencies & currencies)
                return said == value and is_money and right and self._is_per(per)
            case ShareMention(value=said):
                return said == value and (PERCENT in field.units or not field.is_told)
            case CountMention(value=said) if said == value:
                bare = fact.is_bare and self._is_per(fact.per)
                return bare or (isinstance(self.value, int) and self._counts(fact))
            case CodeMention(characters=characters):
                return characters == str(value)
            case TimeMention(minutes=minutes) if _HOUR in field.units:
                return minutes == 60 * value
        return False

    def _counts(self, fact: CountMention) -> bool:
        field = self.field
        if not field.units and not field.nouns:
            return not field.currencies
        named = (
            fact.unit in field.units if fact.unit else bool(field.nouns.intersection(fact.nouns))
        )
        return named and (not fact.per or fact.per in field.pers | field.pers_beside)

    def _is_per(self, per: str) -> bool:
        return not per or per in self.field.pers or not self.field.is_told

    def _text_states(self, text: str, fact: Mention, today: datetime.date) -> bool:
        match fact:
            case NameMention(words=words):
                return self.words.issuperset(words)
            case CodeMention(characters=characters, is_end=is_end):
                known = _characters(text)
                end = is_end and len(characters) >= _SHORTEST_END and known.endswith(characters)
                return (
                    characters == known or end or any(same(fact, one, today) for one in self.facts)
                )
            case CountMention(value=value) if fact.is_bare and str(value) == text.strip():
                return True
            case AddressMention(text=address):
                return address in text.lower()
        return any(same(fact, one, today) for one in self.facts)


def same(said: Mention, known: Mention, today: datetime.date) -> bool:
    """Whether a sentence says what is known to stand in a text."""
    match said, known:
        case AmountMention(), AmountMention():
            agree = said.value == known.value and bool(said.currencies & known.currencies)
            return agree and said.per in ("", known.per)
        case CountMention(), CountMention():
            counted = said.is_bare or (
                said.unit == known.unit and (said.unit or set(said.nouns) & set(known.nouns))
            )
            return said.value == known.value and bool(counted)
        case CountMention(), AmountMention():
            return said.is_bare and said.value == known.value
        case DayMention(), DayMention():
            return _is_part(said, known, today)
        case TimeMention(), TimeMention():
            half = (said.minutes - known.minutes) % _HALF_DAY == 0 and said.either_half
            return said.minutes == known.minutes or half
        case CodeMention(), CodeMention():
            end = said.is_end and known.characters.endswith(said.characters)
            return said.characters == known.characters or end
        case NameMention(), NameMention():
            return set(said.words) <= set(known.words)
    return said == known


def words_of_text(text: str, row: Row) -> frozenset[str]:
    """The plain words of a value."""
    return frozenset((*row.plain, *text.lower().split()))


def _is_part(said: DayMention, known: DayMention, today: datetime.date) -> bool:
    pairs = ((said.day, known.day), (said.month, known.month), (said.year, known.year))
    if said.from_today is not None and said.from_today != known.from_today:
        return bool(known.day and known.month) and _is_day(_next(known, today), said, today)
    weekday = said.weekday in (None, known.weekday) or (
        bool(known.day and known.month) and _next(known, today).weekday() == said.weekday
    )
    return weekday and all(one in (0, other) for one, other in pairs)


def _next(known: DayMention, today: datetime.date) -> datetime.date:
    """The day that is meant where no year stands: the next one."""
    year = known.year or today.year + ((known.month, known.day) < (today.month, today.day))
    try:
        return datetime.date(year, known.month, known.day)
    except ValueError:
        return datetime.date.min


def _is_day(date: datetime.date, fact: Mention, today: datetime.date) -> bool:
    if not isinstance(fact, DayMention):
        return False
    parts = ((fact.day, date.day), (fact.month, date.month), (fact.year, date.year))
    right = all(said in (0, known) for said, known in parts)
    distance = fact.from_today in (None, (date - today).days)
    return right and distance and fact.weekday in (None, date.weekday())


def _is_time(time: datetime.time, fact: Mention) -> bool:
    if not isinstance(fact, TimeMention):
        return False
    minutes = 60 * time.hour + time.minute
    half = fact.either_half and (fact.minutes - minutes) % _HALF_DAY == 0
    return fact.minutes == minutes or half


def _characters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))
