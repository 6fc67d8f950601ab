"""Dates, days of the week, years, times of day and ordinals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from voice.languages.readings.forms import Forms, Reading, Rules, one_of

_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?:1[5-9]|20)\d\d"
_NO_DAY = r"(?![.,/]?\d|\s?(?:[GMTK][Bbo]\b|euro|[%\u20ac$\u00a3]))"
"""What shows that a number behind the name of a month is none of its days."""
_DASH = r"\s?[-\u2013]\s?"


def rules(forms: Forms) -> Rules:
    """In order of precedence."""
    dates = forms.dates
    month = _names(dates.months, dates.month_abbreviations)
    marks = one_of(_ordinal_marks(forms))
    lead = rf"(?:\b(?i:{re.escape(dates.lead)})\s)?" if dates.lead else ""
    of = rf"(?:{re.escape(dates.of)}\s)?" if dates.of else ""
    day_first, month_first = partial(_day_first, forms), partial(_month_first, forms)
    numeric, year = partial(_numeric, forms), rf"(?:,?\s(?P<year>{_YEAR})\b)?"
    found: list[tuple[str, Reading]] = [
        (rf"(?<![\w.-])(?P<year>{_YEAR})(?P<dash>[-/])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)(?:T(?=\d)|(?![\w-]))",
         numeric),
        (rf"{lead}(?<![\w./-])(?P<day>\d{{1,2}})(?P<dot>[./-])(?P<month>\d{{1,2}})(?P=dot)"
         rf"(?P<year>{_YEAR}|\d\d)(?![\w/.-]*\d)", numeric),
        (rf"(?<![\w.])(?P<day>{_DAY})(?:{marks})?{_DASH}(?P<last>{_DAY})(?:{marks})?\s{of}"
         rf"(?P<month>{month}){year}", partial(_days, forms)),
        (rf"{lead}(?<![\w.,])(?P<day>{_DAY})(?:{marks})?\s{of}(?P<month>{month}){year}", day_first),
    ]  # fmt: skip
    if dates.spoken_month_first:
        found.append(
            (
                rf"(?<!\w)(?P<month>{month})\s(?P<day>{_DAY})(?:{marks})?\b{_NO_DAY}{year}",
                month_first,
            )
        )
    found += [
        (rf"(?<!\w)({month})\s({_YEAR})\b", partial(_month_and_year, forms)),
        (r"(?<![\w.,/])(?P<day>\d{1,2})/(?P<month>0\d|1[0-2])(?![\w/]|[.,]\d)",
         partial(_short_date, forms)),
        *_weekdays(forms),
        *_years(forms),
        *_decades(forms),
        *_times(forms),
    ]  # fmt: skip
    return found


def _ordinal_marks(forms: Forms) -> list[str]:
    return [*forms.numbers.ordinals.marks, *forms.numbers.ordinals.feminine_marks]


def _names(full: Sequence[str], short: Mapping[str, int]) -> str:
    return rf"(?:(?:{one_of(full)})\b|(?:{one_of(short)})\b\.?)"


def _place(name: str, full: Sequence[str], short: Mapping[str, int]) -> int:
    """Which of the months or weekdays, from 1."""
    return short.get(name.rstrip(".")) or full.index(name) + 1


def _month(forms: Forms, name: str) -> int:
    return _place(name, forms.dates.months, forms.dates.month_abbreviations)


def _spoken_day(forms: Forms, day: int) -> str:
    if forms.dates.first:
        return forms.dates.first if day == 1 else forms.numbers.cardinal(day)
    return forms.numbers.ordinal(day)


def _date(forms: Forms, match: re.Match[str], day: int, month: int, template: str = "") -> str:
    """A date as it is said where the match stands."""
    year, spoken_year = match.groupdict().get("year"), ""
    if year:
        spoken_year = forms.numbers.year(int(year) if len(year) == 4 else 2000 + int(year))
    name = forms.dates.months[month - 1]
    spoken = (template or forms.dates.spoken).format(
        day=_spoken_day(forms, day), month=name, year=spoken_year
    )
    spoken = spoken.strip().rstrip(",")
    return spoken if template else f"{_lead(forms, match)}{spoken}"


def _lead(forms: Forms, match: re.Match[str]) -> str:
    """The article before a date, unless what stands before goes without."""
    before = re.search(r"(\w+)\s+$", match.string[: match.start()])
    none = before and before[1].lower() in forms.dates.no_lead_behind
    return f"{forms.dates.lead} " if forms.dates.lead and not none else ""


def _day_first(forms: Forms, match: re.Match[str]) -> str:
    return _date(forms, match, int(match["day"]), _month(forms, match["month"]))


def _month_first(forms: Forms, match: re.Match[str]) -> str:
    month, template = _month(forms, match["month"]), forms.dates.spoken_month_first
    return _date(forms, match, int(match["day"]), month, template)


def _days(forms: Forms, match: re.Match[str]) -> str:
    first = _spoken_day(forms, int(match["day"]))
    bare = forms.dates.spoken
    last = _date(forms, match, int(match["last"]), _month(forms, match["month"]), bare)
    return forms.dates.days.format(first=first, last=last)


def _month_and_year(forms: Forms, match: re.Match[str]) -> str:
    name = forms.dates.months[_month(forms, match[1]) - 1]
    return f"{name} {forms.numbers.year(int(match[2]))}"


def _numeric(forms: Forms, match: re.Match[str]) -> str | None:
    day, month = int(match["day"]), int(match["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    spoken = _date(forms, match, day, month)
    return f"{spoken}, " if match[0].endswith("T") else spoken


def _short_date(forms: Forms, match: re.Match[str]) -> str | None:
    """14/12 without a year; 1/2 is a fraction."""
    day, month = int(match["day"]), int(match["month"])
    plainly = day > month or match["month"].startswith("0") or match["day"].startswith("0")
    if not plainly or not 1 <= day <= 31 or month == 0:
        return None
    return _date(forms, match, day, month)


def _weekdays(forms: Forms) -> Rules:
    dates = forms.dates
    short = one_of(dates.weekday_abbreviations)

    def name(match: re.Match[str]) -> str:
        return dates.weekdays[dates.weekday_abbreviations[match[1]] - 1]

    return (
        *_pairs(forms, dates.weekdays, dates.weekday_abbreviations),
        *_pairs(forms, dates.months, dates.month_abbreviations),
        (rf"(?<![\w])({short})(?:\.(?=\s)|(?=,?\s\d))", name),
        (rf"(?<![\w])({one_of(dates.always_weekdays)})(?!\w)", name),
    )


def _pairs(forms: Forms, full: Sequence[str], short: Mapping[str, int]) -> Rules:
    """From one day of the week, or month, to another; at least one of them is written short."""
    day, words = _names(full, short), forms.abbreviations
    joint = rf"(?P<joint>{_DASH}|\s?[&/,]\s?|\s{re.escape(forms.amounts.to)}\s)"

    def name(text: str) -> str:
        return full[_place(text, full, short) - 1]

    def pair(match: re.Match[str]) -> str:
        joint = match["joint"].strip()
        between = f" {words.symbols['&']} " if joint == "&" else f" {forms.amounts.to} "
        between = ", " if joint in ("/", ",") else between
        year = f" {forms.numbers.year(int(match['year']))}" if match["year"] else ""
        return f"{name(match['first'])}{between}{name(match['second'])}{year}"

    pattern = rf"(?<![\w])(?P<first>{day}){joint}(?P<second>{day})(?!\w)(?:\s(?P<year>{_YEAR})\b)?"
    return ((pattern, pair),)


def _years(forms: Forms) -> Rules:
    numbers, units = forms.numbers, _NO_DAY
    return tuple(
        (rf"(?<=\b[{word[0].upper()}{word[0]}]{re.escape(word[1:])}\s)({_YEAR})\b{units}",
         lambda match: numbers.year(int(match[1])))
        for word in forms.dates.year_after
    )  # fmt: skip


def _decades(forms: Forms) -> Rules:
    mark = forms.dates.decade_mark

    def decade(match: re.Match[str]) -> str:
        spoken = forms.numbers.year(int(match[1]))
        return f"{spoken[:-1]}ies" if spoken.endswith("y") else f"{spoken}{mark}"

    return ((rf"(?<![\w.,])({_YEAR[:-2]}0)['\u2019]?{mark}(?!\w)", decade),) if mark else ()


def _times(forms: Forms) -> Rules:
    dates, numbers = forms.dates, forms.numbers
    noon = "|".join(f"(?P<half_{meaning}>{mark})" for mark, meaning in dates.noon_marks.items())
    half = rf"(?:\s?(?:{noon}))" if noon else r"(?:\b\B)"
    units = one_of(dates.hour_units)

    def time(match: re.Match[str]) -> str | None:
        parts = match.groupdict()
        hour, minute = int(parts["hour"]), int(parts.get("minute") or 0)
        if hour > 24 or minute > 59:
            return None
        meaning = next((key[-1] for key, text in parts.items() if key[:5] == "half_" and text), "")
        return forms.clock(numbers, hour, minute, meaning)

    def span(match: re.Match[str]) -> str | None:
        first, second = time_of(match["from"]), time_of(match["until"])
        return f"{first} {forms.amounts.to} {second}" if first and second else None

    marks = f"[{dates.hour_marks}]"
    clock_time = (
        rf"(?P<hour>\d{{1,2}})\s?{marks}\s?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\w:]*\d){half}?"
    )
    whole_hour = rf"(?P<hour>\d{{1,2}})\s?(?:{units})(?!\w)"
    kinds = [clock_time, whole_hour] if units else [clock_time]
    bare = "|".join(re.sub(r"\(\?P<\w+>", "(?:", kind) for kind in kinds)

    def time_of(text: str) -> str | None:
        matches = (re.fullmatch(kind, text.strip()) for kind in kinds)
        return next((time(match) for match in matches if match), None)

    found = [
        (rf"(?<![\w:.])(?P<from>{bare}){_DASH}(?P<until>{bare})", span),
        (rf"(?:(?<![\w:.])|(?<=\dT)){clock_time}", time),
    ]
    if noon:
        found.append((rf"(?<![\w:.])(?P<hour>\d{{1,2}}){half}", time))
    if units:
        found.append((rf"(?<![\w:.,]){whole_hour}", time))
    rank = [
        (rf"(?<![\w.,])(\d{{1,4}})(?:{one_of(marks_)})(?!\w)", partial(_ranked, forms, feminine))
        for marks_, feminine in (
            (numbers.ordinals.marks, False), (numbers.ordinals.feminine_marks, True)
        )
        if marks_
    ]  # fmt: skip
    return [*found, *rank]


def _ranked(forms: Forms, feminine: bool, match: re.Match[str]) -> str:
    return forms.numbers.ordinal(int(match[1]), feminine)
