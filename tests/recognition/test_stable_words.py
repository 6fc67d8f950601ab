"""Which words of successive hypotheses are stable, and that none of them ever changes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.recognition.stable_words import StableWords


def heard(*hypotheses: str, agreeing: int = 2) -> StableWords:
    words = StableWords(agreeing)
    for hypothesis in hypotheses:
        words.hear(hypothesis)
    return words


@pytest.mark.parametrize(
    ("hypotheses", "stable", "tail"),
    [
        ([], "", ""),
        (["what is"], "", "what is"),
        (["what is", "what is my"], "what is", "my"),
        (["what his", "what is my", "what is my plan"], "what is my", "plan"),
        # An agreement counts only between hypotheses that follow each other.
        (["what is", "watt is", "what is"], "", "what is"),
        (["one two", "one", "one two"], "one", "two"),
        # Capitals and punctuation are no difference; the latest way to write a word is taken.
        (["What is", "what is, my"], "what is,", "my"),
        (["I'm here", "I’m here now"], "I’m here", "now"),
        (["Où est", "où est-ce"], "où", "est-ce"),
        # Where audio ended, a full stop stands for nothing.
        (["my plan", "my plan."], "my plan", ""),
        (["♪", "♪ - "], "", ""),
        (["so", ""], "", ""),
    ],
)
def test_words_are_stable_once_two_hypotheses_agree(
    hypotheses: list[str], stable: str, tail: str
) -> None:
    partial = heard(*hypotheses).partial
    assert (partial.stable, partial.tail) == (stable, tail)
    assert partial.revision == len(hypotheses)


def test_more_hypotheses_may_have_to_agree() -> None:
    assert heard("a b", "a b", agreeing=3).partial.stable == ""
    assert heard("a b", "a b", "a c", agreeing=3).partial.stable == "a"


@pytest.mark.parametrize(
    ("later", "text"),
    [
        ("I wand to pay my bill", "I want to pay my bill"),  # a word is read otherwise
        ("I to pay my bill", "I want to pay my bill"),  # one is left out
        ("and I want to pay my bill", "I want to pay my bill"),  # one comes before it
        ("I want want to pay my bill", "I want to pay my bill"),
        ("I want", "I want to pay"),
        ("", "I want to pay"),
        ("completely other words here and there", "I want to pay and there"),
    ],
)
def test_a_later_hypothesis_changes_no_stable_word(later: str, text: str) -> None:
    words = heard("I want to pay", "I want to pay")
    words.hear(later)
    assert words.partial.text == text
    assert words.partial.stable == "I want to pay"


def test_a_closed_piece_is_stable_to_its_end() -> None:
    words = heard("my name is", "my name is Mary")
    words.close("my name is Mary Black.")
    assert words.partial.text == words.partial.stable == "my name is Mary Black."
    words.hear("and I")
    words.hear("and I want")
    assert words.partial.text == "my name is Mary Black. and I want"


def test_words_behind_a_closed_piece_are_not_said_twice() -> None:
    words = heard("my name is Mary Black", "my name is Mary Black")
    words.close("my name is")
    words.hear("Mary Black and I")
    words.hear("Mary Black and I want")
    assert words.partial.text == "my name is Mary Black and I want"


def test_a_closed_piece_without_words_takes_none_away() -> None:
    words = heard("my name", "my name")
    words.close("")
    words.hear("is Mary")
    words.hear("is Mary")
    assert words.partial.stable == "my name is Mary"


def test_a_reading_of_the_whole_turn_is_laid_beside_all_of_it() -> None:
    words = heard("my name is", "my name is")
    words.close("my name is Mary")
    words.hear("and I want")
    words.hear("my name was Mary and I want to pay", whole_turn=True)
    assert words.partial.stable == "my name is Mary and I want"
    assert words.partial.tail == "to pay"


WORDS = ("my", "plan", "is", "too", "large", "I", "want", "two")
SPEECH = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
STEPS = st.lists(
    st.tuples(st.sampled_from(["hear", "whole", "close"]), SPEECH), min_size=1, max_size=12
)


@given(steps=STEPS, agreeing=st.integers(2, 3))
def test_the_stable_part_only_grows(steps: list[tuple[str, str]], agreeing: int) -> None:
    words = StableWords(agreeing)
    before = words.partial
    for kind, text in steps:
        if kind == "close":
            words.close(text)
        else:
            words.hear(text, whole_turn=kind == "whole")
        after = words.partial
        assert f"{after.stable} ".startswith(f"{before.stable} ") or not before.stable
        assert after.revision == before.revision + 1
        before = after


def test_the_work_of_a_hypothesis_does_not_grow_with_the_square_of_a_turn() -> None:
    def seconds(count: int) -> float:
        turn = " ".join(f"word{number}" for number in range(count))
        words = heard(turn, turn)
        began = time.process_time()
        for _ in range(3):
            words.hear(turn, whole_turn=True)
        return time.process_time() - began

    seconds(100)
    assert min(seconds(800) for _ in range(3)) < 16 * min(seconds(100) for _ in range(3))
