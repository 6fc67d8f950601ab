"""Values that a request says already."""

from __future__ import annotations

import datetime

from voice.languages import language
from voice.tasks.arguments import Argument, Choice, Date, Digits, Email, Name, Number, Time
from voice.understanding import values_in

TODAY = datetime.date(2026, 11, 30)


def read(
    text: str, arguments: dict[str, Argument], tag: str = "en", examples: tuple[str, ...] = ()
) -> dict[str, str]:
    found = values_in(text, arguments, language(tag), TODAY, examples)
    return {name: str(value.value) for name, value in found.items()}


def test_each_value_goes_to_its_argument() -> None:
    arguments: dict[str, Argument] = {"day": Date(), "hour": Time()}
    assert read("move it to Friday at ten", arguments) == {"day": "2026-12-04", "hour": "10:00:00"}


def test_no_figure_counts_twice() -> None:
    arguments: dict[str, Argument] = {"meter": Digits(length=8), "reading": Number()}
    said = "meter one two three four five six seven eight, it stands at 4512"
    assert read(said, arguments) == {"meter": "12345678", "reading": "4512"}


def test_what_is_not_said_is_left_to_be_asked_for() -> None:
    arguments: dict[str, Argument] = {"order": Digits(length=4), "email": Email()}
    assert read("cancel order four seven one one", arguments) == {"order": "4711"}


def test_a_choice_and_a_day() -> None:
    window = Choice(of={"morning": {"en": ("morning",)}, "afternoon": {"en": ("afternoon",)}})
    arguments: dict[str, Argument] = {"window": window, "day": Date()}
    said = "could an engineer come on Tuesday in the afternoon"
    assert read(said, arguments) == {"window": "afternoon", "day": "2026-12-01"}


def test_names_stand_where_the_examples_have_them() -> None:
    examples = ("my new street is {street}", "I want to change my address")
    arguments: dict[str, Argument] = {"street": Name()}
    assert read("hello, my new street is Maple Road, please", arguments, examples=examples) == {
        "street": "Maple Road"
    }
    assert read("I want to change my address", arguments, examples=examples) == {}


def test_a_small_number_counts_where_the_examples_have_one() -> None:
    examples = ("I live at {house} {street} now", "my new address is {house} {street}")
    arguments: dict[str, Argument] = {"house": Number(), "street": Name()}
    said = "hello, I live at 7 Maple Road now, please"
    assert read(said, arguments, examples=examples) == {"house": "7", "street": "Maple Road"}
    assert read("I have two questions", arguments, examples=examples) == {}
    said = "we have just moved to 14 Orchard Close"
    assert read(said, arguments, examples=examples) == {"house": "14", "street": "Orchard Close"}
