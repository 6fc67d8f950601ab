"""Number, trunk and customer say what a caller probably speaks before the first word."""

from __future__ import annotations

from typing import Any

import pytest

from voice.calls.hearing.language_prior import prior
from voice.recognition import LanguageBelief
from voice.settings.languages import Callers
from voice.telephony.leg import Offer

OFFERED = ["en", "fr", "sw"]
DIALECTS = {"sw-KE": "sw", "en-IN": "en"}


def offer(**known: Any) -> Offer:
    told = {"caller_number": None, "called": "100", "trunk": None, **known}
    return Offer(call_id="c", caller_display="", sample_rate=8000, identity="unknown", **told)


def likely(
    *rows: Callers,
    customer: str | None = None,
    dialects: dict[str, str] | None = None,
    **known: Any,
) -> dict[str, float]:
    found = prior(rows, LanguageBelief.of(OFFERED, dialects=dialects), offer(**known), customer)
    assert sum(found.values()) == pytest.approx(1)
    return found


def test_without_a_row_that_fits_all_are_as_likely() -> None:
    found = likely(Callers(number="+33", language="fr"), caller_number="35312345")
    assert len(set(found.values())) == 1


@pytest.mark.parametrize("written", ["+33", "0033", "33", "+33 6"])
def test_a_number_is_known_by_its_beginning(written: str) -> None:
    found = likely(Callers(number=written, language="fr", share=0.8), caller_number="33612345678")
    assert found["fr"] == pytest.approx(0.8)
    assert found["en"] == found["sw"] == pytest.approx(0.1)


def test_the_narrowest_beginning_counts() -> None:
    rows = (
        Callers(number="+1", language="en", share=0.9),
        Callers(number="+1514", language="fr", share=0.7),
    )
    assert likely(*rows, caller_number="15145550100")["fr"] == pytest.approx(0.7)
    assert likely(*reversed(rows), caller_number="12125550100")["en"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("row", "known"),
    [
        (Callers(called="+255800", language="sw"), {"called": "+255800123"}),
        (Callers(trunk="mombasa", language="sw"), {"trunk": "mombasa"}),
    ],
)
def test_the_number_dialled_and_the_trunk_tell_it_too(row: Callers, known: dict[str, Any]) -> None:
    assert likely(row, **known)["sw"] == pytest.approx(0.9)
    assert likely(row)["sw"] == pytest.approx(1 / 3)


def test_a_customer_is_known_by_the_whole_number_only() -> None:
    row = Callers(customer="400213", language="sw", share=0.99)
    assert likely(row, customer="400213")["sw"] == pytest.approx(0.99)
    assert likely(row, customer="4002131")["sw"] == likely(row)["sw"] == pytest.approx(1 / 3)


def test_what_is_known_by_different_keys_is_weighed_together() -> None:
    rows = (
        Callers(number="+254", language="sw", share=0.8),
        Callers(customer="400213", language="en", share=0.95),
    )
    found = likely(*rows, caller_number="254712345678", customer="400213")
    assert found["en"] > 0.7 > found["sw"] > found["fr"]


def test_callers_of_a_language_speak_any_of_its_dialects() -> None:
    row = Callers(number="+254", language="sw", share=0.8)
    found = likely(row, dialects=DIALECTS, caller_number="254712345678")
    assert found["sw"] == found["sw-KE"] == pytest.approx(0.4)
    assert found["en"] == found["en-IN"] == pytest.approx(0.05)


def test_a_row_may_name_a_dialect() -> None:
    row = Callers(trunk="mombasa", dialect="sw-KE", share=0.9)
    found = likely(row, dialects=DIALECTS, trunk="mombasa")
    assert found["sw-KE"] == pytest.approx(0.9)
    assert found["fr"] > found["sw"] == pytest.approx(found["en"]) == pytest.approx(found["en-IN"])


def test_a_customer_may_speak_a_dialect_that_is_rare_where_they_call_from() -> None:
    rows = (
        Callers(number="+254", dialect="sw-KE", share=0.8),
        Callers(customer="400213", dialect="en-IN", share=0.97),
    )
    found = likely(*rows, dialects=DIALECTS, customer="400213", caller_number="254712345678")
    assert found["en-IN"] > 0.7 > found["sw-KE"]


def test_where_one_language_is_offered_a_row_of_it_changes_nothing() -> None:
    row = Callers(number="+353", language="en")
    assert prior([row], LanguageBelief.of(["en"]), offer(caller_number="3531"), None) == {"en": 1.0}
