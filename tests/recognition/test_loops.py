"""A model that goes round in circles loses its repetitions, and nothing of what came before."""

from __future__ import annotations

import pytest

from voice.recognition.loops import without_echo, without_loop

SENTENCE = list(range(100, 130))
ANOTHER = list(range(200, 212))


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_what_precedes_a_loop_is_kept_and_its_words_once(cut: int) -> None:
    looping = SENTENCE + 6 * ANOTHER

    assert without_loop(looping[: len(looping) - cut]) == SENTENCE + ANOTHER


def test_a_turn_that_is_said_over_and_over_from_its_beginning_is_kept_once() -> None:
    assert without_loop(3 * SENTENCE + SENTENCE[:5]) == SENTENCE


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_few_pieces_over_and_over_from_the_beginning_are_nothing(length: int) -> None:
    assert without_loop(40 * ANOTHER[:length]) == []


@pytest.mark.parametrize("length", [1, 2])
def test_a_few_pieces_over_and_over_behind_a_sentence_leave_the_sentence(length: int) -> None:
    assert without_loop(SENTENCE + 40 * ANOTHER[:length]) == SENTENCE + ANOTHER[:length]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="nothing"),
        pytest.param([1], id="one piece"),
        pytest.param(SENTENCE, id="no repetition"),
        pytest.param([*SENTENCE, 7, 7], id="a word said twice"),
        pytest.param(SENTENCE + SENTENCE, id="a sentence said twice"),
        pytest.param(3 * ANOTHER + SENTENCE, id="a repetition that ends"),
    ],
)
def test_what_is_no_loop_stays_as_it_is(pieces: list[int]) -> None:
    assert without_loop(pieces) == pieces


@pytest.mark.parametrize("cut", [0, 1, 3])
def test_a_long_turn_that_is_read_twice_is_kept_once(cut: int) -> None:
    twice = ANOTHER + 2 * SENTENCE

    assert without_echo(twice[: len(twice) - cut]) == ANOTHER + SENTENCE


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="nothing"),
        pytest.param(SENTENCE + ANOTHER, id="no repetition"),
        pytest.param(2 * ANOTHER, id="a few words that are said twice"),
        pytest.param(SENTENCE + ANOTHER + SENTENCE, id="a repetition with something between"),
    ],
)
def test_what_a_caller_may_say_twice_stays(pieces: list[int]) -> None:
    assert without_echo(pieces) == pieces
