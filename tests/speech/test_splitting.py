"""An answer is cut into clauses while it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.speech import ClauseSplitter

TEXTS = st.lists(
    st.sampled_from(
        ["Yes.", "Your", "balance", "is", "42.17", "euros,", "due", "on", "14", "December,", "Dr.",
         "Smith;", "e.g.", "No.", "5", "3.50", "Really?!", "...", "(maybe)", "\n", "  ", "Monday,"]
    ),
    max_size=40,
).map(" ".join)  # fmt: skip


def split(text: str) -> list[str]:
    splitter = ClauseSplitter()
    return splitter.feed(text) + splitter.flush()


def test_the_first_clause_comes_before_the_sentence_is_complete() -> None:
    splitter = ClauseSplitter()
    assert splitter.feed("Your balance is 42.17 euros, d") == ["Your balance is 42.17 euros,"]
    assert splitter.feed("ue on 14 December.") == []
    assert splitter.flush() == ["due on 14 December."]


def test_short_beginnings_wait_for_more_words() -> None:
    assert split("Well, yes, it is.") == ["Well, yes, it is."]


def test_sentences_are_clauses() -> None:
    assert split("Thanks! Is that all? Goodbye.") == ["Thanks!", "Is that all?", "Goodbye."]


@pytest.mark.parametrize(
    "text",
    [
        "You pay 3.50 or 42.17 euros a month",
        "Please ask Dr. Smith or Mrs. Jones",
        "It is on Monday, 14 December",
        "It is on December 14, 2026",
        "We live at No. 5 in the street",
        "It costs 1,234 euros e.g. in May",
        "Wait for it...",
    ],
)
def test_numbers_dates_and_abbreviations_stay_whole(text: str) -> None:
    assert split(text) == [text]


def test_text_without_punctuation_is_cut_at_a_space() -> None:
    clauses = split("word " * 200)
    assert all(len(clause) <= 240 for clause in clauses)
    assert " ".join(clauses).split() == ["word"] * 200


def test_a_new_answer_begins_after_flush() -> None:
    splitter = ClauseSplitter()
    for _ in range(2):
        clauses = splitter.feed("I can do that, of course. Wait")
        assert clauses == ["I can do that,", "of course."]
        assert splitter.flush() == ["Wait"]
        assert splitter.flush() == []


@given(TEXTS | st.text(max_size=600))
def test_nothing_is_lost_but_white_space(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@given(TEXTS | st.text(max_size=600), st.lists(st.integers(1, 20), min_size=1))
def test_the_pieces_in_which_text_comes_do_not_matter(text: str, sizes: list[int]) -> None:
    splitter = ClauseSplitter()
    clauses: list[str] = []
    position = 0
    while position < len(text):
        size = sizes[position % len(sizes)]
        clauses += splitter.feed(text[position : position + size])
        position += size
    assert clauses + splitter.flush() == split(text)
