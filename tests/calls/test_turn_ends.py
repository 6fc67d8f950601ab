"""When a caller's turn is over in a whole call, and what becomes of turns ended too early."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.calls.conftest import SETTINGS, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, SaidWords, ScriptedResponder
from voice.audio import Pcm, silence
from voice.events import (
    CallEnded,
    ClauseSpoken,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    NoInput,
    TurnEnded,
)
from voice.languages import language
from voice.settings.turns import Turns

pytestmark = pytest.mark.calls

RATE = 8000


def pause(ms: int) -> Pcm:
    return silence(RATE * ms // 1000)


async def test_a_number_said_in_groups_over_long_pauses_is_one_answer(
    serve: Serve, log: EventLog, say: Say
) -> None:
    words = SaidWords([["how much is my bill", "four two| seven one"]])
    async with greeted(await serve(recogniser=words), log, "groups") as caller:
        await caller.say(say("How much is my bill?"))
        asked = await log.wait(IdentityRequested)
        await log.clause("PIN")
        await caller.heard_out()
        await caller.say(np.concatenate([say("Okay."), pause(1500), say("Okay.")]))
        decided = await log.wait(IdentityDecided)
    assert decided.accepted
    (ended,) = [event for event in log.of(TurnEnded) if event.ms > asked.ms]
    assert ended.pause_ms < Turns().end_ms_digits, "over sooner once all digits are there"


async def test_a_number_that_is_read_back_is_over_with_its_last_digit(
    serve: Serve, log: EventLog, say: Say
) -> None:
    words = SaidWords([["how much is my bill", "four oh oh| two one three"]])
    async with LegCaller(
        await serve(recogniser=words), "number", number=None, identity="unknown"
    ) as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say("How much is my bill?"))
        asked = await log.clause("customer number")
        await caller.heard_out()
        await caller.say(np.concatenate([say("Okay."), pause(1500), say("Okay.")]))
        await log.clause("4 0 0 2 1 3")
        caller.hang_up()
        await log.wait(CallEnded)
    (ended,) = [event for event in log.of(TurnEnded) if event.ms > asked.ms]
    assert ended.pause_ms < Turns().end_ms


@pytest.mark.parametrize("slip", ["no, wait,", "no, sorry,", "I mean"])
async def test_a_pin_that_is_corrected_in_the_same_breath_costs_no_try(
    serve: Serve, log: EventLog, say: Say, slip: str
) -> None:
    said = f"nine one three eight| {slip} four two seven one"
    words = SaidWords([["how much is my bill", said]])
    async with greeted(await serve(recogniser=words), log, "slip") as caller:
        await caller.say(say("How much is my bill?"))
        await log.clause("PIN")
        await caller.heard_out()
        await caller.say(np.concatenate([say("Okay."), pause(700), say("Okay.")]))
        await log.clause("42.17")
    assert [decided.accepted for decided in log.of(IdentityDecided)] == [True]
    assert len(log.of(IdentityRequested)) == 1


async def test_who_asks_for_time_is_told_once_that_there_is_time_and_is_not_hurried(
    serve: Serve, log: EventLog, say: Say
) -> None:
    words = SaidWords([["hold on please, I have to find my papers", "what is my plan"]])
    async with greeted(await serve(recogniser=words), log, "papers") as caller:
        await caller.say(say("Are you there?"))
        await log.clause("Take your time.")
        await caller.heard_out()
        await caller.frames(round(3 * SETTINGS.calls.no_input_seconds * 50))
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
    assert not log.of(NoInput)
    assert [event.text for event in log.of(ClauseSpoken)].count("Take your time.") == 1


async def test_who_is_asked_for_a_pin_may_ask_for_time_too(
    serve: Serve, log: EventLog, say: Say
) -> None:
    words = SaidWords([["how much is my bill", "one moment please", "four two seven one"]])
    async with greeted(await serve(recogniser=words), log, "pin-time") as caller:
        await caller.say(say("How much is my bill?"))
        await log.clause("PIN")
        await caller.heard_out()
        await caller.say(say("Are you there?"))
        await log.clause("Take your time.")
        await caller.heard_out()
        await caller.say(say("Are you there?"))
        decided = await log.wait(IdentityDecided)
    assert decided.accepted
    assert len(log.of(IdentityRequested)) == 1


async def test_who_goes_on_soon_after_the_end_is_answered_as_one_turn(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    turns = SETTINGS.turns
    too_long = pause(turns.end_ms + turns.resume_ms // 2)
    async with greeted(socket, log, "goes-on") as caller:
        parts = [say("What is my plan?"), too_long, say("How much is my bill?")]
        await caller.say(np.concatenate(parts))
        await log.wait(IdentityRequested)
    assert responder.taken_back == ["what is my plan"]
    last = responder.answered[-1].text
    assert "plan" in last and "bill" in last
    assert len(log.of(FinalTranscript)) == len(log.of(TurnEnded)) == 2


async def test_who_goes_on_when_asked_who_they_are_is_answered_as_one_turn_and_not_in_secret(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    turns = SETTINGS.turns
    too_long = pause(turns.end_ms + turns.resume_ms // 2)
    async with greeted(socket, log, "asked-too-early") as caller:
        parts = [say("How much is my bill?"), too_long, say("What is my plan?")]
        await caller.say(np.concatenate(parts))
        both = await log.wait(FinalTranscript, lambda said: "plan" in said.text)
        await log.wait(IdentityRequested, after=both.sequence)
    assert both.text.startswith("how much is my bill")
    assert "bill" in responder.answered[-1].text and "plan" in responder.answered[-1].text


async def test_who_has_only_greeted_is_given_the_time_to_go_on(
    serve: Serve, log: EventLog, say: Say
) -> None:
    words = SaidWords([["hi yes| what is my plan"]])
    turns = Turns(end_ms=300, end_ms_doubted=900)
    settings = SETTINGS.model_copy(update={"turns": turns})
    speech = [say("Are you there?"), pause(600), say("What is my plan?")]
    async with greeted(await serve(settings, recogniser=words), log, "good-morning") as caller:
        await caller.say(np.concatenate(speech))
        await log.clause(LONG_ANSWER[0])
    assert len(log.of(TurnEnded)) == 1


@pytest.mark.parametrize(
    ("words", "waited"),
    [("that's all thanks bye", "end_ms"), ("my internet is blue", "end_ms_doubted")],
)
async def test_who_only_tells_something_is_given_time_but_not_who_says_goodbye(
    serve: Serve, log: EventLog, say: Say, words: str, waited: str
) -> None:
    async with greeted(await serve(recogniser=SaidWords([[words]])), log, "tells") as caller:
        await caller.say(say("Are you there?"))
        ended = await log.wait(TurnEnded)
    assert ended.pause_ms == getattr(SETTINGS.turns, waited)


async def test_who_goes_on_later_begins_a_turn_of_its_own(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    turns = SETTINGS.turns
    later = pause(turns.end_ms + turns.resume_ms + 500)
    async with greeted(socket, log, "later") as caller:
        parts = [say("What is my plan?"), later, say("How much is my bill?")]
        await caller.say(np.concatenate(parts))
        await log.wait(IdentityRequested)
    assert responder.taken_back == []
    assert "plan" not in responder.answered[-1].text


async def test_a_long_turn_is_heard_whole_and_its_caller_asked_for_a_pause_with_the_reason(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    settings = SETTINGS.model_copy(update={"turns": Turns(max_seconds=6.0)})
    sentence = say("I want to speak to a person.")
    speech = [say("What is my plan?"), pause(250), *[sentence] * 4, say("How much is my bill?")]
    async with greeted(await serve(settings), log, "long") as caller:
        await caller.say(np.concatenate(speech))
        heard = await log.wait(FinalTranscript)
    notice = await log.clause(language().phrases.too_long[:20])
    assert notice.ms < heard.ms
    assert heard.text.startswith("what is my plan") and heard.text.endswith("bill")
    assert heard.text.count("person") >= 3
    assert heard.audio_seconds > 6
    assert len(log.of(FinalTranscript)) == 1
