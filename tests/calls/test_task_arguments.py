"""What a task asks the caller for: heard as such, said or keyed, kept out of what is recorded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.calls.conftest import Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from tests.calls.scripted import SaidWords
from tests.calls.test_acts import YES, say_next
from tests.response.test_collected_arguments import READING, Desk
from voice.calls.expected_answer import dictates_digits, digits_wanted, expectation
from voice.calls.identity.secrets import for_arguments, masked
from voice.calls.state import CallState
from voice.events import HIDDEN, CallEnded, FinalTranscript, ToolCalled
from voice.languages import language
from voice.recognition import ANYTHING, Expectation, Transcript
from voice.response import ResponseSession
from voice.tasks.arguments import Amount, Argument, Choice, Date, Digits, Name, Number, Phone
from voice.telephony.leg import MuteRecording

COLOUR = Choice(of={"red": {"en": ("red", "crimson")}, "grey": {}})


def state(wanted: Argument | None, **values: Any) -> CallState:
    nothing = {"secret": False, "secret_turn": False, "dictates": False, "digits_expected": 0}
    nothing |= {"over_words": False}
    spoken = {"language_of": lambda heard: language(), "language": language()}
    return cast(
        CallState, SimpleNamespace(wanted=lambda: wanted, **{**nothing, **spoken, **values})
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (None, ANYTHING),
        (Digits(length=8), Expectation("digits", digits=8)),
        (Digits(length=(4, 8)), Expectation("digits")),
        (Phone(), Expectation("digits")),
        (Number(), Expectation("amount")),
        (Amount(), Expectation("amount")),
        (Date(), Expectation("date")),
        (COLOUR, Expectation("choice", choices=("red", "crimson", "grey"))),
        (Name(), ANYTHING),
    ],
)
def test_the_recogniser_expects_what_was_asked_for(
    wanted: Argument | None, expected: Expectation
) -> None:
    assert expectation(state(wanted)) == expected


def test_a_pin_goes_before_what_a_task_asked_for() -> None:
    call = state(Digits(length=8), digits_expected=4)
    assert expectation(call) == Expectation("digits", digits=4) and digits_wanted(call) == 4


def test_figures_are_said_with_pauses_and_are_over_when_all_are_there() -> None:
    assert digits_wanted(state(Digits(length=8))) == 8 and digits_wanted(state(Phone())) == 0
    assert dictates_digits(state(Phone())) and not dictates_digits(state(Date()))


def heard(text: str) -> Transcript:
    return Transcript(text, 0.9, "en", 1.0, 1.0)


def test_numbers_reach_the_arguments_and_not_the_transcript() -> None:
    call = state(Digits(length=8))
    words = heard("it's one two three four five six seven eight")
    assert for_arguments(words, call) == words.text and masked(words, call) == f"it's {HIDDEN}"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (state(None), "my PIN is four two seven one"),
        (state(None, secret=True), "four two seven one"),
        (state(Digits(length=4), secret_turn=True), "four two seven one"),
    ],
)
def test_a_pin_reaches_no_argument(call: CallState, text: str) -> None:
    assert for_arguments(heard(text), call) == ""


class AtDesk:
    """A response step that takes meter readings."""

    depth = 0
    language = language()
    languages = ("en",)

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.desk = Desk(arguments)

    def session(self, *_: object, **__: object) -> ResponseSession:
        return self.desk.session


@pytest.mark.calls
async def test_an_argument_may_be_said_or_keyed_in(serve: Serve, log: EventLog, say: Say) -> None:
    at_desk = AtDesk(READING)
    words = SaidWords([["I have a reading for you", "one two three four five six seven eight"]])
    socket = await serve(recogniser=words, responder=at_desk)
    async with LegCaller(socket, "desk") as caller:
        await log.clause("Hello")
        await say_next(caller, log, say(YES))
        await log.clause("Which meter?")
        await say_next(caller, log, say(YES))
        await log.clause("What does it show?")
        caller.key("4012#")
        await log.clause("I took 4012")
        caller.hang_up()
        await log.wait(CallEnded)
    assert at_desk.desk.got == [{"meter": "12345678", "reading": 4012}]
    (called,) = log.of(ToolCalled)
    assert called.arguments == {"meter": "12345678", "reading": "4012"}
    assert [event.text for event in log.of(FinalTranscript)][1:] == [HIDDEN]


@pytest.mark.calls
async def test_a_secret_argument_is_recorded_nowhere(serve: Serve, log: EventLog, say: Say) -> None:
    at_desk = AtDesk({"code": {"type": "digits", "length": 6, "secret": True}})
    words = SaidWords([["I have a reading for you", "one two three four five six"]])
    socket = await serve(recogniser=words, responder=at_desk)
    async with LegCaller(socket, "desk") as caller:
        await log.clause("Hello")
        await say_next(caller, log, say(YES))
        await log.clause("digit by digit")
        await say_next(caller, log, say(YES))
        await log.clause("It is taken")
        caller.hang_up()
        await log.wait(CallEnded)
        mutes = [control.on for control in caller.controls if isinstance(control, MuteRecording)]
    assert at_desk.desk.got == [{"code": "123456"}] and mutes == [True, False]
    (called,) = log.of(ToolCalled)
    assert called.arguments == {"code": HIDDEN}
    assert "123456" not in "".join(map(repr, log.events))
