"""What is known before the first word, and what each utterance sounds like, give the language."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from voice.recognition import LanguageBelief

ENGLISH, FRENCH = {"en": 0.98, "fr": 0.01}, {"fr": 0.98, "en": 0.01}
GERMAN = {"de": 0.98, "en": 0.01, "fr": 0.005}
LONG, SHORT = 4.0, 0.8


def heard(belief: LanguageBelief, *utterances: tuple[Mapping[str, float], float]) -> LanguageBelief:
    for sounds, seconds in utterances:
        belief = belief.after(sounds, seconds)
    return belief


@pytest.fixture
def either() -> LanguageBelief:
    return LanguageBelief.of(["en", "fr"])


@pytest.fixture
def settled(either: LanguageBelief) -> LanguageBelief:
    """A caller who has spoken English for a while."""
    return heard(either, *[(ENGLISH, LONG)] * 3)


def test_before_the_first_word_the_first_language_is_spoken(either: LanguageBelief) -> None:
    assert (either.spoken, either.stranger) == ("en", "")
    assert either.shares == {"en": 0.5, "fr": 0.5}


def test_a_prior_decides_until_somebody_speaks() -> None:
    belief = LanguageBelief.of(["en", "fr"], {"en": 0.1, "fr": 0.9})
    assert (belief.spoken, belief.shares["fr"]) == ("fr", 0.9)


@pytest.mark.parametrize(("sounds", "spoken"), [(ENGLISH, "en"), (FRENCH, "fr")])
def test_the_first_utterance_decides_where_nothing_is_known(
    either: LanguageBelief, sounds: Mapping[str, float], spoken: str
) -> None:
    for seconds in (SHORT, LONG):
        belief = either.after(sounds, seconds)
        assert (belief.spoken, belief.heard) == (spoken, spoken)


def test_a_short_word_does_not_overrule_a_strong_prior_but_a_sentence_does() -> None:
    expected = LanguageBelief.of(["en", "fr"], {"en": 0.05, "fr": 0.95})
    assert expected.after(ENGLISH, SHORT).spoken == "fr"
    assert heard(expected, (ENGLISH, LONG), (ENGLISH, LONG)).spoken == "en"


def test_one_odd_utterance_does_not_flip_a_call(settled: LanguageBelief) -> None:
    odd = settled.after(FRENCH, LONG)
    assert odd.spoken == "en"
    assert heard(odd, (ENGLISH, LONG), (FRENCH, LONG)).spoken == "en"


def test_yet_it_is_read_in_the_language_in_which_it_was_said(settled: LanguageBelief) -> None:
    odd = settled.after(FRENCH, LONG)
    assert odd.heard == "fr" and odd.confidence == odd.shares["fr"] > 0.5


def test_a_short_odd_word_is_read_in_the_language_of_the_call(settled: LanguageBelief) -> None:
    assert settled.after(FRENCH, SHORT).heard == "en"


def test_who_goes_on_in_another_language_is_followed(settled: LanguageBelief) -> None:
    assert heard(settled, (FRENCH, LONG), (FRENCH, LONG)).spoken == "fr"
    assert heard(settled, *[(FRENCH, SHORT)] * 8).spoken == "fr", "short words, but many"


def test_belief_never_becomes_too_sure_to_be_changed(either: LanguageBelief) -> None:
    long_call = heard(either, *[(ENGLISH, LONG)] * 100)
    assert heard(long_call, (FRENCH, LONG), (FRENCH, LONG)).spoken == "fr"


def test_shares_are_probabilities(settled: LanguageBelief) -> None:
    for sounds in (ENGLISH, FRENCH, GERMAN, {}):
        belief = settled.after(sounds, 2.0)
        assert all(0 < share < 1 for share in belief.shares.values())
        assert sum(belief.shares.values()) == pytest.approx(1)


def test_who_speaks_none_of_the_languages_is_found_out_by_the_second_sentence(
    either: LanguageBelief,
) -> None:
    once = either.after(GERMAN, LONG)
    assert (once.stranger, once.heard) == ("", "en"), "nothing is sure yet"
    assert once.after(GERMAN, LONG).stranger == "de"


def test_one_odd_utterance_makes_nobody_a_stranger(settled: LanguageBelief) -> None:
    assert settled.after(GERMAN, LONG).stranger == ""
    assert heard(settled, (GERMAN, LONG), (ENGLISH, LONG)).stranger == ""


def test_an_accent_that_sounds_like_ever_other_languages_makes_nobody_a_stranger(
    either: LanguageBelief,
) -> None:
    accent = [({tag: 0.9, "en": 0.05}, LONG) for tag in ("de", "nl", "ru", "la", "cy", "tr")]
    belief = heard(either, *accent)
    assert (belief.spoken, belief.heard, belief.stranger) == ("en", "en", "")


def test_of_one_language_every_utterance_is_read_in_it() -> None:
    only = LanguageBelief.of(["en"])
    for sounds in (ENGLISH, FRENCH, GERMAN, {}):
        assert only.after(sounds, LONG).heard == "en"


def test_regions_share_the_evidence_of_their_language() -> None:
    belief = LanguageBelief.of(["en", "fr", "fr-CA"], {"en": 0.5, "fr": 0.1, "fr-CA": 0.4})
    after = belief.after(FRENCH, LONG)
    assert after.spoken == "fr-CA"
    assert after.shares["fr-CA"] == pytest.approx(4 * after.shares["fr"])
