"""What callers say while an answer is made or a tool is at work: nothing of it is lost."""

from __future__ import annotations

import asyncio
import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.calls.conftest import Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from tests.calls.scripted import (
    LONG_ANSWER,
    PIN_DIGITS,
    SaidWords,
    ScriptedIdentity,
    ScriptedResponder,
)
from tests.calls.test_acts import YES, Operator, say_next
from voice.events import (
    CallEnded,
    ClauseSpoken,
    FinalTranscript,
    Interrupted,
    ToolCalled,
    ToolReturned,
)
from voice.identity import Caller, IdentityLevel
from voice.languages import language
from voice.response import Responder, Tool, ToolBox, Value

pytestmark = pytest.mark.calls

PHRASES = language().phrases
PLAN, BILL = "What is my plan?", "How much is my bill?"


async def test_a_request_while_a_tool_is_at_work_is_answered_after_its_result(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.tool_hold = asyncio.Event()
    async with LegCaller(socket, "kept") as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say(PLAN))
        called = await log.wait(ToolCalled)
        await caller.say(say(BILL))
        heard = await log.wait(FinalTranscript, after=called.sequence)
        await log.clause(PHRASES.one_moment, after=heard.sequence)
        responder.tool_hold.set()
        await log.clause(LONG_ANSWER[-1])
        await log.clause("PIN")
        caller.hang_up()
        await log.wait(CallEnded)
    said = [clause.text for clause in log.of(ClauseSpoken) if clause.kind == "answer"]
    assert said[: len(LONG_ANSWER)] == list(LONG_ANSWER)
    assert not any(LONG_ANSWER[0] in cut.unheard for cut in log.of(Interrupted))


async def test_what_follows_a_turn_before_its_answer_is_heard_belongs_to_it(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    responder.hold = asyncio.Event()
    async with LegCaller(socket, "joined") as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await say_next(caller, log, say(BILL))
        await caller.say(say(PLAN))
        while sum(turn.committed.is_set() for turn in responder.turns) < 2:
            await caller.frames(1)
        responder.hold.set()
        await log.clause("PIN")
        caller.hang_up()
        await log.wait(CallEnded)
    first, last = (turn for turn in responder.turns if turn.committed.is_set())
    assert first.discarded
    assert "bill" in last.text and "plan" in last.text


class SlowOperator(Operator):
    """Takes its time to block a card."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    def slow_tools(self) -> ToolBox:
        async def block(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
            self.begun.set()
            await self.may_end.wait()
            self.blocked = True
            return {"status": "blocked", "replacement_days": 3}

        slow = Tool("block_sim", IdentityLevel.VERIFIED, True, block)
        return ToolBox([slow, *(tool for tool in self.tools() if tool.name != slow.name)])


async def test_a_request_at_the_question_before_an_act_is_answered_after_it(
    serve: Serve, log: EventLog, say: Say, real_responder: Responder
) -> None:
    async def plan(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
        return {"status": "found", "plan": "Meadow Large", "data_gb": 40, "price": Decimal(20)}

    operator = Operator()
    own = Tool("get_plan", IdentityLevel.UNKNOWN, False, plan)
    tools = ToolBox([own, *(tool for tool in operator.tools() if tool.name != own.name)])
    heard = SaidWords([["please block my sim card", "which plan am i on", "yes please"]])
    socket = await serve(recogniser=heard, responder=real_responder, tools=tools)
    async with LegCaller(socket, "later") as caller:
        await log.clause("Hello")
        await say_next(caller, log, say(YES))
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        await log.clause("Shall I go ahead?")
        await say_next(caller, log, say(YES))
        later = await log.clause("I will")
        await log.clause("?", after=later.sequence)
        await say_next(caller, log, say(YES))
        done = await log.clause("Your SIM card is blocked")
        await log.clause("Meadow Large", after=done.sequence)
        caller.hang_up()
        await log.wait(CallEnded)
    assert [called.tool for called in log.of(ToolCalled)] == ["block_sim", "get_plan"]


@pytest.mark.parametrize("words", ["are you still there", "no do not block it"])
async def test_nothing_that_is_said_while_an_act_is_done_contradicts_it(
    serve: Serve,
    log: EventLog,
    say: Say,
    real_responder: Responder,
    words: str,
) -> None:
    operator = SlowOperator()
    heard = SaidWords([["please block my sim card", "yes please", words]])
    socket = await serve(recogniser=heard, responder=real_responder, tools=operator.slow_tools())
    async with LegCaller(socket, "slow-act") as caller:
        await log.clause("Hello")
        await say_next(caller, log, say(YES))
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        await log.clause("Shall I go ahead?")
        await say_next(caller, log, say(YES))
        await operator.begun.wait()
        await say_next(caller, log, say(YES))
        operator.may_end.set()
        await log.clause("Your SIM card is blocked")
        await caller.heard_out()
        caller.hang_up()
        await log.wait(CallEnded)
    assert operator.blocked and len(log.of(ToolCalled)) == len(log.of(ToolReturned)) == 1
    said = " ".join(clause.text for clause in log.of(ClauseSpoken))
    assert "stays active" not in said and said.count("Shall I") == 1


# While it is checked who calls


class SlowIdentity(ScriptedIdentity):
    """Takes its time to look at a PIN."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        self.begun.set()
        await self.may_end.wait()
        return await super().verify_pin(caller, pin)


@pytest.mark.parametrize(
    ("words", "ends_first"),
    [
        ("no wait, not block it, I only want my balance", True),
        ("no wait, not block it, I only want my balance", False),
        ("never mind the card, what is my balance", False),
    ],
    ids=["the check ends first", "the caller ends first", "never mind"],
)
async def test_the_newest_request_wins_over_the_one_for_which_it_is_checked_who_calls(
    serve: Serve,
    log: EventLog,
    say: Say,
    real_responder: Responder,
    words: str,
    ends_first: bool,
) -> None:
    async def bill(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
        due = datetime.date(2026, 12, 14)
        return {"status": "open", "amount": Decimal("42.17"), "due_date": due}

    identity, operator = SlowIdentity(), Operator()
    own = Tool("get_bill", IdentityLevel.VERIFIED, False, bill)
    tools = ToolBox([own, *(tool for tool in operator.tools() if tool.name != own.name)])
    heard = SaidWords([["please block my sim card", words]])
    socket = await serve(recogniser=heard, responder=real_responder, tools=tools, identity=identity)
    async with LegCaller(socket, "newest") as caller:
        await log.clause("Hello")
        await say_next(caller, log, say(YES))
        await log.clause("PIN")
        await caller.heard_out()
        caller.key(PIN_DIGITS)
        await identity.begun.wait()
        if ends_first:
            identity.may_end.set()
        before = log.events[-1].sequence
        await caller.say(say(YES))
        await log.wait(FinalTranscript, after=before)
        identity.may_end.set()
        await log.clause("42.17")
        await caller.heard_out()
        caller.hang_up()
        await log.wait(CallEnded)
    assert not operator.blocked
    assert [called.tool for called in log.of(ToolCalled)] == ["get_bill"]
