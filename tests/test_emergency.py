"""Words of distress are found in what callers say; look-alikes, negations and stories are not."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from voice.emergency import DistressWords, country
from voice.emergency.distress import KINDS
from voice.emergency.phrase import any_of
from voice.errors import ConfigError
from voice.languages import language as known_language

SAID = Path(__file__).parent / "data" / "distress"
PLACES = {"en": "IE", "fr": "FR"}
MOST_FALSE = 0.02


def said(language: str) -> tuple[dict[str, list[str]], list[str]]:
    data = yaml.safe_load((SAID / f"{language}.yaml").read_text())
    return data["clear"], data["harmless"]


@pytest.fixture(params=PLACES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def words(language: str) -> DistressWords:
    return DistressWords.load(known_language(language), PLACES[language])


def test_no_clear_word_of_distress_is_missed(language: str, words: DistressWords) -> None:
    clear, _ = said(language)
    missed = [text for group in clear.values() for text in group if words.find(text) is None]
    assert missed == []


def test_hardly_anything_harmless_is_taken_for_distress(
    language: str, words: DistressWords
) -> None:
    _, harmless = said(language)
    taken = [(text, found) for text in harmless if (found := words.find(text))]
    assert len(taken) <= MOST_FALSE * len(harmless), taken


def test_there_are_enough_of_both(language: str) -> None:
    clear, harmless = said(language)
    assert sum(map(len, clear.values())) >= 60 and len(harmless) >= 60


def test_what_is_in_between_decides() -> None:
    words = DistressWords.load(known_language("en"), "IE")
    for text, meant in [
        ("i need an ambulance", True),
        ("i do not need an ambulance", False),
        ("do not hang up i need an ambulance", True),
        ("my boiler is on fire", True),
        ("if there is a fire do the phones work", False),
        ("if you hang up i will kill myself", True),
        ("i was mugged", True),
        ("i was mugged last year", False),
        ("he hit me last week and he is hitting me again", True),
    ]:
        assert (words.find(text) is not None) is meant, text


def test_the_kind_is_told_and_the_gravest_comes_first() -> None:
    words = DistressWords.load(known_language("en"), "IE")
    found = words.find("Call the police, he's going to kill me!")
    assert found is not None
    assert (found.kind, found.words) == ("violence", "he is going to kill me")


@pytest.mark.parametrize(
    ("code", "text"),
    [("ZA", "call one zero one one one"), ("ZA", "call 10111"), ("NZ", "dial one one one")],
)
def test_the_numbers_of_the_country_are_known(code: str, text: str) -> None:
    assert DistressWords.load(known_language("en"), code).find(text) is not None
    assert DistressWords.load(known_language("en"), "SE").find(text) is None


def test_a_caller_is_told_the_number_digit_by_digit() -> None:
    assert "call one, one, two" in DistressWords.load(known_language("en"), "IE").nobody("112")
    assert "appelez le un, un, deux" in DistressWords.load(known_language("fr"), "FR").nobody("112")


def test_a_language_without_lists_has_those_of_english() -> None:
    assert DistressWords.load(known_language("sw"), "KE").find("call the police") is not None


def test_a_country_without_a_number_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"'XX' \(known: AT, AU"):
        country("XX")


@given(st.text(st.sampled_from(string.ascii_lowercase + " '0123456789"), max_size=200))
def test_any_text_is_judged(text: str) -> None:
    found = DistressWords.load(known_language("en"), "IE").find(text)
    assert found is None or (found.kind in KINDS and found.words)


def test_an_empty_text_and_single_small_words_are_no_distress(words: DistressWords) -> None:
    for text in ("", "...", "yes", "no", "oui", "non", "help", "aide", "the", "le", "4271"):
        assert words.find(text) is None


@pytest.mark.parametrize(
    ("phrase", "found", "not_found"),
    [
        ("call [the] (police|guards)", ["call police", "call the guards"], ["call guard"]),
        ("took ... pills", ["took pills", "took all of my pills"], ["took a b c d pills"]),
        ("on .. fire", ["on fire", "on great fire"], ["on a great fire"]),
        ("my <kin>", ["my little son"], ["my dog"]),
    ],
)
def test_a_phrase_says_what_may_vary(phrase: str, found: list[str], not_found: list[str]) -> None:
    pattern = any_of([phrase], {"kin": "little <child>", "child": "son|daughter"})
    assert all(pattern.search(f" so {text} ") for text in found)
    assert not any(pattern.search(f" so {text} ") for text in not_found)


@pytest.mark.parametrize("phrase", ["(call", "call)", "(call]", "call <nobody>"])
def test_a_phrase_that_is_amiss_is_named(phrase: str) -> None:
    with pytest.raises(ValueError, match="call"):
        any_of([phrase], {})
