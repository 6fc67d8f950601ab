"""When the call ends, or a person is called: what the caller may still put off, and what not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dialogue.test_floor import (
    BILL,
    ER,
    FIRE,
    HELLO,
    HOLD_ON,
    NOISE,
    PLAN,
    asking,
    state_of,
    take,
)
from voice.dialogue import Floor, FloorState, Sense, Words
from voice.dialogue import actions as do
from voice.dialogue import inputs as on

PERSON = Words("a person please")


@pytest.fixture
def floor() -> Floor:
    return Floor(reprompts=2)


LEAVES = (
    [on.Ended(1, do.Leave("goodbye"))],
    [on.Ended(1), on.SilenceOver(), on.SilenceOver(), on.SilenceOver()],
)
"""Ends of a call that the caller's words may put off."""


@pytest.mark.parametrize("leaves", LEAVES)
def test_who_asks_something_into_the_goodbye_keeps_the_call(
    floor: Floor, leaves: list[on.Input]
) -> None:
    asking(floor, BILL)
    take(floor, *leaves, on.Spoke())
    assert state_of(floor) is FloorState.LEAVING
    take(floor, on.SpeechBegan(), on.TookFloor())
    silent, begins = do.FallSilent(all_of_it=True), do.Begin(2, (PLAN,), guess=False)
    assert take(floor, on.TurnOver(PLAN)) == [do.Stay(), silent, begins]
    assert take(floor, on.Ended(2, do.Leave("goodbye"))) == [do.Leave("goodbye")]


@pytest.mark.parametrize("words", [NOISE, HELLO, ER])
def test_who_only_says_goodbye_too_does_not(floor: Floor, words: Words) -> None:
    take(floor, on.Ended(asking(floor, BILL), do.Leave("goodbye")), on.Spoke())
    assert take(floor, on.SpeechBegan(), on.TurnOver(words)) == []
    assert state_of(floor) is FloorState.LEAVING


def test_who_asks_to_be_waited_for_at_the_goodbye_is_waited_for(floor: Floor) -> None:
    take(floor, on.Ended(asking(floor, BILL), do.Leave("goodbye")))
    assert do.Say("take_your_time") in take(floor, on.TurnOver(HOLD_ON))
    assert state_of(floor) is FloorState.LISTENING


@pytest.mark.parametrize(
    "forced",
    [
        [on.TimeUp()],
        [on.Leaving("speech failed", "system")],
        [on.Ended(1, do.Leave("goodbye")), on.TimeUp()],
        [on.Ended(1, do.Leave("goodbye")), on.Leaving("speech failed", "system")],
        [on.Leaving("speech failed", "system"), on.Ended(1, do.Leave("goodbye"))],
    ],
)
def test_an_end_that_is_forced_is_put_off_by_nothing(floor: Floor, forced: list[on.Input]) -> None:
    asking(floor, BILL)
    take(floor, *forced)
    assert take(floor, on.TurnOver(PLAN)) == []
    assert state_of(floor) is FloorState.LEAVING


def test_who_takes_back_that_they_want_a_person_is_answered_if_nobody_comes(floor: Floor) -> None:
    take(floor, on.Ended(asking(floor, PERSON), do.HandOver("asked for")))
    assert take(floor, on.TurnOver(replace(PLAN, sense=Sense.INSTEAD))) == [do.TakeBackTransfer()]
    assert take(floor, on.PersonLeft()) == [do.Begin(2, (PLAN,), guess=False)]


@pytest.mark.parametrize(
    "connects", [on.Heard(FIRE), on.Failed("speech", RuntimeError())], ids=["help", "failure"]
)
def test_nobody_takes_back_help(floor: Floor, connects: on.Input) -> None:
    take(floor, connects, on.PersonWanted("speech failed"), on.SpeechBegan())
    assert take(floor, on.TurnOver(replace(PLAN, sense=Sense.INSTEAD))) == []
