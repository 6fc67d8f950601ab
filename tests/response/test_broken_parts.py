"""A tool or a model that misbehaves leaves no trace in what is said or remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from typing import cast

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, acts, steps_of
from voice.engine_queue import EngineBusy, Priority
from voice.identity import Caller
from voice.response import ResponseSession, SayClause, ToolAnswered, ToolBox, Value
from voice.response.engines.engine import ModelCall, Pieces
from voice.response.prompts.harmony import CallerSaid, Message
from voice.response.rules.conversation import ConversationRules
from voice.tasks import load_tasks
from voice.tools import run_tool


class BusyModel:
    """Is busy at first, then looks up the plan."""

    def __init__(self, busy: int) -> None:
        self._busy = busy

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        if self._busy:
            self._busy -= 1
            raise EngineBusy("response: 64 jobs wait already")
        yield ModelCall("get_plan", {})


def session_of(office: Office, busy: int = 0) -> ResponseSession:
    tasks = load_tasks(ROOT / "tasks")
    return ResponseSession(ConversationRules(BusyModel(busy), tasks, office.tools(), 1.0), CUSTOMER)


@pytest.mark.parametrize("result", [["20 GB"], "20 GB", {"status": ["found"]}, None])
async def test_a_result_of_the_wrong_shape_is_not_used(office: Office, result: object) -> None:
    office.results["get_plan"] = cast(dict[str, Value], result)
    steps = await steps_of(session_of(office).begin("which plan am i on"))
    assert acts(steps) == {"tool_failed"}


class Unreadable(dict[str, object]):
    """As a row that is fetched when it is looked at, from a connection that is lost by then."""

    def get(self, *_: object) -> object:
        raise ConnectionError("lost")

    __getitem__ = items = keys = get  # type: ignore[assignment]


class Unspeakable(str):
    def __str__(self) -> str:
        raise ConnectionError("lost")

    def __eq__(self, other: object) -> bool:
        raise ConnectionError("lost")

    __hash__ = str.__hash__


FOUND = {"status": "found", "plan": "Smart", "data_gb": 20, "price": Decimal("19.99")}


@pytest.mark.parametrize(
    "amiss",
    [
        {"price": Decimal("NaN")}, {"price": Decimal("sNaN")}, {"price": Decimal("Infinity")},
        {"price": Decimal("1E+3000")}, {"data_gb": 10**5000}, {"data_gb": True},
        {"plan": "x " * 200_000}, {"status": Unspeakable("found")},
    ],
    ids=lambda amiss: ",".join(amiss),
)  # fmt: skip
async def test_a_value_that_cannot_be_said_is_not_used(
    office: Office, amiss: dict[str, object]
) -> None:
    office.results["get_plan"] = {**FOUND, **amiss}  # type: ignore[dict-item]
    steps = await steps_of(session_of(office).begin("which plan am i on"))
    assert acts(steps) == {"tool_failed"}


async def test_a_result_is_kept_as_it_was_when_the_tool_gave_it(office: Office) -> None:
    office.results["get_plan"] = Unreadable(FOUND)  # type: ignore[assignment]
    turn = session_of(office).begin("which plan am i on")
    turn.commit()
    async for step in turn:
        if isinstance(step, ToolAnswered):
            assert type(step.result) is dict and step.result == FOUND
            office.results["get_plan"].clear()
        if isinstance(step, SayClause):
            assert "Smart" in step.clause or step.act != "plan"


async def test_a_write_whose_result_cannot_be_read_is_looked_up(office: Office) -> None:
    office.results["block_sim"] = {"status": Unspeakable("blocked")}

    async def outcome(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
        return {"status": "blocked", "replacement_days": 3}

    tools = ToolBox(
        dataclasses.replace(tool, outcome=outcome) if tool.name == "block_sim" else tool
        for tool in office.each_tool()
    )
    task = load_tasks(ROOT / "tasks").tools["block_sim"]
    tool = tools.get("block_sim")
    assert tool is not None
    run = await run_tool(task, tool, CUSTOMER, {}, 1.0, "key")
    assert run.result["status"] == "blocked" and run.error and not run.unknown


async def test_a_turn_that_is_begun_anew_stands_in_the_history_once(office: Office) -> None:
    session = session_of(office, busy=1)
    with pytest.raises(EngineBusy):
        await steps_of(session.begin("which plan am i on"))
    await steps_of(session.begin("which plan am i on"))
    said = [message for turn in session.history for message in turn]
    assert [type(message) for message in said].count(CallerSaid) == 1
