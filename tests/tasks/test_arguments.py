"""What is a value of an argument, and what a tool gets."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from voice.languages import language
from voice.tasks import WrongArgument, checked_arguments, load_tasks
from voice.tasks.arguments import (
    Amount,
    Argument,
    ArgumentValue,
    Choice,
    Date,
    Digits,
    Email,
    Name,
    Number,
    Phone,
    Text,
    Time,
)

COLOUR = Choice(of={"red": {"en": ("red", "crimson"), "fr": ("rouge",)}, "grey": {}})


@pytest.mark.parametrize(
    ("argument", "given", "value"),
    [
        (Digits(length=4), "0471", "0471"),
        (Digits(length=(2, 6)), "04-71 2", "04712"),
        (Digits(length=4), 4711, "4711"),
        (Number(), "12", 12),
        (Number(), 12.0, 12),
        (Number(least=-5), -3, -3),
        (Amount(), "42.50", Decimal("42.50")),
        (Amount(), 42, Decimal("42.00")),
        (Amount(), 0.1, Decimal("0.10")),
        (Date(), "2026-12-14", datetime.date(2026, 12, 14)),
        (Date(), datetime.date(2026, 12, 14), datetime.date(2026, 12, 14)),
        (Time(), "14:30", datetime.time(14, 30)),
        (Time(), datetime.time(9, 5, 7), datetime.time(9, 5)),
        (Email(), " Ann.Lee @example.org ", "ann.lee@example.org"),
        (Email(), "jürgen@müller.example", "jürgen@müller.example"),
        (Phone(), "+353 (1) 555-0101", "+35315550101"),
        (Phone(), "0049 30 1234", "+49301234"),
        (Phone(), "112", "112"),
        (Name(), "  Ann   Lee ", "Ann Lee"),
        (COLOUR, "RED", "red"),
        (Text(), "it drips\n at night", "it drips at night"),
    ],
)
def test_a_value_becomes_the_arguments_own_type(
    argument: Argument, given: object, value: ArgumentValue
) -> None:
    checked = argument.checked(given)
    assert checked == value and type(checked) is type(value)
    assert argument.checked(checked) == checked


@pytest.mark.parametrize(
    ("argument", "given", "expected"),
    [
        (Digits(length=4), "471", "4 digits"),
        (Digits(length=(2, 3)), "4711", "2 to 3 digits"),
        (Digits(length=4), "47a1", "4 digits"),
        (Digits(length=4), "٤٧١١", "4 digits"),
        (Digits(length=4), None, "4 digits"),
        (Digits(length=1), True, "1 digits"),
        (Number(most=9), 10, "from 0 to 9"),
        (Number(), 1.5, "whole number"),
        (Number(), "NaN", "whole number"),
        (Number(), "1e999999", "whole number"),
        (Amount(), "42.505", "an amount"),
        (Amount(), "Infinity", "an amount"),
        (Amount(least=Decimal(5)), 4, "from 5"),
        (Date(), "14.12.2026", "a date as"),
        (Date(), "2026-02-30", "a date as"),
        (Date(), datetime.datetime(2026, 12, 14, 3), "a date as"),
        (Time(), "25:00", "a time as"),
        (Email(), "ann at example", "an e-mail address"),
        (Email(), "a@b", "an e-mail address"),
        (Phone(), "12", "a telephone number"),
        (Phone(), "+1" * 20, "a telephone number"),
        (Name(), "  ", "a name"),
        (Name(), "a" * 101, "1 to 100"),
        (COLOUR, "blue", "one of red, grey"),
        (Text(), "a\x1b[2J", "a text"),
        (Text(), 7, "a text"),
    ],
)
def test_what_is_no_such_value_is_refused_without_quoting_it(
    argument: Argument, given: object, expected: str
) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        argument.checked(given)
    assert expected in str(refused.value)
    assert len(str(given)) < 3 or str(given) not in str(refused.value)


@pytest.mark.parametrize(
    ("argument", "value", "tag", "written"),
    [
        (Digits(), "0471", "en", "0 4 7 1"),
        (Number(), 1200, "en", "1200"),
        (Amount(), Decimal("42.50"), "fr", "42,50"),
        (Amount(), Decimal("42.00"), "en", "42"),
        (Date(), datetime.date(2026, 12, 14), "en", "14 December"),
        (Time(), datetime.time(9, 5), "en", "09:05"),
        (Phone(), "+35315550101", "en", "+35315550101"),
        (Phone(), "112", "en", "1 1 2"),
        (COLOUR, "red", "en", "red"),
        (COLOUR, "red", "fr", "rouge"),
        (COLOUR, "grey", "fr", "grey"),
    ],
)
def test_a_value_is_said_in_the_language_of_the_caller(
    argument: Argument, value: ArgumentValue, tag: str, written: str
) -> None:
    assert argument.written(value, language(tag)) == written


def test_a_choice_may_name_its_values_alone() -> None:
    colours = Choice.model_validate({"type": "choice", "of": ["red", "grey"]})
    assert colours.words(language()) == {"red": ("red",), "grey": ("grey",)}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"meter": "12345678", "reading": "41", "size": 3}, "size: there is no such argument"),
        ({"meter": "12345678"}, "reading: is missing"),
        ({"meter": "123", "reading": 41}, "meter: expected 8 digits"),
    ],
)
def test_a_tool_is_not_called_with_what_it_does_not_take(
    folder: Path, values: dict[str, object], wrong: str
) -> None:
    tool = load_tasks(folder).tools["record_reading"]
    with pytest.raises(WrongArgument, match=wrong):
        checked_arguments(tool, values)


def test_a_tool_is_called_with_typed_values(folder: Path) -> None:
    tool = load_tasks(folder).tools["record_reading"]
    assert checked_arguments(tool, {"meter": "1234 5678", "reading": "41"}) == {
        "meter": "12345678", "reading": 41,
    }  # fmt: skip


def test_an_argument_is_not_needed_where_another_one_stands_in_for_it(folder: Path) -> None:
    file = folder / "meter.yaml"
    text = file.read_text("utf-8").replace("type: number", "type: number, unless: colour")
    file.write_text(text, "utf-8")
    tool = load_tasks(folder).tools["record_reading"]
    assert tool.missing({"meter"}) == "reading" and tool.missing({"meter", "colour"}) is None
