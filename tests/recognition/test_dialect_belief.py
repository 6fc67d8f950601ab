"""One belief holds languages and their dialects: by what is known, heard, and how well it reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from voice.recognition import LanguageBelief

LONG, SHORT = 4.0, 0.8
OFFERED = ["en", "sw"]
DIALECTS = {"sw-KE": "sw", "en-IN": "en"}
SWAHILI, ENGLISH = {"sw": 0.97, "en": 0.01}, {"en": 0.97, "sw": 0.01}


def sure(*confidences: float, of: Sequence[str] = ("sw", "sw-KE")) -> dict[str, float]:
    """Readings as these, so sure of their words; 0: nothing was understood."""
    logs = [math.log(one) if one else -math.inf for one in confidences]
    return dict(zip(of, logs, strict=True))


@pytest.fixture
def anybody() -> LanguageBelief:
    return LanguageBelief.of(OFFERED, dialects=DIALECTS)


def test_languages_are_as_likely_as_each_other_and_so_are_the_dialects_of_one() -> None:
    belief = LanguageBelief.of(OFFERED, dialects={"sw-KE": "sw", "sw-TZ": "sw"})
    assert belief.before["en"] == 0.5
    assert belief.before["sw"] == belief.before["sw-KE"] == belief.before["sw-TZ"]
    assert belief.share_of("sw") == pytest.approx(0.5)
    assert (belief.spoken, belief.heard, belief.dialect) == ("en", "en", None)
    assert belief.offered == ("en", "sw")


def test_dialects_share_the_evidence_of_a_language_that_is_heard_as_one(
    anybody: LanguageBelief,
) -> None:
    after = anybody.after(SWAHILI, LONG)
    assert (after.heard, after.spoken) == ("sw", "sw")
    assert after.shares["sw"] == pytest.approx(after.shares["sw-KE"])
    assert after.confidence > 0.95, "the language is sure, whatever the dialect"


def test_a_dialect_that_is_heard_by_its_sound_is_told_from_its_language(
    anybody: LanguageBelief,
) -> None:
    after = anybody.after({"en-IN": 0.9, "en": 0.05, "sw": 0.05}, LONG)
    assert (after.variety, after.heard, after.dialect) == ("en-IN", "en", "en-IN")
    other = anybody.after({"en-IN": 0.05, "en": 0.9, "sw": 0.05}, LONG)
    assert (other.variety, other.dialect) == ("en", None)


def test_a_dialect_that_nobody_reads_is_heard_as_its_language(anybody: LanguageBelief) -> None:
    after = anybody.after({"sw-TZ": 0.6, "sw-UG": 0.35, "en": 0.05}, LONG)
    assert after.heard == "sw" and after.stranger == ""


def test_the_language_counts_before_the_dialect() -> None:
    belief = LanguageBelief.of(
        OFFERED, {"en": 0.4, "sw": 0.3, "sw-KE": 0.3}, dialects={"sw-KE": "sw"}
    )
    assert belief.spoken == "sw"


def test_of_a_dialect_and_its_language_what_was_made_for_the_dialect_is_read_first(
    anybody: LanguageBelief,
) -> None:
    assert anybody.after(SWAHILI, LONG).variety == "sw-KE"
    doubtful = anybody.after({"en": 0.45, "sw": 0.4}, LONG)
    assert doubtful.candidates == ("en-IN", "sw-KE")


def test_while_it_is_in_doubt_the_two_likeliest_are_to_be_read(anybody: LanguageBelief) -> None:
    assert set(anybody.after(SWAHILI, LONG).candidates) == {"sw", "sw-KE"}
    known = LanguageBelief.of(OFFERED, {"en": 0.01, "sw": 0.01, "sw-KE": 0.97, "en-IN": 0.01},
                              DIALECTS)  # fmt: skip
    assert known.after(SWAHILI, LONG).candidates == ("sw-KE",)
    assert LanguageBelief.of(["en"]).candidates == ("en",)


def test_the_better_reading_settles_the_dialect(anybody: LanguageBelief) -> None:
    read = anybody.after(SWAHILI, LONG, sure(0.4, 0.7))
    assert (read.variety, read.candidates) == ("sw-KE", ("sw-KE",))
    assert read.share_of("sw") == pytest.approx(anybody.after(SWAHILI, LONG).share_of("sw"))


@pytest.mark.parametrize(
    ("readings", "kept"),
    [
        (sure(0.7, 0.0), "sw"),  # nothing was understood
        (sure(0.0, 0.0), "sw-KE"),
        (sure(0.6, 0.61), "sw-KE"),
    ],
)
def test_of_two_as_likely_ones_the_surer_reading_is_kept(
    anybody: LanguageBelief, readings: dict[str, float], kept: str
) -> None:
    assert anybody.after(SWAHILI, LONG, readings).variety == kept


def test_a_hardly_better_reading_does_not_overrule_what_is_known() -> None:
    belief = LanguageBelief.of(["sw"], {"sw": 0.3, "sw-KE": 0.7}, {"sw-KE": "sw"})
    assert belief.after({}, LONG, sure(0.61, 0.6)).variety == "sw-KE"
    assert belief.after({}, LONG, sure(0.9, 0.5)).variety == "sw"


def test_a_short_word_read_better_tells_less(anybody: LanguageBelief) -> None:
    readings = sure(0.5, 0.7)
    long, short = (anybody.after(SWAHILI, s, readings).shares["sw-KE"] for s in (LONG, SHORT))
    assert long > short > anybody.after(SWAHILI, SHORT).shares["sw-KE"]


def test_what_was_heard_is_one_of_those_that_were_read(anybody: LanguageBelief) -> None:
    read = anybody.after({}, SHORT, sure(0.5, 0.4, of=("en", "sw-KE")))
    assert read.variety == "en"


def test_one_odd_reading_does_not_flip_the_language_of_a_call(anybody: LanguageBelief) -> None:
    settled = anybody.after(SWAHILI, LONG).after(SWAHILI, LONG)
    odd = settled.after(ENGLISH, LONG, sure(0.9, 0.5, of=("en", "sw-KE")))
    assert (odd.heard, odd.spoken) == ("en", "sw")


def test_shares_stay_probabilities(anybody: LanguageBelief) -> None:
    for readings in (None, sure(0.5, 0.7), sure(0.0, 0.0, of=("sw", "en"))):
        after = anybody.after({"de": 0.5, **SWAHILI}, 2.0, readings)
        assert sum(after.shares.values()) == pytest.approx(1)
        assert all(share > 0 for share in after.shares.values())
