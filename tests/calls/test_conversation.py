"""Whole calls over the leg socket: what the caller says, and what happens then."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path

import numpy as np
import pytest

from tests.calls.conftest import PERSON, SETTINGS, WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog, attempt
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, PIN, PIN_DIGITS, ScriptedResponder
from voice.audio import dbfs, silence
from voice.events import (
    CallEnded,
    CallStarted,
    ClauseSpoken,
    DtmfReceived,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    Interrupted,
    NoInput,
    PartialTranscript,
    ResponseStarted,
    SpeechStarted,
    ToolCalled,
    Transferred,
    TurnEnded,
)
from voice.telemetry import waterfall
from voice.telephony.leg import (
    HangUp,
    Hold,
    MuteRecording,
    Resume,
    Transfer,
    TransferResult,
)

pytestmark = pytest.mark.calls

SPOKEN_OR_KEYED_PIN = re.compile(rf"four,? two,? seven|(?<!\d){PIN_DIGITS}(?!\d)", re.IGNORECASE)
"""Not within a longer number: times have many digits."""
HUM = np.sum(
    [
        2000 * np.sin(2 * np.pi * 120 * harmonic * np.arange(8000 * 13 // 10) / 8000)
        for harmonic in range(1, 8)
    ],
    axis=0,
).astype(np.int16)
"""Long enough to take the floor, without a word in it."""


async def test_a_call_from_greeting_to_goodbye(socket: Path, log: EventLog, say: Say) -> None:
    async with LegCaller(socket, "whole") as caller:
        await log.clause("assistant")
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[2])
        await caller.heard_out()
        await caller.say(say("Goodbye."))
        ended = await log.wait(CallEnded)
        await caller.over.wait()
    assert (ended.reason, ended.by) == ("goodbye", "assistant")
    (started,) = log.of(CallStarted)
    assert (started.sip_call_id, started.trunk) == ("a84b4c76e66710", "carrier")
    assert started.source == "192.0.2.7:5060"
    assert [event.sequence for event in log.events] == list(range(len(log.events)))
    assert [event.ms for event in log.events] == sorted(event.ms for event in log.events)
    times = waterfall(log.events)
    assert [turn.speculative for turn in times] == [True, True]
    assert all(turn.total_ms < 1500 for turn in times)
    spoken_ms = sum(clause.duration_ms for clause in log.of(ClauseSpoken))
    assert len(caller.heard_audio()) / 8 == pytest.approx(spoken_ms, rel=0.05)
    assert dbfs(caller.heard_audio()) > -35
    assert caller.most_in_ring <= 6
    assert caller.controls[-1] == HangUp(reason="goodbye")


async def test_a_pin_by_keys_opens_the_balance_and_is_seen_nowhere(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "pin-keys") as caller:
        await caller.say(say("How much is my bill?"))
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
    assert {event.digit for event in log.of(DtmfReceived)} == {"[hidden]"}
    assert [event.accepted for event in log.of(IdentityDecided)] == [True]
    mutes = [control.on for control in caller.controls if isinstance(control, MuteRecording)]
    assert mutes == [True, False]
    assert not any(SPOKEN_OR_KEYED_PIN.search(event.to_json()) for event in log.events)


async def test_a_spoken_pin_is_hidden_and_tried_three_times(
    serve: Serve,
    log: EventLog,
    say: Say,
    responder: ScriptedResponder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    socket = await serve()
    async with greeted(socket, log, "pin-spoken") as caller:
        await caller.say(say("How much is my bill?"))
        for number, digits in enumerate(("1111", "2222"), start=1):
            await log.wait(IdentityRequested, attempt(number))
            caller.key(digits)
        asked = await log.wait(IdentityRequested, lambda event: event.attempt == 3)
        await log.clause("try again", after=asked.sequence)
        await caller.heard_out()
        await caller.say(say(PIN))
        await log.wait(IdentityDecided, lambda event: event.accepted)
        await log.clause("42.17")
    said = log.of(FinalTranscript)[-1]
    assert said.text == "[hidden]"
    partials = [event.text for event in log.of(PartialTranscript) if event.ms > asked.ms]
    assert set(partials) == {"[hidden]"}
    assert all("one" not in turn.text for turn in responder.turns)
    written = "\n".join([*(event.to_json() for event in log.events), caplog.text])
    assert not SPOKEN_OR_KEYED_PIN.search(written)


async def test_a_caller_who_stops_keying_is_asked_once_more(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "pin-half") as caller:
        await caller.say(say("How much is my bill?"))
        await log.clause("PIN")
        await caller.heard_out()
        caller.key("9")
        again = await log.wait(ClauseSpoken, lambda event: event.kind == "reprompt")
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
    assert "PIN" in again.text


async def test_three_wrong_pins_lead_to_a_person(serve: Serve, log: EventLog, say: Say) -> None:
    async with greeted(await serve(WITH_PERSON), log, "pin-wrong") as caller:
        await caller.say(say("How much is my bill?"))
        for number in (1, 2, 3):
            await log.wait(IdentityRequested, attempt(number))
            caller.key("0000")
        transfer = await caller.control(Transfer)
        assert transfer.target == PERSON
        caller.leg.send(TransferResult(ok=True, reason=""))
        ended = await log.wait(CallEnded)
    assert log.of(Transferred)[0].ok
    assert "identity not confirmed" in ended.reason
    assert not log.of(ToolCalled)


async def test_an_unknown_number_gives_its_customer_number_first(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "number", number=None) as caller:
        await caller.say(say("How much is my bill?"))
        await log.clause("customer number")
        caller.key("400213")
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
    assert {event.digit for event in log.of(DtmfReceived)} == {"[hidden]"}


async def test_the_caller_interrupts_and_the_rest_is_not_said(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(socket, log, "barge-in") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[1])
        begun = asyncio.create_task(caller.say(say("No, please stop, how much is my bill?")))
        started = await log.wait(SpeechStarted, lambda event: event.while_assistant_spoke)
        interrupted = await log.wait(Interrupted)
        await begun
        await log.wait(IdentityRequested)
    assert interrupted.ms - started.ms <= 1500
    assert not log.of(NoInput)
    assert interrupted.heard.startswith(LONG_ANSWER[0])
    assert LONG_ANSWER[2] in interrupted.unheard
    assert f"{interrupted.heard} {interrupted.unheard}" == " ".join(LONG_ANSWER)
    assert responder.answered[0].heard_text == interrupted.heard


async def test_clauses_that_were_not_yet_synthesised_count_as_unheard(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(socket, log, "early") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        caller.begin_to_say(say("I want to speak to a person."))
        interrupted = await log.wait(Interrupted)
    assert f"{interrupted.heard} {interrupted.unheard}" == " ".join(LONG_ANSWER)


async def test_the_next_turn_begins_only_when_it_is_known_what_was_heard(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with LegCaller(socket, "short-word") as caller:
        caller.flush_seconds = 0.2
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[1])
        await caller.say(say("No, please stop."))
        interrupted = await log.wait(Interrupted)
        await log.wait(ResponseStarted, lambda event: event.sequence > interrupted.sequence)
        caller.hang_up()
        await log.wait(CallEnded)
    assert responder.answered[1].heard_before == interrupted.heard


@pytest.mark.parametrize("backchannel", ["Okay.", "All right."])
async def test_a_backchannel_over_an_answer_does_not_stop_it(
    socket: Path, log: EventLog, say: Say, backchannel: str
) -> None:
    async with greeted(socket, log, "backchannel") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[1])
        await caller.say(say(backchannel))
        await log.clause(LONG_ANSWER[2])
        await caller.heard_out()
    assert not log.of(Interrupted)
    assert len([event for event in log.of(ClauseSpoken) if event.kind == "answer"]) == 3


async def test_an_answer_that_a_hum_cut_short_is_said_again(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "hum") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[1])
        await caller.say(HUM)
        interrupted = await log.wait(Interrupted)
        await log.clause(LONG_ANSWER[2])
    again = [event.text for event in log.of(ClauseSpoken) if event.sequence > interrupted.sequence]
    assert again == list(LONG_ANSWER[1:]), "what stands cut in the transcript is heard whole"
    assert len(log.of(ResponseStarted)) == 1


async def test_its_own_echo_does_not_stop_the_assistant(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "echo", echo_db=-14.0) as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[2])
    assert not log.of(Interrupted)


async def test_a_caller_who_goes_on_undoes_what_was_prepared(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(socket, log, "resumes") as caller:
        pause = silence(8000 * 36 // 100)
        parts = [say("I have lost my phone,"), pause, say("please block my SIM card.")]
        await caller.say(np.concatenate(parts))
        await log.clause("blocked")
    assert responder.turns[0].discarded
    assert responder.effects == ["block"]
    assert len(log.of(TurnEnded)) == len(log.of(ResponseStarted)) == 1


async def test_a_silent_caller_is_asked_twice_and_then_let_go(socket: Path, log: EventLog) -> None:
    async with LegCaller(socket, "silent"):
        ended = await log.wait(CallEnded, seconds=40)
    assert [event.count for event in log.of(NoInput)] == [1, 2, 3]
    assert [event.kind for event in log.of(ClauseSpoken)].count("reprompt") == 2
    assert (ended.reason, ended.by) == ("no input", "assistant")


async def test_a_caller_who_holds_the_call_is_not_hurried(socket: Path, log: EventLog) -> None:
    async with LegCaller(socket, "held") as caller:
        await log.clause("Hello")
        caller.leg.send(Hold())
        await caller.heard_out()
        await caller.frames(75)  # longer than the silence after which a caller is asked again
        asked = len(log.of(NoInput))
        caller.leg.send(Resume())
        await log.wait(NoInput)
        caller.hang_up()
        await log.wait(CallEnded)
    assert asked == 0


async def test_a_question_that_the_call_was_held_in_is_put_again_to_who_is_back(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "held-question") as caller:
        await caller.say(say("What is my plan?"))
        first = await log.clause(LONG_ANSWER[1])
        caller.leg.send(Hold())
        cut = await log.wait(Interrupted)
        await caller.frames(75)
        assert not [clause for clause in log.of(ClauseSpoken) if clause.sequence > cut.sequence]
        caller.leg.send(Resume())
        await log.clause(LONG_ANSWER[1], after=first.sequence)
        await log.clause(LONG_ANSWER[-1])


async def test_a_turn_that_the_call_was_held_in_goes_on_when_the_caller_is_back(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(socket, log, "held-turn") as caller:
        await caller.say(say("I have lost my phone,"))
        caller.leg.send(Hold())
        await caller.frames(150)
        caller.leg.send(Resume())
        await caller.say(say("please block my SIM card."))
        await log.clause("blocked")
    assert len(log.of(TurnEnded)) == 1
    assert responder.effects == ["block"]


async def test_silence_then_noise_is_no_conversation(socket: Path, log: EventLog) -> None:
    async with LegCaller(socket, "noise") as caller:
        await log.wait(NoInput)
        caller.noise = np.random.default_rng(3).normal(0, 700, 16000).astype(np.int16)
        ended = await log.wait(CallEnded, seconds=50)
    assert ended.reason == "no input"
    assert not log.of(ToolCalled)
    assert all(not event.text for event in log.of(FinalTranscript))


async def test_the_longest_call_is_announced_and_ended(serve: Serve, log: EventLog) -> None:
    calls = SETTINGS.calls.model_copy(update={"max_minutes": 0.1})
    short = SETTINGS.model_copy(update={"calls": calls})
    async with LegCaller(await serve(short), "long"):
        await log.clause("in one minute")
        await log.clause("time is up")
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("maximum length", "system")
