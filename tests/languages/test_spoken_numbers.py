"""Numbers as people say them: found in a sentence and read as figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from voice.languages import language, spoken_numbers

ENGLISH = language("en").reader


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("it's four double two one", ["4221"]),
        ("four, two, two, uh, one", ["4221"]),
        ("five four two and then one four three", ["542143"]),
        ("forty-two seventy-one", ["4271"]),
        ("twelve oh nine", ["1209"]),
        ("nineteen eighty four", ["1984"]),
        ("double oh four two", ["0042"]),
        ("four thousand two hundred and seventy one", ["4271"]),
        ("one hundred two hundred", ["100200"]),
        ("one hundred and five, then eight", ["1058"]),
        ("4-2-7-1", ["4271"]),
        ("42.71 or 4,271", ["4271", "4271"]),
        ("for to seven one", ["4271"]),
        ("four to seven one for my bill", ["4271"]),
        ("Oh, six two one nine", ["6219"]),
        ("oh four two one", ["0421"]),
        ("\u0664\u0662\u0667\u0661", ["4271"]),
        ("oh, I want to ask for my plan", []),
        ("a hundred times", []),
    ],
)
def test_a_number_is_read_however_it_is_said(said: str, figures: list[str]) -> None:
    assert [number.figures for number in spoken_numbers(said, ENGLISH)] == figures


def test_a_number_tells_where_it_stands_and_of_how_many_parts_it_is() -> None:
    said = "well, forty two seventy one, please"
    (number,) = spoken_numbers(said, ENGLISH)
    assert said[number.start : number.end] == "forty two seventy one"
    assert number.parts == 2


@given(st.integers(1, 9999))
def test_every_whole_number_is_read(value: int) -> None:
    (number,) = spoken_numbers(num2words(value), ENGLISH)
    assert (number.figures, number.parts) == (str(value), 1)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    places = [
        place for number in spoken_numbers(text, ENGLISH) for place in (number.start, number.end)
    ]
    assert places == sorted(places)
