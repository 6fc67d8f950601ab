"""Dates, weekdays and times of the day where they stand in a row of tokens."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property

from voice.languages import plain
from voice.response.grounding.mentions import DayMention, Mention, TimeMention
from voice.response.grounding.numbers import Numbers
from voice.response.grounding.tokens import MeaningPhrases, Row, phrase_of

_NUMERIC = re.compile(
    r"(?<![\w.,/-])(?:(?P<iso>\d{4})-(?P<month2>\d{2})-(?P<day2>\d{2})"
    r"|(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?:(?P=mark)(?P<year>\d{4}|\d{2}))?)(?![\w/-]|\.\d)"
)
_ALWAYS = "24/7"
_CENTURY = 2000
_YEARS = range(1900, 2200)
_HALF = 12 * 60


class DayReader:
    """Reads them in one language."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        language, dates = numbers.language, numbers.language.forms.dates
        self._of, self._lead = plain(dates.of), plain(dates.lead)
        self._first = plain(dates.first)
        self._capitals = dates.months[0][0].isupper()
        self._months = {plain(name): number for number, name in enumerate(dates.months, 1)}
        self._short_months = {plain(name): n for name, n in dates.month_abbreviations.items()}
        self._weekdays = {plain(name): number for number, name in enumerate(dates.weekdays)}
        short = dates.weekday_abbreviations
        self._weekdays |= {
            plain(name): n - 1 for name, n in short.items() if name in dates.always_weekdays
        }
        ordinals = numbers.language.numbers
        said = ((phrase_of(ordinals.ordinal(day), language), day) for day in range(1, 32))
        self._ordinals: MeaningPhrases[int] = MeaningPhrases(said)
        days = numbers.statements.days.items()
        self._relative: MeaningPhrases[int] = MeaningPhrases(
            (phrase_of(word, language), n) for word, n in days
        )
        self._marks = frozenset(map(plain, ordinals.ordinals.marks))

    def at(self, row: Row, at: int) -> tuple[Mention, int] | None:
        """The date or time that begins at this token."""
        return (
            self._relative_day(row, at)
            or self._weekday(row, at)
            or self._date(row, at)
            or self._time(row, at)
        )

    # Dates

    def _relative_day(self, row: Row, at: int) -> tuple[Mention, int] | None:
        if not (length := row.longest(at, self._relative)):
            return None
        days = self._relative[row.phrase(at, length)]
        return DayMention(from_today=days, **row.span(at, at + length)), at + length

    def _weekday(self, row: Row, at: int) -> tuple[Mention, int] | None:
        """A weekday, with the date that may follow."""
        if row.word(at) not in self._weekdays or not self._is_capitalised(row, at):
            return None
        behind = at + 1 + (row.word(at + 1) in (",", "."))
        found = self._date(row, behind + (row.word(behind) == self._lead != ""))
        day, end = found or (DayMention(), at + 1)
        return replace(day, weekday=self._weekdays[row.word(at)], **row.span(at, end)), end

    def _date(self, row: Row, at: int) -> tuple[DayMention, int] | None:
        return (
            self._day_first(row, at)
            or self._month_first(row, at)
            or self._range(row, at)
            or self._month_alone(row, at)
        )

    def _day_first(self, row: Row, at: int) -> tuple[DayMention, int] | None:
        day, end = self._day_at(row, at)
        behind = end + (row.word(end) == self._of != "")
        month = self._month_at(row, behind) if day else 0
        if month:
            return self._with_year(row, at, behind + 1, day, month)
        alone = day and row.word(at - 1) == self._lead and self._is_ordinal(row, at, end)
        return (DayMention(day=day, **row.span(at, end)), end) if alone else None

    def _month_first(self, row: Row, at: int) -> tuple[DayMention, int] | None:
        month = self._month_at(row, at)
        if not month or not self._numbers.language.forms.dates.spoken_month_first:
            return None
        day, end = self._day_at(row, at + 1 + (row.word(at + 1) == self._lead))
        return self._with_year(row, at, end, day, month) if day else None

    def _month_alone(self, row: Row, at: int) -> tuple[DayMention, int] | None:
        """A month without a day, where it can be nothing else."""
        if row.word(at) not in self._months or not self._is_capitalised(row, at):
            return None
        year, end = self._year_at(row, at + 1)
        if year or row.word(at - 1) in self._numbers.statements.before_months:
            return DayMention(month=self._months[row.word(at)], year=year, **row.span(at, end)), end
        return None

    def _range(self, row: Row, at: int) -> tuple[DayMention, int] | None:
        """The first of two days of a month: "from 3 to 5 March"."""
        day, end = self._day_at(row, at)
        joint = row.word(end) in self._numbers.statements.ranges or row.word(end) in ("-", "\u2013")
        if not day or not joint:
            return None
        second = self._day_first(row, end + 1 + (row.word(end + 1) == self._lead))
        if second is None or not second[0].month:
            return None
        return replace(second[0], day=day, **row.span(at, end)), end

    def _with_year(
        self, row: Row, at: int, end: int, day: int, month: int
    ) -> tuple[DayMention, int]:
        comma = row.word(end) == ","
        year, behind = self._year_at(row, end + comma)
        end = behind if year else end
        return DayMention(day=day, month=month, year=year, **row.span(at, end)), end

    def _day_at(self, row: Row, at: int) -> tuple[int, int]:
        """A day of a month, and the position behind it; 0 where there is none."""
        if length := row.longest(at, self._ordinals):
            return self._ordinals[row.phrase(at, length)], at + length
        if self._first and row.word(at) == self._first:
            return 1, at + 1
        day, end = self._numbers.whole_at(row, at)
        if end == at or not 1 <= day <= 31:
            return 0, at
        marked = end < len(row) and row[end].joined and row.word(end) in self._marks
        return day, end + marked

    def _is_ordinal(self, row: Row, at: int, end: int) -> bool:
        """Whether a day by itself can be nothing else: "the 14th", "le 14"."""
        followed = row.is_kind(end, "word")
        ends = not followed or row.word(end) in self._numbers.statements.function_words
        marked = bool(self._first) or row.word(end - 1) in self._marks
        return ends and marked and row.is_kind(at, "number")

    def _month_at(self, row: Row, at: int) -> int:
        word = row.word(at)
        if not self._is_capitalised(row, at):
            return 0
        return self._months.get(word) or self._short_months.get(word, 0)

    def _year_at(self, row: Row, at: int) -> tuple[int, int]:
        """Four figures, or words; 0 where there is no year."""
        year, end = self._numbers.whole_at(row, at)
        if year in _YEARS:
            return year, end
        low, behind = self._numbers.whole_at(row, end) if end > at else (0, at)
        in_words = row.is_kind(at, "word") and behind > end
        pair = 100 * year + low
        paired = bool(self._numbers.language.numbers.years_in_pairs_with) and in_words
        return (pair, behind) if paired and pair in _YEARS else (0, at)

    def _is_capitalised(self, row: Row, at: int) -> bool:
        """As the language writes months and weekdays."""
        return 0 <= at < len(row) and (not self._capitals or row[at].text[0].isupper())

    # Times

    def _time(self, row: Row, at: int) -> tuple[Mention, int] | None:
        length = row.longest(at, self._times) or (self._hour_mark(row, at))
        if not length:
            return None
        written = self._times.get(row.phrase(at, length)) or row.word(at)
        time = self.clock(written if ":" in written or "h" in written else f"{written}:00")
        end = at + length
        return (replace(time, **row.span(at, end)), end) if time else None

    def _hour_mark(self, row: Row, at: int) -> int:
        """5 o'clock in figures."""
        marked = row.word(at + 1) in self._numbers.statements.hour_words
        return 2 if marked and row.word(at).isdecimal() else 0

    @cached_property
    def _times(self) -> MeaningPhrases[str]:
        """How times are said, each with how it is written."""
        language = self._numbers.language
        spoken = (*language.spoken_times, *self._numbers.statements.times.items())
        return MeaningPhrases(
            (tuple(plain(said).replace("-", " ").split()), at) for said, at in spoken
        )

    def clock(self, written: str) -> TimeMention | None:
        """The time that is written so."""
        found = self.clock_pattern.fullmatch(written.strip())
        return self._clock(found) if found else None

    def _clock(self, found: re.Match[str]) -> TimeMention | None:
        hour, minute = int(found["hour"] or found["hour2"]), int(found["minute"] or 0)
        if hour > 24 or minute > 59:
            return None
        groups = found.groupdict().items()
        half = next((name[-1] for name, text in groups if name.startswith("half_") and text), "")
        marks = bool(self._numbers.language.forms.dates.noon_marks)
        if half:
            hour = hour % 12 + 12 * (half == "p")
        minutes = (60 * hour + minute) % (2 * _HALF)
        either = marks and not half and 1 <= hour <= 12
        return TimeMention(
            minutes=minutes, either_half=either, start=found.start(), end=found.end()
        )

    @cached_property
    def clock_pattern(self) -> re.Pattern[str]:
        """A time in figures."""
        dates = self._numbers.language.forms.dates
        letters = dates.hour_marks.replace(":", "")
        mark = rf"(?::|\s?[{letters}]\s?)" if letters else ":"
        units = "|".join(unit for unit in dates.hour_units if len(unit) == 1) or "(?!)"
        minutes = rf"{mark}(?P<minute>[0-5]\d)(?![\w:]*\d)(?:{self._half('a')})?"
        return re.compile(
            rf"(?<![\w:.,])(?:(?P<hour>\d{{1,2}})(?:{minutes}|\s?(?:{units})(?!\w))"
            rf"|(?P<hour2>\d{{1,2}})(?:{self._half('b')}))"
        )

    def _half(self, place: str) -> str:
        """The source of an expression for what says which half of the day."""
        marks = self._numbers.language.forms.dates.noon_marks.items()
        named = (f"(?P<half_{place}{n}{half}>{mark})" for n, (mark, half) in enumerate(marks))
        return rf"\s?(?:{'|'.join(named)})" if marks else "(?!)"

    def written(self, text: str) -> list[Mention]:
        """Dates and times that stand in figures in a composed text."""
        found: list[Mention | None] = [
            self._clock(match) for match in self.clock_pattern.finditer(text)
        ]
        found += [_numeric(match) for match in _NUMERIC.finditer(text) if match[0] != _ALWAYS]
        return [mention for mention in found if mention is not None]


def _numeric(match: re.Match[str]) -> DayMention | None:
    day, month = int(match["day"] or match["day2"]), int(match["month"] or match["month2"])
    year = int(match["year"] or match["iso"] or 0)
    year += _CENTURY if 0 < year < 100 else 0
    if not match["iso"] and not year and match["mark"] != "/":
        return None
    if month > 12 >= day:
        day, month = month, day
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    return DayMention(day=day, month=month, year=year, start=match.start(), end=match.end())
