"""Errors are counted in one spelling, by group, with bounds."""

from __future__ import annotations

import pytest

from voice.languages import language
from voice.tuning.scoring import ReadTwice, Scored, by_group, compared, language_of


def test_spelling_case_and_punctuation_are_no_errors() -> None:
    scored = compared("Nina shilingi 12.", "nina SHILINGI kumi na mbili", language("sw"))

    assert (scored.word_edits, scored.letter_edits, scored.words) == (0, 0, 5)


def test_words_and_letters_are_counted_apart() -> None:
    scored = compared("habari za asubuhi", "habari ya asubui", language("sw"))

    assert (scored.word_edits, scored.words) == (2, 3)
    assert (scored.letter_edits, scored.letters) == (2, 17)


def test_what_was_not_said_counts() -> None:
    assert compared("", "asante sana", None) == Scored(2, 0, 11, 0)
    assert compared("asante sana", "", None).word_edits == 2


def test_a_language_without_a_spelling_of_its_own_is_compared_as_written() -> None:
    assert language_of("wo-SN") is None
    scored = compared("Jërëjëf, 12!", "jërëjëf 12", None)

    assert (scored.word_edits, scored.words) == (0, 2)


@pytest.mark.parametrize("tag", ["sw-KE", "sw", "en-IN"])
def test_a_dialect_is_spelled_as_its_language(tag: str) -> None:
    spoken = language_of(tag)

    assert spoken is not None and spoken.tag == tag[:2]


def test_groups_have_rates_before_and_after_and_what_changed() -> None:
    coast = [ReadTwice("coast", Scored(8, 10, 20, 50), Scored(3, 10, 5, 50))] * 20
    inland = [ReadTwice("inland", Scored(1, 10, 2, 50), Scored(2, 10, 4, 50))] * 10

    first, second = by_group([*inland, *coast])

    assert (first.name, first.words, len(first.heard)) == ("coast", 200, 20)
    assert (first.words_before.value, first.words_after.value) == (0.8, 0.3)
    assert (first.letters_before.value, first.letters_after.value) == (0.4, 0.1)
    assert first.change.value == pytest.approx(-0.5)
    assert second.change.value == pytest.approx(0.1)
