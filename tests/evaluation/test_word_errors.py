"""Word error rate, held against jiwer on random sentences."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.evaluation.word_errors import word_errors, word_errors_of, words_of

SENTENCES = st.lists(st.sampled_from(["one", "two", "bill", "plan", "please"]), max_size=12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How much do I owe?", ["how", "much", "do", "i", "owe"]),
        ("It's due, isn't it!", ["it's", "due", "isn't", "it"]),
        ("It’s 42 euros", ["it's", "forty", "two", "euros"]),
        ("my pin is 0815", ["my", "pin", "is", "zero", "eight", "one", "five"]),
        ("1" * 400, ["one"] * 400),
        ("", []),
        (" - ", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(SENTENCES.filter(bool), SENTENCES)
def test_the_rate_is_jiwers(said: list[str], heard: list[str]) -> None:
    ours = word_errors(" ".join(said), " ".join(heard))
    assert ours.rate == pytest.approx(jiwer.wer(" ".join(said), " ".join(heard)))


def test_long_utterances_weigh_more() -> None:
    total = word_errors_of([("yes", "no"), ("how much do i owe you today please", ""), ("a", "a")])
    assert (total.edits, total.words) == (9, 10)


def test_no_reference_no_rate() -> None:
    assert word_errors("", "something").rate == 0
