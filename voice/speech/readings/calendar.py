"""Dates, years, times of day and ordinals."""

from __future__ import annotations

import re
from typing import Final

from voice.speech import numbers

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MONTH: Final = r"(?:{}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)".format(
    "|".join(rf"{month}\b" for month in _MONTHS)
)
_DAY: Final = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR: Final = r"(?:1[5-9]|20)\d\d"


def _spoken_date(day: int, month: int, year: str | None) -> str:
    spoken = f"the {numbers.ordinal(day)} of {_MONTHS[month - 1]}"
    return f"{spoken} {numbers.year(int(year))}" if year else spoken


def _month_number(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))


def _day_first(match: re.Match[str]) -> str:
    return _spoken_date(int(match["day"]), _month_number(match["month"]), match["year"])


def _month_first(match: re.Match[str]) -> str:
    month, day = _MONTHS[_month_number(match["month"]) - 1], numbers.ordinal(int(match["day"]))
    spoken = f"{month} {day}"
    return f"{spoken}, {numbers.year(int(match['year']))}" if match["year"] else spoken


def _month_and_year(match: re.Match[str]) -> str:
    return f"{_MONTHS[_month_number(match[1]) - 1]} {numbers.year(int(match[2]))}"


def _numeric(match: re.Match[str]) -> str | None:
    day, month = int(match["day"]), int(match["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    return _spoken_date(day, month, match["year"])


def _time(match: re.Match[str]) -> str | None:
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 23 or minute > 59:
        return None
    half = (match["half"] or "").lower()
    if hour == minute == 0:
        return "midnight"
    if hour > 12 and not half:
        hour, half = hour - 12, "p"
    spoken = numbers.cardinal(hour) if hour else "twelve" if half else "zero"
    if minute:
        low = "oh " if minute < 10 else ""
        spoken += f" {low}{numbers.cardinal(minute)}"
    elif not half:
        spoken += " o'clock"
    return f"{spoken} {half} m" if half else spoken


def _whole_hour(match: re.Match[str]) -> str | None:
    hour = int(match["hour"])
    return f"{numbers.cardinal(hour)} {match['half'].lower()} m" if 1 <= hour <= 12 else None


def _ordinal(match: re.Match[str]) -> str:
    return numbers.ordinal(int(match[1]))


_AM_PM: Final = r"(?P<half>[aApP])(?:\.\s?[mM]\.|[mM]\b)"
_HALF: Final = rf"(?:\s?{_AM_PM})?"

RULES: Final = (
    (rf"(?<![\w.-])(?P<year>{_YEAR})-(?P<month>\d\d)-(?P<day>\d\d)(?![\w-])", _numeric),
    (
        rf"(?<![\w./-])(?P<day>\d{{1,2}})(?P<dot>[./])(?P<month>\d{{1,2}})(?P=dot)(?P<year>{_YEAR})"
        r"(?!\w)",
        _numeric,
    ),
    (
        rf"(?:\b[Tt]he\s)?(?<![\w.,])(?P<day>{_DAY})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_MONTH})"
        rf"(?:,?\s(?P<year>{_YEAR})\b)?",
        _day_first,
    ),
    (
        rf"\b(?P<month>{_MONTH})\s(?P<day>{_DAY})(?:st|nd|rd|th)?\b(?![.,]?\d|\s?(?:GB|euro|%))"
        rf"(?:,?\s(?P<year>{_YEAR})\b)?",
        _month_first,
    ),
    (rf"\b({_MONTH})\s({_YEAR})\b", _month_and_year),
    (
        rf"(?<=\b[Ii]n\s)(?P<year>{_YEAR})(?![\w,.]*\d|\s?(?:GB|%|euro))",
        lambda match: numbers.year(int(match["year"])),
    ),
    (
        rf"(?<=\b[Ss]ince\s)(?P<year>{_YEAR})(?![\w,.]*\d)",
        lambda match: numbers.year(int(match["year"])),
    ),
    (rf"(?<![\w:.])(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?![\w:]){_HALF}", _time),
    (rf"(?<![\w:.])(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?=[ap]\.?m){_HALF}", _time),
    (rf"(?<![\w:.])(?P<hour>\d{{1,2}})\s?{_AM_PM}", _whole_hour),
    (r"(?<![\w.,])(\d{1,4})(?:st|nd|rd|th)\b", _ordinal),
)
