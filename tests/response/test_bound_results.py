"""A tool gets the arguments that it was called with; a value is only said of what it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.response.conftest import CUSTOMER, ROOT, STRANGER, Office, spoken, steps_of
from voice.engine_queue import Priority
from voice.errors import ConfigError
from voice.identity import Caller, IdentityLevel
from voice.response import NeedsIdentity, ResponseSession, Tool, ToolBox
from voice.response.engines.engine import ModelCall, Pieces, Wording
from voice.response.grounding import Grounding
from voice.response.prompts.harmony import Message, ToolResult
from voice.response.rules.conversation import ConversationRules
from voice.tasks import Task, TaskSet, load_tasks
from voice.tools import Value

ARGUMENTS = {"amount": "20", "article": "router"}


class ToolCaller:
    """A model that calls the tools of a list one after the other, then says a text."""

    def __init__(self, tools: list[str], answer: str) -> None:
        self._tools, self._answer = tools, answer

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        used = sum(isinstance(message, ToolResult) for message in turns[-1])
        if used < len(self._tools):
            yield ModelCall(self._tools[used], {"amount": "20", "article": "router"})
        else:
            yield Wording(self._answer)


def task(name: str, answers: dict[str, list[str]], **tool: Any) -> Task:
    status = {"ok": list(answers)[:1]}
    given = {"status": status, **tool.pop("result", {})}
    return Task.model_validate(
        {"name": name, "description": name, "answers": answers}
        | {"tool": {"name": name, "result": given, **tool}}
    )


def shipped() -> list[Task]:
    return load_tasks(ROOT / "tasks").tasks


def tool(name: str, result: dict[str, Value], got: list[dict[str, str]] | None = None) -> Tool:
    async def run(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
        if got is not None:
            got.append(arguments)
        return {"status": "ok", **result}

    return Tool(name, IdentityLevel.UNKNOWN, got is not None, run)


async def test_arguments_outlast_the_question_and_the_pin() -> None:
    got: list[dict[str, str]] = []
    order = task(
        "order", {"ordered": ["Ordered."], "sure": ["Shall I order it?"]},
        identity="verified", side_effect=True, confirmation="sure",
    )  # fmt: skip
    tasks = TaskSet([*shipped(), order])
    tools = ToolBox([*Office().each_tool(), tool("order", {}, got)])
    conversation = ConversationRules(ToolCaller(["order"], "Ordered."), tasks, tools, 1.0)
    session = ResponseSession(conversation, STRANGER)
    steps = await steps_of(session.begin("order me a router"))
    assert steps == [NeedsIdentity(IdentityLevel.VERIFIED, "order")]
    session.caller = CUSTOMER
    assert spoken(await steps_of(session.resume())) == "Shall I order it?"
    assert spoken(await steps_of(session.begin("yes please"))) == "Ordered."
    assert got == [ARGUMENTS]


async def test_a_question_without_other_words_is_put_again_in_its_own() -> None:
    got: list[dict[str, str]] = []
    order = task(
        "order", {"ordered": ["Ordered."], "sure": ["Shall I order it?"]},
        side_effect=True, confirmation="sure",
    )  # fmt: skip
    tasks = TaskSet([*shipped(), order])
    tools = ToolBox([*Office().each_tool(), tool("order", {}, got)])
    conversation = ConversationRules(ToolCaller(["order"], "Ordered."), tasks, tools, 1.0)
    session = ResponseSession(conversation, CUSTOMER)
    await steps_of(session.begin("order me a router"))
    assert spoken(await steps_of(session.begin("the what"))) == "Shall I order it?"
    assert got == []


async def test_arguments_outlast_a_pin_without_a_question() -> None:
    got: list[dict[str, str]] = []
    top_up = task("top_up", {"topped": ["Done."]}, identity="verified", side_effect=True)
    tasks = TaskSet([*shipped(), top_up])
    tools = ToolBox([*Office().each_tool(), tool("top_up", {}, got)])
    conversation = ConversationRules(ToolCaller(["top_up"], "Done."), tasks, tools, 1.0)
    session = ResponseSession(conversation, STRANGER)
    await steps_of(session.begin("top up twenty"))
    session.caller = CUSTOMER
    await steps_of(session.resume())
    assert got == [ARGUMENTS]


async def test_undoing_gets_the_arguments_of_what_it_undoes() -> None:
    office = Office()
    tasks = load_tasks(ROOT / "tasks")
    model = ToolCaller(["block_sim"], "Your SIM card is blocked.")
    session = ResponseSession(ConversationRules(model, tasks, office.tools(), 1.0), CUSTOMER)
    for words in ("block it", "yes", "unblock it", "yes"):
        await steps_of(session.begin(words))
    assert office.done == ["block_sim", "unblock_sim"]
    assert office.arguments == [ARGUMENTS, ARGUMENTS]


MONEY: dict[str, Any] = {"result": {"amount": "money"}}
CREDIT = {"credit": ["Your credit is {amount} euros."]}
OWED = {"owed": ["You owe {amount} euros."]}


async def test_two_results_with_one_key_never_mix() -> None:
    tasks = TaskSet(
        [*shipped(), task("get_credit", CREDIT, **MONEY), task("get_owed", OWED, **MONEY)]
    )
    owed: dict[str, Value] = {"amount": Decimal("42.17")}
    credit: dict[str, Value] = {"amount": Decimal("7.00")}
    tools = ToolBox([*Office().each_tool(), tool("get_owed", owed), tool("get_credit", credit)])
    model = ToolCaller(["get_owed", "get_credit"], "You owe {amount} euros.")
    session = ResponseSession(ConversationRules(model, tasks, tools, 1.0), CUSTOMER)
    said = spoken(await steps_of(session.begin("what do i owe and what credit have i")))
    assert said == "You owe 42.17 euros. Your credit is 7.00 euros."


async def test_a_free_text_is_not_believed_where_two_results_might_be_meant() -> None:
    tasks = TaskSet(
        [*shipped(), task("get_credit", CREDIT, **MONEY), task("get_owed", OWED, **MONEY)]
    )
    grounds = Grounding(tasks).turn()
    grounds.add("get_owed", {"status": "ok", "amount": Decimal("42.17")})
    grounds.add("get_credit", {"status": "ok", "amount": Decimal("7.00")})
    for sentence in ("You owe 7.00 euros.", "Your credit is 42.17 euros.", "That is 7.00 euros."):
        assert [one.kind for one in grounds.wrong(sentence)] == ["amount"]
    assert grounds.wrong("You owe 42.17 euros, and your credit is 7.00 euros.") == []


def test_a_slot_that_may_belong_to_two_tools_has_to_name_one(tmp_path: Path) -> None:
    both = 'name: both\ndescription: x\nanswers:\n  both: ["It is {%s} euros."]\n'
    one = "name: {0}\ndescription: x\ntool:\n  name: {0}\n  result:\n"
    one += "    status: {{ok: [{0}]}}\n    amount: money\nanswers:\n  {0}: [x]\n"
    for name in ("get_owed", "get_credit"):
        (tmp_path / f"{name}.yaml").write_text(one.format(name))
    (tmp_path / "both.yaml").write_text(both % "amount")
    with pytest.raises(ConfigError, match=r"act both: \{amount\} may be of get_credit or get_owed"):
        load_tasks(tmp_path)
    (tmp_path / "both.yaml").write_text(both % "get_owed.amount")
    source = load_tasks(tmp_path).source("both", "get_owed.amount")
    assert (source.tool, source.key, source.argument) == ("get_owed", "amount", False)
