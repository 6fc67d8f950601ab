"""Counts and sums of money in callers' words."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from voice.languages import language
from voice.tasks.arguments import Amount, Number
from voice.understanding import read_value

TODAY = datetime.date(2026, 11, 30)


def read(argument: Number | Amount, text: str, tag: str = "en", asked: bool = True) -> object:
    found = read_value(argument, text, language(tag), TODAY, asked=asked)
    return found and found.value


@pytest.mark.parametrize(
    ("said", "tag", "count"),
    [
        ("four thousand five hundred and twelve", "en", 4512),
        ("4512", "en", 4512),
        ("4,512", "en", 4512),
        ("it's a hundred and twenty", "en", 120),
        ("four five one two", "en", 4512),
        ("451.5", "en", 451),
        ("three, no, sorry, four", "en", 4),
        ("quatre mille cinq cent douze", "fr", 4512),
        ("deux personnes", "fr", 2),
        ("I do not know", "en", None),
    ],
)
def test_counts(said: str, tag: str, count: int | None) -> None:
    assert read(Number(), said, tag) == count


def test_a_count_stays_within_its_bounds() -> None:
    assert read(Number(least=1, most=10), "there are 400 of us, no, four") == 4
    assert read(Number(least=1, most=10), "four hundred") is None


def test_a_small_number_of_something_else_is_no_reading() -> None:
    assert read(Number(), "I have two questions", asked=False) is None
    assert read(Number(), "the meter stands at 4512", asked=False) == 4512


@pytest.mark.parametrize(
    ("said", "tag", "amount"),
    [
        ("forty two euros seventeen", "en", "42.17"),
        ("forty two euros and seventeen cents", "en", "42.17"),
        ("€42.17", "en", "42.17"),
        ("42.17", "en", "42.17"),
        ("forty two fifty", "en", "42.50"),
        ("a hundred and twenty dollars", "en", "120"),
        ("twenty", "en", "20"),
        ("1,250 pounds", "en", "1250"),
        ("quarante-deux euros dix-sept", "fr", "42.17"),
        ("42,17 euros", "fr", "42.17"),
        ("twenty euros, no, thirty euros", "en", "30"),
    ],
)
def test_sums_of_money(said: str, tag: str, amount: str) -> None:
    assert read(Amount(), said, tag) == Decimal(amount)


def test_within_a_request_money_is_named() -> None:
    assert read(Amount(), "I want to pay 50 euros of it", asked=False) == Decimal(50)
    assert read(Amount(), "it is about invoice 4711", asked=False) is None
