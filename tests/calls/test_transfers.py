"""The caller asks for a person: what is said, and what happens when nobody answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calls.conftest import PERSON, SETTINGS, WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, ScriptedResponder
from voice.events import (
    CallEnded,
    ClauseSpoken,
    NoInput,
    PartialTranscript,
    TransferProgressed,
    Transferred,
)
from voice.telephony.leg import (
    HangUp,
    Transfer,
    TransferProgress,
    TransferResult,
)

pytestmark = pytest.mark.calls


async def test_zero_leads_to_a_person_and_back_if_nobody_answers(
    serve: Serve, log: EventLog, say: Say
) -> None:
    async with LegCaller(await serve(WITH_PERSON), "zero") as caller:
        disclosed = await log.clause("assistant")
        caller.key("0")
        announced = await log.clause("putting you through")
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=False, reason="486 Busy Here"))
        await log.clause("could not reach")
        await caller.heard_out()
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    assert [(event.ok, event.reason) for event in log.of(Transferred)] == [(False, "486 Busy Here")]
    assert announced.ms - disclosed.ms >= disclosed.duration_ms - 150


async def test_who_takes_it_back_while_it_is_announced_is_not_transferred(
    serve: Serve, log: EventLog, say: Say
) -> None:
    async with greeted(await serve(WITH_PERSON), log, "taken-back") as caller:
        await caller.say(say("I want to speak to a person."))
        await log.clause("putting you through")
        await caller.say(say("No wait, what is my plan?"))
        await log.clause(LONG_ANSWER[2])
    assert not any(isinstance(control, Transfer) for control in caller.controls)
    assert not log.of(Transferred)


async def test_a_transfer_is_as_long_as_the_edge_lets_it_be(
    serve: Serve, log: EventLog, say: Say
) -> None:
    """No deadline of our own: what is told to the caller is what the edge says, once."""
    async with LegCaller(await serve(WITH_PERSON), "slow") as caller:
        await log.clause("assistant")
        caller.key("0")
        await caller.control(Transfer)
        caller.leg.send(TransferProgress(status=180, bridged=True))
        ringing = await log.wait(TransferProgressed)
        await caller.say(say("What is my plan?"))
        await caller.frames(100)
        assert not log.of(Transferred) and not log.of(NoInput)
        assert not [event for event in log.of(ClauseSpoken) if event.kind == "answer"]
        caller.leg.send(TransferResult(ok=False, reason="no answer"))
        caller.leg.send(TransferResult(ok=True, reason="200"))
        await log.clause("could not reach")
        caller.hang_up()
        ended = await log.wait(CallEnded)
    assert (ringing.target, ringing.status) == (PERSON, 180)
    assert [event.ok for event in log.of(Transferred)] == [False]
    assert ended.reason == "hang-up"


async def test_while_the_caller_talks_to_the_person_the_assistant_is_silent(
    serve: Serve, log: EventLog
) -> None:
    """Until either hangs up; silence, keys and the longest call mean nothing to it any more."""
    calls = SETTINGS.calls.model_copy(update={"max_minutes": 0.2})
    settings = WITH_PERSON.model_copy(update={"calls": calls})
    async with LegCaller(await serve(settings), "bridged") as caller:
        await log.clause("assistant")
        caller.key("0")
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=True, reason="200", bridged=True))
        transferred = await log.wait(Transferred)
        spoken = len(log.of(ClauseSpoken))
        await caller.frames(max(100, (13_000 - transferred.ms) // 20))
        assert len(log.of(ClauseSpoken)) == spoken
        assert not log.of(CallEnded)
        caller.hang_up()
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("transferred (the caller pressed 0)", "assistant")
    assert not any(isinstance(control, HangUp) for control in caller.controls)


async def test_a_caller_who_hangs_up_while_it_rings_was_not_transferred(
    serve: Serve, log: EventLog
) -> None:
    async with LegCaller(await serve(WITH_PERSON), "given-up") as caller:
        await log.clause("assistant")
        caller.key("0")
        await caller.control(Transfer)
        caller.hang_up()
        ended = await log.wait(CallEnded)
    assert [(event.ok, event.reason) for event in log.of(Transferred)] == [(False, "cancelled")]
    assert (ended.reason, ended.by) == ("hang-up", "caller")


async def test_zero_drops_what_was_being_prepared(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(await serve(WITH_PERSON), log, "zero-early") as caller:
        caller.begin_to_say(say("What is my plan?"))
        await log.wait(PartialTranscript)
        caller.key("0")
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=True, reason=""))
        await log.wait(CallEnded)
    assert all(turn.discarded for turn in responder.turns)
    assert not [event for event in log.of(ClauseSpoken) if event.kind == "answer"]


async def test_without_people_the_caller_is_told(socket: Path, log: EventLog, say: Say) -> None:
    async with greeted(socket, log, "nobody") as caller:
        await caller.say(say("I want to speak to a person."))
        await log.clause("nobody can take your call")
        ended = await log.wait(CallEnded)
    assert ended.reason.startswith("no person configured")
