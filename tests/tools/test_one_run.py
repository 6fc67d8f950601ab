"""One run of a tool, whatever it is: checked before and after, told of by one line of the audit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.tools.conftest import BILL, BLOCK_CARD, BLOCKED, GET_BILL, KEY, Desk, desk
from voice.identity import Caller, IdentityLevel
from voice.tools import ActKeys, NothingDone, Tool, Value

VERIFIED = IdentityLevel.VERIFIED
MEGABYTES = "x" * 10_000_000


def block(run: Any, outcome: Any = None) -> Desk:
    return desk(Tool("block_card", VERIFIED, True, run, outcome))


def bill(run: Any) -> Desk:
    return desk(Tool("get_bill", VERIFIED, False, run))


async def test_arguments_arrive_as_their_task_has_them_typed() -> None:
    taken: list[Mapping[str, object]] = []

    def run(caller: Caller, arguments: Mapping[str, object]) -> dict[str, Value]:
        taken.append(arguments)
        return BLOCKED

    assert (await block(run).block(card="0042-0017")).result == BLOCKED
    assert taken == [{"card": "00420017"}]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"card": "12"}, "refused: card: expected 8 digits"),
        ({"card": "00420017", "colour": "red"}, "refused: colour: there is no such argument"),
        ({"card": None}, "refused: card: expected 8 digits"),
    ],
)
async def test_arguments_that_the_task_does_not_take_never_reach_the_tool(
    arguments: dict[str, object], error: str
) -> None:
    office = block(lambda caller, arguments: pytest.fail("it ran"))
    run = await office.run(BLOCK_CARD, arguments)
    assert (run.result, run.outcome, run.error) == ({}, "refused", error)
    assert office.audit[0]["outcome"] == "refused"


async def hang(caller: Caller, arguments: object) -> dict[str, Value]:
    await asyncio.Event().wait()
    raise AssertionError


def throw(caller: Caller, arguments: object) -> dict[str, Value]:
    raise ConnectionResetError("pin=4271")


@pytest.mark.parametrize(
    ("run", "error"),
    [
        (throw, "ConnectionResetError"),
        (lambda *_: MEGABYTES, "a result that is no dict"),
        (lambda *_: {**BILL, "plan": MEGABYTES}, "plan cannot be said"),
        (lambda *_: {str(number): 1 for number in range(100_000)}, "does not name"),
        (lambda *_: {**BILL, "secret": "x"}, "does not name"),
        (lambda *_: {**BILL, "amount": "42.17"}, "amount is no money"),
        (lambda *_: {"status": "lost"}, "a status that its task does not name"),
    ],
)
async def test_a_tool_that_throws_or_gives_too_much_gives_nothing(run: Any, error: str) -> None:
    ran = await bill(run).bill()
    assert (ran.result, ran.outcome) == ({}, "failed")
    assert error in ran.error and "4271" not in ran.error


async def test_a_tool_that_hangs_gives_nothing() -> None:
    ran = await desk(Tool("get_bill", VERIFIED, False, hang), seconds=0.1).bill()
    assert (ran.result, ran.outcome, ran.error) == ({}, "failed", "TimeoutError")


async def test_a_text_is_said_without_what_is_no_sign_of_any_writing() -> None:
    run = await bill(lambda *_: {**BILL, "plan": "Smart\x1b[31m\n<b>\u202e"}).bill()
    assert run.result["plan"] == "Smart [31m <b> "


async def test_a_tool_that_knows_that_nothing_was_done_says_so() -> None:
    def run(caller: Caller, arguments: object) -> dict[str, Value]:
        raise NothingDone("the card is in use, pin=4271")

    ran = await block(run, lambda *_: pytest.fail("looked up")).block()
    assert ran.outcome == "not done" and "4271" not in ran.error


async def test_a_function_that_takes_the_key_of_its_act_gets_it_in_the_look_up_as_well() -> None:
    keys: list[str] = []

    def run(caller: Caller, arguments: object, *, idempotency_key: str) -> dict[str, Value]:
        keys.append(idempotency_key)
        raise ConnectionResetError

    async def outcome(caller: Caller, arguments: object, idempotency_key: str) -> dict[str, Value]:
        keys.append(idempotency_key)
        return BLOCKED

    assert (await block(run, outcome).block()).result == BLOCKED
    assert keys == [KEY, KEY]


async def test_a_run_that_nobody_waits_for_any_more_is_in_the_audit() -> None:
    begun = asyncio.Event()

    async def run(caller: Caller, arguments: object) -> dict[str, Value]:
        begun.set()
        await asyncio.Event().wait()
        return BILL

    office = desk(Tool("get_bill", VERIFIED, False, run))
    running = asyncio.create_task(office.bill())
    await begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [use["outcome"] for use in office.audit] == ["dropped"]


async def test_a_blocking_function_blocks_nobody_else() -> None:
    released = threading.Event()

    def run(caller: Caller, arguments: object) -> dict[str, Value]:
        released.wait(10)
        return BILL

    running = asyncio.create_task(desk(Tool("get_bill", VERIFIED, False, run)).bill())
    await asyncio.sleep(0)
    released.set()
    assert (await running).result == BILL


# Values that came as JSON


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"amount": 42.1}, Decimal("42.1")),
        ({"amount": "42.17"}, Decimal("42.17")),
        ({"amount": 42}, Decimal(42)),
        ({"items": "3"}, 3),
        ({"items": 3.0}, 3),
        ({"plan": 4711}, "4711"),
    ],
)
async def test_a_value_of_json_is_read_by_its_kind(
    written: dict[str, object], value: object
) -> None:
    tool = Tool("get_bill", VERIFIED, False, lambda *_: {"status": "open", **written}, as_json=True)
    result = (await desk(tool).bill()).result
    (key,) = written
    assert result[key] == value and type(result[key]) is type(value)


@pytest.mark.parametrize(
    "written",
    [
        {"amount": True}, {"amount": "about 40"}, {"amount": "NaN"}, {"amount": [42]},
        {"items": 3.5}, {"items": "three"}, {"due_date": "14/12/2026"}, {"due_date": 20261214},
        {"due_date": "2026-12-14x"}, {"due_date": "2026-13-01"}, {"plan": {"name": "Smart"}},
    ],
    ids=str,
)  # fmt: skip
async def test_a_value_of_json_that_is_not_of_its_kind_is_not_used(
    written: dict[str, object],
) -> None:
    tool = Tool("get_bill", VERIFIED, False, lambda *_: {"status": "open", **written}, as_json=True)
    assert (await desk(tool).bill()).outcome == "failed"


async def test_what_the_task_does_not_name_of_an_answer_is_left_out() -> None:
    answer = {"status": "open", "note": "call me", "amount": None}
    tool = Tool("get_bill", VERIFIED, False, lambda *_: answer, as_json=True)
    assert (await desk(tool).bill()).result == {"status": "open"}
    assert GET_BILL.arguments


# Keys


def test_an_act_has_one_key_until_it_is_known_what_became_of_it() -> None:
    numbers = iter(range(10))
    keys = ActKeys(lambda: f"key {next(numbers)}")
    first = keys.of("block_card", {"card": "1"})
    assert keys.of("block_card", {"card": "1"}) == first
    assert keys.of("block_card", {"card": "2"}) != first
    keys.settle("block_card", {"card": "1"})
    assert keys.of("block_card", {"card": "1"}) != first


def test_two_conversations_have_no_key_in_common() -> None:
    assert ActKeys().of("block_card", {}) != ActKeys().of("block_card", {})
