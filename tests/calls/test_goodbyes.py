"""The end of a call, and what the caller says into it or right behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calls.conftest import Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, ScriptedResponder
from voice.events import CallEnded, ClauseSpoken, FinalTranscript
from voice.languages import language

pytestmark = pytest.mark.calls

PHRASES = language().phrases
GOODBYE = "Thank you for calling"


async def test_who_asks_something_over_the_goodbye_is_answered(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "over") as caller:
        await caller.say(say("Goodbye."))
        await log.clause(GOODBYE)
        await caller.say(say("No wait, what is my plan?"))
        await log.clause(LONG_ANSWER[2])
        await caller.heard_out()
        await caller.say(say("Goodbye."))
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("goodbye", "assistant")


async def test_who_asks_something_right_behind_the_last_word_is_answered(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "behind") as caller:
        await caller.say(say("Goodbye."))
        farewell = await log.clause(GOODBYE)
        await caller.frames(round(farewell.duration_ms / 20))
        await caller.say(say("No wait, what is my plan?"))
        await log.clause(LONG_ANSWER[0])
    ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("hang-up", "caller")


async def test_who_only_says_goodbye_too_is_let_go(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(socket, log, "too") as caller:
        await caller.say(say("Goodbye."))
        await log.clause(GOODBYE)
        await caller.say(say("Thank you, goodbye."))
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("goodbye", "assistant")
    assert len(log.of(FinalTranscript)) == 2
    assert [event.kind for event in log.of(ClauseSpoken)].count("answer") == 1


async def test_an_end_that_an_engine_forces_is_put_off_by_nothing(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.failure = RuntimeError("gone")
    async with LegCaller(await serve(), "forced") as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say("How much is my bill?"))
        await log.clause(PHRASES.goodbye)
        responder.failure = None
        await caller.say(say("No wait, what is my plan?"))
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("response failed", "system")
    assert LONG_ANSWER[0] not in [event.text for event in log.of(ClauseSpoken)]
