"""For all values and ways of saying them: what a result holds passes, and nothing else does."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from response_bench.said import said
from tests.response.grounding.conftest import ACCOUNT, TARIFF, TODAY, Turns
from voice.response.grounding.grounds import GivenValue

AMOUNTS = st.integers(300, 250_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(0, 360).map(lambda days: TODAY + datetime.timedelta(days=days))
COUNTS = st.integers(3, 999)
STYLES = st.integers(0, 20)
TURNS = {tag: Turns(tag) for tag in ("en", "fr")}
OWED = {"en": "You owe {}.", "fr": "Vous devez {}."}
DUE = {"en": "It is due on {}.", "fr": "C'est à payer avant le {}."}
LITRES = {"en": "It has {} litres.", "fr": "Il comprend {} litres."}
TAGS = st.sampled_from(["en", "fr"])


def account(**changed: GivenValue) -> dict[str, GivenValue]:
    return {**ACCOUNT, **changed}


@given(AMOUNTS, AMOUNTS, STYLES, TAGS)
@settings(max_examples=150, deadline=None)
def test_amounts(owed: Decimal, other: Decimal, style: int, tag: str) -> None:
    sentence = OWED[tag].format(said(owed, tag, style))
    assert TURNS[tag].wrong(sentence, account(amount=owed)) == []
    if other != owed and other != ACCOUNT["last_year"]:
        assert TURNS[tag].wrong(sentence, account(amount=other)) != []


@given(DAYS, DAYS, STYLES, TAGS)
@settings(max_examples=150, deadline=None)
def test_days(due: datetime.date, other: datetime.date, style: int, tag: str) -> None:
    sentence = DUE[tag].format(said(due, tag, style))
    assert TURNS[tag].wrong(sentence, account(due=due, read_on=due)) == []
    if (other.day, other.month) != (due.day, due.month):
        assert TURNS[tag].wrong(sentence, account(due=other, read_on=other)) != []


@given(COUNTS, COUNTS, STYLES, TAGS)
@settings(max_examples=150, deadline=None)
def test_counts(litres: int, other: int, style: int, tag: str) -> None:
    sentence = LITRES[tag].format(said(litres, tag, style))
    assert TURNS[tag].wrong(sentence, {**TARIFF, "litres": litres}) == []
    if other != litres:
        assert TURNS[tag].wrong(sentence, {**TARIFF, "litres": other}) != []


@given(COUNTS.filter(lambda number: number != 15), STYLES, TAGS)
@settings(max_examples=100, deadline=None)
def test_a_number_by_itself_is_none_that_no_result_has(number: int, style: int, tag: str) -> None:
    sentence = f"{said(number, tag, style)} euros."
    assert TURNS[tag].wrong(sentence.capitalize()) != []


@given(st.text(max_size=80), TAGS)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text: str, tag: str) -> None:
    grounds = TURNS[tag].after(ACCOUNT, {**TARIFF, "tariff": text[:20], "hotline": text})
    grounds.wrong(text)


@pytest.mark.parametrize("size", [500, 8_000])
def test_a_long_text_is_read_in_time(size: int) -> None:
    """Its cost grows no faster than its length: no pattern tries its way back and forth."""
    assert TURNS["en"].wrong("1 two 3, " * (size // 9)) != []
    assert TURNS["en"].grounding.reader.facts("1 two 3, " * (size // 9))
