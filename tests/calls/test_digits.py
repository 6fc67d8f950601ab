"""The digits that a caller was asked for."""

from __future__ import annotations

import pytest

from voice.calls.identity.digits import spoken_digits
from voice.languages import language


@pytest.mark.parametrize(
    ("said", "expected", "digits"),
    [
        ("it's four double two one", 4, "4221"),
        ("Four, two, two, uh, one.", 4, "4221"),
        ("I have two phones, my PIN is forty two seventy one", 4, "4271"),
        ("Oh, six, two, one, nine.", 4, "6219"),
        ("Oh, four, two, one.", 4, "0421"),
        ("oh, 2-4-0-9-1", 6, "24091"),
        ("I don't know", 4, ""),
    ],
)
def test_the_longest_number_is_taken(said: str, expected: int, digits: str) -> None:
    assert spoken_digits(said, language(), expected) == digits


def test_what_was_corrected_does_not_count() -> None:
    assert (
        spoken_digits("four two seven two, no sorry, four two seven one", language(), 4) == "4271"
    )
    assert spoken_digits("one two three four five six, no sorry, seven", language(), 6) == "123457"
    assert spoken_digits("four two eight, no, wait, four two seven", language(), 6) == "427"
    assert (
        spoken_digits("four two seven one, no, it's double four, uh, two one", language(), 4)
        == "4421"
    )


@pytest.mark.parametrize(
    ("begun", "said", "digits"),
    [
        ("240", "eight nine one", "240891"), ("240", "and then 891", "240891"),
        ("240", "no, sorry, two four one", "241"), ("240", "no, sorry, one", "241"),
        ("240", "two four zero eight nine one", "240891"), ("240", "never mind", "240"),
        ("2408", "eight nine one", "891"),
    ],
)  # fmt: skip
def test_the_rest_of_a_number_may_come_in_the_next_turn(begun: str, said: str, digits: str) -> None:
    assert spoken_digits(said, language(), 6, begun) == digits
