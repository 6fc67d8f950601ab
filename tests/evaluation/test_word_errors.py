"""Word error rate, held against jiwer on random sentences."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.evaluation.word_errors import (
    word_differences,
    word_errors,
    word_errors_of,
    words_of,
)

SENTENCES = st.lists(st.sampled_from(["one", "two", "bill", "plan", "please"]), max_size=12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How much do I owe?", ["how", "much", "do", "i", "owe"]),
        ("It's due, isn't it!", ["it", "is", "due", "is", "not", "it"]),
        ("It’s 42 euros", ["it", "is", "forty", "two", "euros"]),
        ("my brother's café", ["my", "brother's", "café"]),
        ("my pin is 0815", ["my", "pin", "is", "zero", "eight", "one", "five"]),
        ("1" * 400, ["one"] * 400),
        ("", []),
        (" - ", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("We will go, I cannot wait", "we'll go I can't wait"),
        ("I am sure they have not, let us see", "I'm sure they've not. Let's see"),
        ("The colour of my neighbour's organisation", "the color of my neighbor's organization"),
        ("Please analyse the cancelled cheque", "please analyze the canceled check"),
        ("eight hundred metres from the centre", "800 meters from the center"),
        ("one thousand five hundred dollars", "$1,500"),
        ("forty two euros seventeen", "€42.17"),
        ("five euros five", "5.05 euros"),
        ("twenty percent on the twenty first", "20% on the 21st"),
        ("three point five at three", "3.5 at 3:00"),
        ("my email, okay", "um, my e-mail, uh, OK"),
        ("a well known licence", "a well-known license"),
        ("Mr. Jones", "mister jones"),
    ],
)
def test_what_sounds_the_same_is_no_error(said: str, heard: str) -> None:
    assert words_of(said) == words_of(heard)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("four our hour", "for or or"),
        ("the store", "the story"),
        ("promise", "promize"),
        ("fifteen", "50"),
        ("they are", "their"),
        ("uh huh", ""),
        ("exercise", "exercize"),
    ],
)
def test_what_sounds_different_stays_an_error(said: str, heard: str) -> None:
    assert words_of(said) != words_of(heard)


@given(st.text(max_size=60))
def test_any_text_has_words_and_they_are_their_own_words(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words


@given(SENTENCES.filter(bool), SENTENCES)
def test_the_rate_is_jiwers(said: list[str], heard: list[str]) -> None:
    ours = word_errors(" ".join(said), " ".join(heard))
    assert ours.rate == pytest.approx(jiwer.wer(" ".join(said), " ".join(heard)))


def test_long_utterances_weigh_more() -> None:
    total = word_errors_of([("yes", "no"), ("how much do i owe you today please", ""), ("a", "a")])
    assert (total.edits, total.words) == (9, 10)


def test_no_reference_no_rate() -> None:
    assert word_errors("", "something").rate == 0


@pytest.mark.parametrize(
    ("said", "heard", "edits", "words"),
    [
        ("my pin is four two one seven thanks", "my pin is [hidden] thanks", 0, 4),
        ("block it please yes please thanks bye", "block it please [hidden] [hidden]", 0, 3),
        ("one two three", "[hidden]", 0, 0),
        ("my pin is four two", "my bin is [hidden]", 1, 3),
        ("well four two thanks", "bell [hidden] thanks", 1, 2),
        ("four two well thanks", "[hidden] bell thanks", 1, 2),
        ("thanks", "[hidden] thanks", 0, 1),
        ("the hidden fee", "the hidden fee", 0, 3),
        ("", "[hidden]", 0, 0),
        ("a b c", "", 3, 3),
    ],
)
def test_what_is_hidden_is_not_judged(said: str, heard: str, edits: int, words: int) -> None:
    errors = word_errors(said, heard)
    assert (errors.edits, errors.words) == (edits, words)


def test_a_hidden_place_shows_what_was_said_there() -> None:
    shown = word_differences("my pin is four two", "my bin is [hidden]")
    assert [(edit.kind, edit.said, edit.heard) for edit in shown] == [
        ("equal", "my", "my"),
        ("substitute", "pin", "bin"),
        ("equal", "is", "is"),
        ("unknown", "four two", "[hidden]"),
    ]
