"""Dates as callers say them: "the fourteenth of December", "next Tuesday", "in two weeks"."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from voice.languages import Language, TextWord, plain, words_at
from voice.understanding.corrections import parts_between
from voice.understanding.counted import counts_something, words_for_days
from voice.understanding.found import Found, cut_out
from voice.understanding.phrase_table import PhraseTable

_Day = tuple[datetime.date, int]
"""A date, and the position of the word behind it."""
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_FIGURES = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b")
_CENTURY = 2000
_WEEK = 7
_LONGEST_BEFORE = 3
"""Words of a phrase before a weekday that says which."""
_BETWEEN = 2
"""Up to the position behind which a weekday is no part of a date: "Tuesday, the first of May"."""
_MONTHS = 12


def read_date(
    text: str, language: Language, today: datetime.date, asked: bool = True
) -> Found | None:
    """The day that is meant, the last one where the caller corrects themselves.

    Without a year it is the next such day from today on. `asked`: "the fourteenth" alone is a day.
    """
    for begin, end in reversed(parts_between(text, language)):
        found = _in_figures(text[begin:end], today) or _in_words(
            text[begin:end], _words_of_days(language), today, asked
        )
        if found:
            day, first, last = found
            return Found(day, *cut_out(text, begin + first, begin + last))
    return None


def _in_figures(text: str, today: datetime.date) -> tuple[datetime.date, int, int] | None:
    if iso := _ISO.search(text):
        day = _date(int(iso[1]), int(iso[2]), int(iso[3]))
        return (day, *iso.span()) if day else None
    for found in _FIGURES.finditer(text):
        first, second = int(found[1]), int(found[2])
        if second > _MONTHS:  # month before day, as in the United States
            first, second = second, first
        year = int(found[3]) if found[3] else None
        if year is not None and year < 100:
            year += _CENTURY
        day = _date(year, second, first) if year else _next_date(today, second, first)
        if day:
            return (day, *found.span())
    return None


def _in_words(
    text: str, words: _Words, today: datetime.date, asked: bool
) -> tuple[datetime.date, int, int] | None:
    """The day that tells most; of several the one to which something is moved."""
    found = words_at(text)
    said = [plain(word.text) for word in found]
    likely = list(_candidates(said, words, today, asked))
    if not likely:
        return None
    begin, day = min(likely, key=lambda one: words.doubt(said, one[0]))
    return day[0], found[begin].start, _end(found, day[1])


def _candidates(
    said: Sequence[str], words: _Words, today: datetime.date, asked: bool
) -> Iterator[tuple[int, _Day]]:
    """Where days begin, those that tell most first, without those that are not meant."""
    taken: set[int] = set()
    for read in words.readers(asked):
        for begin in range(len(said)):
            day = read(said, begin, today) if begin not in taken else None
            if day is None or taken.intersection(range(begin, day[1] + _BETWEEN)):
                continue
            taken |= {*range(begin, day[1])}
            if not words.is_denied(said, begin, asked):
                yield begin, day


def _end(words: Sequence[TextWord], position: int) -> int:
    return words[position - 1].end


@dataclass(frozen=True)
class _Words:
    """The words for days of one language."""

    language: Language
    days: PhraseTable[int]
    months: PhraseTable[int]
    weekdays: PhraseTable[int]
    relative: PhraseTable[int]
    counts: PhraseTable[int]

    def readers(
        self, asked: bool
    ) -> Iterator[Callable[[Sequence[str], int, datetime.date], _Day | None]]:
        """By how much they tell: a whole date counts before the weekday beside it."""
        yield self._day_and_month
        yield self._month_and_day
        yield self._edge_of_month
        yield self._span
        yield self._relative
        yield self._weekday
        yield self._day_alone if asked else self._led_day

    def doubt(self, said: Sequence[str], begin: int) -> int:
        """How little a day that begins here is the one that is meant; 1 where nothing tells."""
        days = self.language.dictated.days
        before = self._before(said, begin)
        return 0 if before in days.target else 2 if before in days.source else 1

    def is_denied(self, said: Sequence[str], begin: int, asked: bool) -> bool:
        """Whether it is a day that is not meant: "not on Friday", "since Friday"."""
        spoken = self.language
        if not asked and self._before(said, begin) in spoken.dictated.days.since:
            return True
        close = said[max(begin - 2, 0) : begin]
        if words_for_days(spoken).intersection(close):
            return False
        before = [full for word in close for full in spoken.contractions.words(word)]
        denying = spoken.dictated.not_ - spoken.numbers.dictation.corrections
        proposed = spoken.dictated.proposing.isdisjoint(said[max(begin - 3, 0) : begin])
        return proposed and not denying.isdisjoint(before)

    def _before(self, said: Sequence[str], begin: int) -> str:
        """The word before a day, of which "Tuesday the" of "Tuesday the first" is a part."""
        names = {*map(plain, self.language.forms.dates.weekdays), plain(self._lead)}
        while begin > 0 and said[begin - 1] in names:
            begin -= 1
        return said[begin - 1] if begin else ""

    @property
    def _lead(self) -> str:
        return self.language.forms.dates.lead

    def _relative(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        found = self.relative.at(said, at)
        return (today + datetime.timedelta(found[0]), found[1]) if found else None

    def _span(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        """ "in two weeks", "two weeks from now"."""
        days = self.language.dictated.days
        inside = said[at] in map(plain, days.inside)
        begin = at + inside
        counted = self._count(said, begin)
        if counted is None or counted[1] >= len(said):
            return None
        count, unit = counted[0], days.units.get(said[counted[1]])
        behind = counted[1] + 1
        later = PhraseTable(dict.fromkeys(days.later, True)).at(said, behind)
        if not inside and later is None:
            return None
        end = later[1] if later else behind
        if unit is not None:
            return today + datetime.timedelta(count * unit), end
        return (_months_later(today, count), end) if said[counted[1]] in days.months else None

    def _count(self, said: Sequence[str], at: int) -> tuple[int, int] | None:
        if at >= len(said):
            return None
        if said[at].isdecimal():
            return int(said[at]), at + 1
        if said[at] in self.language.dictated.article_as_one:
            return 1, at + 1
        value, used = self.language.reader.whole_at(said, at)
        return (value, at + used) if used else None

    def _weekday(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        found = self.weekdays.at(said, at)
        if not found:
            return None
        days = self.language.dictated.days
        weekday, end = found
        beside = {*said[max(at - 1, 0) : at], *said[end : end + 1]}
        ahead = (weekday - today.weekday()) % _WEEK or _WEEK
        if beside & days.last:
            return today + datetime.timedelta(ahead - _WEEK), end
        of_next_week = today.weekday() + ahead < _WEEK and days.next_weekday_is_of_next_week
        if beside & days.next and of_next_week:
            ahead += _WEEK
        day = today + datetime.timedelta(ahead)
        for phrases, begin in ((days.weeks_behind, end), (days.weeks_before, at)):
            weeks = _beside(phrases, said, begin, before=begin == at)
            if weeks:
                return day + datetime.timedelta(_WEEK * weeks[0]), max(end, weeks[1])
        names = dict.fromkeys(days.next_week, 1)
        week = _beside(names, said, end) or _beside(names, said, at, before=True)
        if week:
            day = today + datetime.timedelta(_WEEK + weekday - today.weekday())
        return day, max(end, week[1] if week else end)

    def _day(self, said: Sequence[str], at: int) -> tuple[int, int] | None:
        """A day of a month: "fourteenth", "14th", "fourteen"; but not "a second"."""
        if said[max(at - 1, 0) : at] and said[at - 1] in self.language.dictated.article_as_one:
            return None
        if at < len(said) and said[at].isdecimal() and 1 <= int(said[at]) <= 31:
            marks = self.language.numbers.ordinals.marks
            marked = said[at + 1 : at + 2] and said[at + 1] in map(plain, marks)
            return int(said[at]), at + 1 + bool(marked)
        return self.days.at(said, at) or self.counts.at(said, at)

    def _day_and_month(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        day = self._day(said, at)
        if day is None:
            return None
        dates, days = self.language.forms.dates, self.language.dictated.days
        place = day[1] + (said[day[1] : day[1] + 1] == [plain(dates.of)] and dates.of != "")
        month = self.months.at(said, place)
        if month and not self._is_other_word(said, place):
            return self._dated(said, month[1], month[0], day[0], today)
        beside = set(said[day[1] : day[1] + 4])
        if beside & days.of_month and beside & days.months:
            months = [
                place
                for place in range(day[1], day[1] + 4)
                if said[place : place + 1] and said[place] in days.months
            ]
            this = _months_later(today.replace(day=1), bool(beside & days.next))
            found = _date(this.year, this.month, day[0])
            end = months[0] + 1
            end += said[end : end + 1] != [] and said[end] in days.next
            return (found, end) if found else None
        return None

    def _month_and_day(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        month = self.months.at(said, at)
        if not (month and self.language.forms.dates.spoken_month_first):
            return None
        lead = said[month[1] : month[1] + 1] == [plain(self.language.forms.dates.lead)]
        day = self._day(said, month[1] + lead)
        if day is None or self._asks_of_some(said, at, day[1]):
            return None
        return self._dated(said, day[1], month[0], day[0], today)

    def _is_other_word(self, said: Sequence[str], at: int) -> bool:
        """Whether the name of a month is another word here: "may be"."""
        days = self.language.dictated.days
        follows = "".join(said[at + 1 : at + 2])
        return said[at] in days.doubtful_months and follows in days.no_month_before

    def _asks_of_some(self, said: Sequence[str], at: int, behind: int) -> bool:
        """Whether the name of a month, with a number behind it, is the verb of "may 14 people"."""
        if said[at] not in self.language.dictated.days.doubtful_months:
            return False
        last = said[behind - 1]
        plainly = last.isdecimal() or self.counts.at(said, behind - 1) is not None
        return plainly and counts_something(said, behind, self.language)

    def _dated(
        self, said: Sequence[str], end: int, month: int, day: int, today: datetime.date
    ) -> _Day | None:
        year, behind = self._year(said, end)
        found = _date(year, month, day) if year else _next_date(today, month, day)
        return (found, behind) if found else None

    def _year(self, said: Sequence[str], at: int) -> tuple[int, int]:
        """A year of this century or the last, or 0: "2027", "nineteen ninety eight"."""
        first = self._count(said, at)
        if first is None:
            return 0, at
        if _CENTURY - 100 <= first[0] < _CENTURY + 100:
            return first
        second = self._count(said, first[1])
        if first[0] in (_CENTURY // 100 - 1, _CENTURY // 100) and second and second[0] < 100:
            return 100 * first[0] + second[0], second[1]
        return 0, at

    def _edge_of_month(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        """ "the end of the month", "the beginning of January"."""
        days = self.language.dictated.days
        for phrases, last in ((days.first_of_month, False), (days.last_of_month, True)):
            edge = PhraseTable(dict.fromkeys(phrases, True)).at(said, at)
            if edge is None:
                continue
            for place in range(edge[1], min(edge[1] + 4, len(said))):
                month = self.months.at(said, place)
                if month:
                    first = _next_date(today.replace(day=1), month[0], 1)
                    return (_edge(first, last), month[1]) if first else None
                if said[place] in days.months:
                    near = {*said[edge[1] : place], *said[place + 1 : place + 2]}
                    coming = bool(near & days.next) or not last
                    first = _months_later(today.replace(day=1), coming)
                    return _edge(first, last), place + 1
        return None

    def _led_day(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        """ "On the fourteenth", within a request; "the second time" is none."""
        led = self._lead != "" and said[max(at - 1, 0) : at] == [plain(self._lead)]
        day = self._day(said, at) if led else None
        if day is None or counts_something(said, day[1], self.language):
            return None
        if self.language.forms.dates.of and self.counts.at(said, at):
            return None  # "the two": where days are ordinals, a mere number is none
        return self._day_alone(said, at, today)

    def _day_alone(self, said: Sequence[str], at: int, today: datetime.date) -> _Day | None:
        """ "the fourteenth": of this month, or of the next one that has it."""
        day = self._day(said, at)
        if day and any(self.months.at(said, place) for place in (day[1], day[1] + 1)):
            return None
        for months in range(_MONTHS) if day else ():
            month = _months_later(today.replace(day=1), months)
            found = _date(month.year, month.month, day[0]) if day else None
            if found and day and found >= today:
                return found, day[1]
        return None


def _beside(
    phrases: Mapping[str, int], said: Sequence[str], at: int, *, before: bool = False
) -> tuple[int, int] | None:
    """What a phrase stands for that begins here, or with `before` ends here; and its end."""
    table = PhraseTable(phrases)
    begins = range(max(at - _LONGEST_BEFORE, 0), at) if before else (at,)
    found = (table.at(said, begin) for begin in begins)
    return next((one for one in found if one and (one[1] == at or not before)), None)


def _edge(first: datetime.date, last: bool) -> datetime.date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1]) if last else first


@cache
def _words_of_days(language: Language) -> _Words:
    dates, numbers = language.forms.dates, language.numbers
    months = [(name, number) for number, name in enumerate(dates.months, 1)]
    weekdays = [(name, number) for number, name in enumerate(dates.weekdays)]
    ordinals = [
        (numbers.ordinal(day, feminine), day) for day in range(1, 32) for feminine in (False, True)
    ]
    first = [(dates.first, 1)] if dates.first else []
    short = [
        (name, day - 1)
        for name, day in dates.weekday_abbreviations.items()
        if name in dates.always_weekdays
    ]
    return _Words(
        language,
        PhraseTable([*first, *ordinals]),
        PhraseTable([*months, *dates.month_abbreviations.items()]),
        PhraseTable([*weekdays, *short]),
        PhraseTable(language.dictated.days.relative),
        PhraseTable([(numbers.cardinal(day), day) for day in range(1, 32)]),
    )


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _next_date(today: datetime.date, month: int, day: int) -> datetime.date | None:
    """The next such day from today on; of a leap day up to eight years away."""
    coming = (_date(year, month, day) for year in range(today.year, today.year + 9))
    return next((date for date in coming if date and date >= today), None)


def _months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year, month = day.year + years, month + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
