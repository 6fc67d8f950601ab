"""Who says "mhm" to what is said to them, or is about to be: nothing is lost by it."""

from __future__ import annotations

import asyncio

import pytest

from tests.calls.conftest import Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import greeted
from tests.calls.scripted import LONG_ANSWER, SaidWords, ScriptedResponder
from voice.events import (
    ClauseSpoken,
    FinalTranscript,
    Interrupted,
    NoInput,
    ResponseStarted,
    ToolCalled,
    TurnEnded,
)

pytestmark = pytest.mark.calls

PLAN = "what is my plan"


def answers(log: EventLog) -> list[str]:
    return [clause.text for clause in log.of(ClauseSpoken) if clause.kind == "answer"]


@pytest.mark.parametrize("words", ["mhm", ""], ids=["a word", "noise"])
async def test_right_behind_the_question_it_drops_nothing(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder, words: str
) -> None:
    """In the time in which a turn that was taken for over may still go on."""
    heard = SaidWords([[PLAN, words]])
    async with greeted(await serve(recogniser=heard), log, "first-words") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        await caller.say(say("Okay."))
        await log.clause(LONG_ANSWER[2])
    assert len(log.of(TurnEnded)) == 2
    assert not log.of(Interrupted) and responder.taken_back == []
    assert answers(log) == list(LONG_ANSWER)


async def test_before_the_answer_is_heard_it_drops_nothing(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.hold = asyncio.Event()
    heard = SaidWords([[PLAN, "okay"]])
    async with greeted(await serve(recogniser=heard), log, "thinking") as caller:
        await caller.say(say("What is my plan?"))
        asked = await log.wait(FinalTranscript)
        await caller.say(say("Okay."))
        await log.wait(FinalTranscript, after=asked.sequence + 1)
        responder.hold.set()
        await log.clause(LONG_ANSWER[2])
    assert [turn.text for turn in responder.answered] == [PLAN]
    assert answers(log) == list(LONG_ANSWER)


async def test_an_answer_does_not_begin_over_who_speaks_first(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.hold = asyncio.Event()
    heard = SaidWords([[PLAN, "how much is my bill"]])
    async with greeted(await serve(recogniser=heard), log, "first") as caller:
        await caller.say(say("What is my plan?"))
        await log.wait(FinalTranscript)
        await caller.frames(50)
        spoken = asyncio.create_task(caller.say(say("How much is my bill?")))
        await caller.frames(12)
        responder.hold.set()
        await spoken
        said = len(answers(log))
        await log.clause("PIN")
    assert said == 0
    assert answers(log) == list(LONG_ANSWER), "and then the other question is answered"


async def test_while_a_tool_is_at_work_it_is_let_pass(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.tool_hold = asyncio.Event()
    heard = SaidWords([[PLAN, "okay"]])
    async with greeted(await serve(recogniser=heard), log, "tool") as caller:
        await caller.say(say("What is my plan?"))
        called = await log.wait(ToolCalled)
        await caller.say(say("Okay."))
        await log.wait(FinalTranscript, after=called.sequence)
        responder.tool_hold.set()
        await log.clause(LONG_ANSWER[2])
    assert answers(log) == list(LONG_ANSWER)
    assert len(log.of(ResponseStarted)) == 1


async def test_a_caller_whose_sound_falls_on_the_last_word_is_waited_for_afterwards(
    serve: Serve, log: EventLog, say: Say
) -> None:
    """Falling silent for it becomes falling silent for good, and is noticed as that."""
    heard = SaidWords([[PLAN, ""]])
    async with greeted(await serve(recogniser=heard), log, "last-word") as caller:
        await caller.say(say("What is my plan?"))
        last = await log.clause(LONG_ANSWER[2])
        await caller.frames(round(last.duration_ms / 20) - 30)
        await caller.say(say("All right."))
        turn = await log.wait(FinalTranscript, after=last.sequence)
        await log.wait(NoInput, after=turn.sequence)
    assert not log.of(Interrupted)
