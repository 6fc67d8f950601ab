"""An act that cannot be taken back: in whole calls, with real words over the line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.calls.conftest import SETTINGS, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import PIN_DIGITS, SaidWords
from tests.response.conftest import CHANGING, READING
from tests.response.test_bound_results import ARGUMENTS, ToolCaller, shipped, task, tool
from voice.audio import Pcm
from voice.calls import phrases
from voice.events import (
    CallEnded,
    ClauseSpoken,
    FinalTranscript,
    ToolCalled,
    ToolReturned,
    ToolUsed,
)
from voice.identity import Caller, IdentityLevel
from voice.languages import language
from voice.response import Responder, ResponseSession, Tool, ToolBox, Value
from voice.response.rules.conversation import ConversationRules
from voice.response.rules.means import SecondThoughts
from voice.tasks import TaskSet
from voice.tools import Audit

pytestmark = pytest.mark.calls

BLOCK, YES, NO = "please block my SIM card.", "Yes, please do.", "No, please stop."


class Operator:
    """The tools that the tasks name; remembers whether the SIM card was blocked."""

    def __init__(self) -> None:
        self.blocked = False

    def tools(self, *more: Tool) -> ToolBox:
        async def block(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
            self.blocked = True
            return {"status": "blocked", "replacement_days": 3}

        async def other(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
            raise AssertionError("not asked for in these calls")

        verified, unknown = IdentityLevel.VERIFIED, IdentityLevel.UNKNOWN
        return ToolBox(
            [
                Tool("block_sim", verified, True, block),
                Tool("get_bill", verified, False, other),
                Tool("get_plan", unknown, False, other),
                Tool("transfer_to_person", unknown, True, other),
                *(Tool(name, verified, name in CHANGING, other) for name in READING + CHANGING),
                *more,
            ]
        )


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
async def asked(
    serve: Serve, log: EventLog, say: Say, real_responder: Responder, operator: Operator
) -> AsyncIterator[LegCaller]:
    """A verified caller who just begins to be asked whether the card shall be blocked."""
    socket = await serve(responder=real_responder, tools=operator.tools())
    async with greeted(socket, log, "act") as caller:
        await caller.say(say(BLOCK))
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        await log.clause("Shall I go ahead?")
        yield caller


async def test_after_a_yes_it_is_announced_then_done_then_told(
    asked: LegCaller, log: EventLog, say: Say, operator: Operator
) -> None:
    await asked.heard_out()
    await asked.say(say(YES))
    announced = await log.clause("I am blocking your SIM card")
    assert not operator.blocked
    called = await log.wait(ToolCalled)
    told = await log.clause("Your SIM card is blocked")
    assert called.ms >= announced.ms + announced.duration_ms
    assert told.sequence > called.sequence and operator.blocked
    used = [(use.tool, use.level, use.outcome) for use in log.of(ToolUsed)]
    assert used == [("block_sim", "verified", "done")]


async def test_a_no_after_the_yes_calls_it_off(
    asked: LegCaller, log: EventLog, say: Say, operator: Operator
) -> None:
    await asked.heard_out()
    await asked.say(say(YES))
    await asked.frames(1200 // 20)
    await asked.say(say(NO))
    await log.clause("stays active")
    assert not operator.blocked and log.of(ToolCalled) == []


async def test_who_hangs_up_while_it_is_announced_has_agreed(
    asked: LegCaller, log: EventLog, say: Say, operator: Operator
) -> None:
    await asked.heard_out()
    await asked.say(say(YES))
    await log.clause("I am blocking your SIM card")
    assert not operator.blocked
    asked.hang_up()
    ended = await log.wait(CallEnded)
    (called,), (returned,) = log.of(ToolCalled), log.of(ToolReturned)
    assert operator.blocked and returned.result["status"] == "blocked"
    assert called.sequence < returned.sequence < ended.sequence
    assert (ended.reason, ended.by) == ("hang-up", "caller")


async def test_who_hangs_up_in_the_middle_of_a_word_has_not(
    asked: LegCaller, log: EventLog, say: Say, operator: Operator
) -> None:
    await asked.heard_out()
    await asked.say(say(YES))
    await log.clause("I am blocking your SIM card")
    await asked.say(say(NO)[: 8000 // 2])
    asked.hang_up()
    await log.wait(CallEnded)
    assert not operator.blocked and log.of(ToolCalled) == []


async def test_a_yes_before_the_end_of_the_question_is_none(
    asked: LegCaller, log: EventLog, say: Say, operator: Operator
) -> None:
    await asked.frames(10)
    early = say(YES)
    await asked.say(early)
    again = await log.clause("Shall I block your SIM card now?")
    assert not operator.blocked
    await asked.heard_out()
    await asked.say(early)
    await log.clause("Your SIM card is blocked", after=again.sequence)
    assert operator.blocked


async def test_who_says_nothing_is_asked_again_and_not_whether_they_are_there(
    asked: LegCaller, log: EventLog, say: Say, operator: Operator
) -> None:
    again = await log.clause("Shall I block your SIM card now?")
    assert not any("still there" in clause.text for clause in log.of(ClauseSpoken))
    await asked.heard_out()
    await asked.say(say(YES))
    await log.clause("Your SIM card is blocked", after=again.sequence)
    assert operator.blocked


# Where the recogniser is made to hear what a test wants, in whatever sound it is


async def say_next(caller: LegCaller, log: EventLog, sound: Pcm) -> None:
    await caller.heard_out()
    before = log.events[-1].sequence
    await caller.say(sound)
    await log.wait(FinalTranscript, after=before)


async def test_distress_over_the_question_ends_it(
    serve: Serve, log: EventLog, say: Say, real_responder: Responder, operator: Operator
) -> None:
    words = SaidWords([["please block my sim card", "there is a man with a knife here", "yes"]])
    socket = await serve(recogniser=words, responder=real_responder, tools=operator.tools())
    async with LegCaller(socket, "distress") as caller:
        await log.clause("Hello")
        await say_next(caller, log, say(YES))
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        await log.clause("Shall I go ahead?")
        await caller.frames(10)
        await caller.say(say(YES))
        told = await log.clause(phrases.in_emergencies(SETTINGS, language())[1])
        await say_next(caller, log, say(YES))
        await log.wait(ClauseSpoken, after=told.sequence)
        caller.hang_up()
        await log.wait(CallEnded)
    assert not operator.blocked and log.of(ToolCalled) == []


class Ordering:
    """A response step whose model orders a router, with the tool's arguments."""

    depth = 0
    language = language()
    languages = ("en",)

    def __init__(self, tasks: TaskSet) -> None:
        self._tasks = tasks

    def session(
        self,
        tools: ToolBox,
        caller: Caller,
        *,
        has_person: bool,
        second_thoughts: SecondThoughts,
        audit: Audit,
    ) -> ResponseSession:
        conversation = ConversationRules(
            ToolCaller(["order"], "Ordered."), self._tasks, tools, 1.0,
            has_person=has_person, second_thoughts=second_thoughts, audit=audit,
        )  # fmt: skip
        return ResponseSession(conversation, caller)


async def test_arguments_outlast_a_pin_and_a_question_and_a_yes_that_was_early(
    serve: Serve, log: EventLog, say: Say
) -> None:
    got: list[dict[str, str]] = []
    order = task(
        "order", {"ordered": ["It is ordered."], "sure": ["Shall I order it?"]},
        identity="verified", side_effect=True, confirmation="sure",
    )  # fmt: skip
    tasks = TaskSet([*shipped(), order])
    tools = Operator().tools(tool("order", {}, got))
    words = SaidWords([["order me a router", "yes please", "yes please"]])
    socket = await serve(recogniser=words, responder=Ordering(tasks), tools=tools)
    async with LegCaller(socket, "order") as caller:
        await log.clause("Hello")
        await say_next(caller, log, say(YES))
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        asked = await log.clause("Shall I order it?")
        await caller.say(say(YES))
        again = await log.clause("Shall I order it?", after=asked.sequence + 1)
        assert got == []
        await say_next(caller, log, say(YES))
        await log.clause("It is ordered", after=again.sequence)
        caller.hang_up()
        await log.wait(CallEnded)
    assert got == [ARGUMENTS]
    (called,) = log.of(ToolCalled)
    assert called.arguments == ARGUMENTS
