"""An act that cannot be taken back: in whole calls, with real words over the line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.calls.conftest import Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from tests.calls.scripted import PIN_DIGITS
from voice.events import CallEnded, ClauseSpoken, ToolCalled
from voice.identity import Caller, IdentityLevel
from voice.response import Responder, Tool, ToolBox, Value

pytestmark = pytest.mark.calls

BLOCK, YES, NO = "please block my SIM card.", "Yes, please do.", "No, please stop."


class Operator:
    """The tools that the tasks name; remembers whether the SIM card was blocked."""

    def __init__(self) -> None:
        self.blocked = False

    def tools(self) -> ToolBox:
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
            ]
        )


@pytest.fixture(scope="module")
def real_responder(embedded_responder_path: Path, tasks_path: Path) -> Iterator[Responder]:
    responder = Responder.load(embedded_responder_path, tasks_path)
    yield responder
    responder.close()


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
async def asked(
    serve: Serve, log: EventLog, say: Say, real_responder: Responder, operator: Operator
) -> AsyncIterator[LegCaller]:
    """A verified caller who just begins to be asked whether the card shall be blocked."""
    socket = await serve(responder=real_responder, tools=operator.tools())
    async with LegCaller(socket, "act") as caller:
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(say(BLOCK))
        await log.clause("PIN")
        caller.key(PIN_DIGITS)
        await log.clause("Shall I go ahead?")
        yield caller
        caller.hang_up()
        await log.wait(CallEnded)


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


async def test_a_no_after_the_yes_calls_it_off(
    asked: LegCaller, log: EventLog, say: Say, operator: Operator
) -> None:
    await asked.heard_out()
    await asked.say(say(YES))
    await asked.frames(1200 // 20)
    await asked.say(say(NO))
    await log.clause("stays active")
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
