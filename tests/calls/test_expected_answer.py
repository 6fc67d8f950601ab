"""What the caller was asked for, as it matters to when their turn is over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import TypeAdapter

from voice.calls.expected_answer import awaited
from voice.calls.state import CallState
from voice.tasks import Argument
from voice.turns import Awaited


def call(wanted: Argument | None = None, digits: int = 0, yes_no: bool = False) -> CallState:
    """So much of a call as is looked at."""
    asked = SimpleNamespace(
        wanted=lambda: wanted, digits_expected=digits, asks_yes_no=lambda: yes_no
    )
    return cast(CallState, asked)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("phone", Awaited.FIGURES),
        ("name", Awaited.DICTATION),
        ("email", Awaited.DICTATION),
        ("text", Awaited.DICTATION),
        ("number", Awaited.ANYTHING),
        ("date", Awaited.ANYTHING),
    ],
)
def test_arguments_are_waited_for_by_how_they_are_said(kind: str, what: Awaited) -> None:
    argument: Argument = TypeAdapter(Argument).validate_python({"type": kind})
    assert awaited(call(argument)) is what


def test_a_pin_is_figures_and_a_question_before_an_act_is_yes_or_no() -> None:
    assert awaited(call(digits=4, yes_no=True)) is Awaited.FIGURES
    assert awaited(call(yes_no=True)) is Awaited.YES_OR_NO
    assert awaited(call()) is Awaited.ANYTHING
