"""Values that a request says already."""

from __future__ import annotations

import datetime

import pytest

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


DAY_AND_HOUR: dict[str, Argument] = {"day": Date(), "hour": Time()}


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("give me a second, may 14 people come", {}),
        ("can three people come tomorrow evening", {"day": "2026-12-01"}),
        ("two plumbers on Friday afternoon", {"day": "2026-12-04"}),
        ("about three of them on Friday", {"day": "2026-12-04"}),
        ("nine tomorrow morning", {"day": "2026-12-01", "hour": "09:00:00"}),
        ("Friday ten thirty would be good", {"day": "2026-12-04", "hour": "10:30:00"}),
        ("on May 14 at three", {"day": "2027-05-14", "hour": "15:00:00"}),
        ("at seven for four", {"hour": "07:00:00"}),
        ("between nine and eleven on Monday", {"day": "2026-12-07", "hour": "09:00:00"}),
    ],
)
def test_a_number_is_an_hour_or_a_day_only_where_it_counts_nothing(
    said: str, values: dict[str, str]
) -> None:
    assert read(said, DAY_AND_HOUR) == values


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("à trois personnes demain", {"day": "2026-12-01"}),
        ("ça coule depuis trois heures", {}),
        ("demain à dix heures pour deux personnes", {"day": "2026-12-01", "hour": "10:00:00"}),
    ],
)
def test_the_same_in_french(said: str, values: dict[str, str]) -> None:
    assert read(said, DAY_AND_HOUR, "fr") == values


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("move it from Friday to Monday", "2026-12-07"),
        ("change my Tuesday lesson to the 14th of December", "2026-12-14"),
        ("not on Friday but on Monday", "2026-12-07"),
        ("I can't on Friday, Thursday would be good", "2026-12-03"),
        ("why not Friday", "2026-12-04"),
        ("could you come on the fourteenth", "2026-12-14"),
    ],
)
def test_of_several_days_it_is_the_one_that_is_meant(said: str, day: str) -> None:
    assert read(said, {"day": Date()}) == {"day": day}


@pytest.mark.parametrize(
    "said",
    [
        "I have been waiting since Tuesday",
        "it broke for the second time",
        "the second floor please",
    ],
)
def test_a_day_of_something_else_is_none(said: str) -> None:
    assert read(said, {"day": Date()}) == {}


def test_a_day_that_has_just_gone_counts_where_an_example_tells_of_one() -> None:
    day: dict[str, Argument] = {"day": Date()}
    said = "I was there yesterday"
    assert read(said, day, examples=("please book me for {day}",)) == {}
    assert read(said, day, examples=("I lost it on {day}",)) == {"day": "2026-11-29"}


@pytest.mark.parametrize(
    ("said", "guests"),
    [
        ("we are four people", "4"),
        ("one person only", None),
        ("for three days", None),
        ("six chairs are broken", None),
        ("four guests from the 14th", "4"),
    ],
)
def test_a_small_number_counts_before_what_the_examples_have_so_many_of(
    said: str, guests: str | None
) -> None:
    examples = ("a table for {guests} people", "{guests} guests please")
    found = read(said, {"guests": Number(least=1, most=8)}, examples=examples)
    assert found == ({"guests": guests} if guests else {})


def test_figures_that_count_something_are_no_number_of_it() -> None:
    locker: dict[str, Argument] = {"locker": Digits(length=[1, 3])}
    assert read("three lockers are open", locker) == {}
    assert read("locker number six is open", locker) == {"locker": "6"}


def test_of_two_choices_it_is_the_one_to_which_something_is_changed() -> None:
    colour = Choice(of={"red": {"en": ("red",)}, "blue": {"en": ("blue",)}})
    assert read("change it from the red one to blue", {"colour": colour}) == {"colour": "blue"}
    assert read("red or blue, what is cheaper", {"colour": colour}) == {}


def test_a_choice_may_stand_in_the_plural_or_behind_an_elided_word() -> None:
    bin = Choice(of={"glass": {"en": ("glass bin",), "fr": ("août",)}})
    assert read("the glass bins were left", {"bin": bin}) == {"bin": "glass"}
    assert read("la facture d'août", {"bin": bin}, "fr") == {"bin": "glass"}


def test_a_name_keeps_the_capitals_that_it_has() -> None:
    street: dict[str, Argument] = {"street": Name()}
    said = "j'habite maintenant rue des Lilas"
    assert read(said, street, "fr", ("J'habite maintenant {street}",)) == {
        "street": "rue des Lilas"
    }
