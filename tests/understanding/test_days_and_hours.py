"""Dates and times in callers' words, on Monday 30 November 2026."""

from __future__ import annotations

import datetime

import pytest

from voice.languages import language
from voice.tasks.arguments import Date, Time
from voice.understanding import read_value

TODAY = datetime.date(2026, 11, 30)


def read(argument: Date | Time, text: str, tag: str = "en", asked: bool = True) -> str | None:
    found = read_value(argument, text, language(tag), TODAY, asked=asked)
    return str(found.value) if found else None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("the fourteenth of December", "2026-12-14"),
        ("December fourteenth", "2026-12-14"),
        ("December 14th", "2026-12-14"),
        ("14 December 2027", "2027-12-14"),
        ("on the third of March", "2027-03-03"),
        ("the twenty first of January twenty twenty eight", "2028-01-21"),
        ("today", "2026-11-30"),
        ("tomorrow", "2026-12-01"),
        ("the day after tomorrow", "2026-12-02"),
        ("on Friday", "2026-12-04"),
        ("this Friday", "2026-12-04"),
        ("next Friday", "2026-12-11"),
        ("last Friday", "2026-11-27"),
        ("in two weeks", "2026-12-14"),
        ("Wednesday next week", "2026-12-09"),
        ("next week on Wednesday", "2026-12-09"),
        ("a week on Wednesday", "2026-12-09"),
        ("Wednesday week", "2026-12-09"),
        ("May fourteenth", "2027-05-14"),
        ("the second of February nineteen ninety eight", "1998-02-02"),
        ("in three days", "2026-12-03"),
        ("a week from now", "2026-12-07"),
        ("the fourteenth", "2026-12-14"),
        ("the end of the month", "2026-11-30"),
        ("the first of next month", "2026-12-01"),
        ("14/12/2026", "2026-12-14"),
        ("2026-12-14", "2026-12-14"),
        ("Tuesday, no, Wednesday", "2026-12-02"),
        ("the thirtieth of February", None),
        ("I may come", None),
    ],
)
def test_english_days(said: str, day: str | None) -> None:
    assert read(Date(), said) == day


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("le quatorze décembre", "2026-12-14"),
        ("le premier janvier", "2027-01-01"),
        ("demain", "2026-12-01"),
        ("après-demain", "2026-12-02"),
        ("vendredi", "2026-12-04"),
        ("dans deux semaines", "2026-12-14"),
        ("mercredi en huit", "2026-12-09"),
        ("mardi de la semaine prochaine", "2026-12-08"),
        ("le 14 décembre 2027", "2027-12-14"),
        ("mardi, non pardon, mercredi", "2026-12-02"),
    ],
)
def test_french_days(said: str, day: str) -> None:
    assert read(Date(), said, "fr") == day


def test_a_mere_number_within_a_request_is_no_day() -> None:
    assert read(Date(), "I am on plan 14", asked=False) is None
    assert read(Date(), "move it to the 14th of December", asked=False) == "2026-12-14"


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("half past ten", "10:30:00"),
        ("at three", "15:00:00"),
        ("three in the afternoon", "15:00:00"),
        ("at nine in the morning", "09:00:00"),
        ("ten thirty", "10:30:00"),
        ("three oh five", "15:05:00"),
        ("3:30 p.m.", "15:30:00"),
        ("8 a.m.", "08:00:00"),
        ("quarter to five", "16:45:00"),
        ("noon", "12:00:00"),
        ("14:30", "14:30:00"),
        ("ten o'clock", "10:00:00"),
        ("at ten, no, at eleven", "11:00:00"),
    ],
)
def test_english_times(said: str, time: str) -> None:
    assert read(Time(), said) == time


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("quinze heures trente", "15:30:00"),
        ("à dix heures", "10:00:00"),
        ("midi", "12:00:00"),
        ("trois heures de l'après-midi", "15:00:00"),
        ("neuf heures et demie", "09:30:00"),
        ("15h30", "15:30:00"),
    ],
)
def test_french_times(said: str, time: str) -> None:
    assert read(Time(), said, "fr") == time


def test_within_a_request_a_time_is_told_by_its_words() -> None:
    assert read(Time(), "move it to Friday at ten", asked=False) == "10:00:00"
    assert read(Time(), "I have two phones", asked=False) is None
