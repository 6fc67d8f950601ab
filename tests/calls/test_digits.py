"""The digits that a caller was asked for."""

from __future__ import annotations

import pytest

from voice.calls.digits import spoken_digits
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
    assert spoken_digits("one two three four five six, no sorry, seven", language(), 6) == "7"
