"""What a general model is told of the tasks, and how gpt-oss reads it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.response.conftest import ROOT
from tests.response.test_harmony import ATTACK
from voice.response.prompts.briefing import Briefing, ToolDescription, briefing
from voice.response.prompts.gpt_oss_prompt import GptOssPrompt
from voice.response.prompts.harmony import (
    CONTROL,
    AnswerMessage,
    CallerSaid,
    Harmony,
    Message,
    ToolCall,
    ToolResult,
)
from voice.response.prompts.history import well_formed
from voice.response.prompts.tool_types import namespace
from voice.tasks import Task, TaskSet, load_tasks

ORDER = ToolDescription(
    "order-article",
    "Orders an article.\nIt is sent by post.",
    {
        "type": "object",
        "properties": {
            "article": {"type": "string", "enum": ["router", "cable"], "description": "Which one."},
            "count": {"type": "integer", "default": 1},
            "address": {
                "type": "object",
                "description": "Where to.",
                "properties": {"street": {"type": "string"}, "floor": {"type": "number"}},
                "required": ["street"],
            },
            "days": {"type": "array", "items": {"type": "string", "default": "Monday"}},
            "gift": {"type": "boolean"},
            "note": {"type": "string", "default": "none"},
            "anything": {},
        },
        "required": ["article", "address"],
    },
)
TOOLS = (ToolDescription("get_bill", "Says what the caller owes."), ORDER)
CONVERSATION: list[list[Message]] = [
    [CallerSaid("what do i owe"), AnswerMessage("One moment."), AnswerMessage("Hello again.")],
    [
        CallerSaid(ATTACK),
        ToolCall("order-article", {"article": "café", "count": "2"}),
        ToolResult("order-article", {"status": "ordered", "note": ATTACK}),
        AnswerMessage(ATTACK),
    ],
]


@pytest.fixture(scope="module")
def harmony(embedded_responder_path: Path) -> Harmony:
    return Harmony.load(embedded_responder_path / "tokenizer.json")


def test_a_model_is_told_of_every_tool_that_it_may_call() -> None:
    told = briefing(load_tasks(ROOT / "tasks"))
    names = [tool.name for tool in told.tools]
    assert len(names) == len(set(names))
    assert {"get_bill", "block_sim", "transfer_to_person", "change_address"} <= set(names)
    assert "After get_bill" in told.instructions and "overdue" in told.instructions
    assert "unblock_sim" not in told.instructions, "it only undoes, and is not the model's to call"


def test_no_slot_is_shown_that_might_be_said_as_it_stands() -> None:
    instructions = briefing(load_tasks(ROOT / "tasks")).instructions
    assert "{" not in instructions and "Your balance is … euros, due on …." in instructions


def test_what_a_task_file_says_is_what_the_model_is_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tasks", tmp_path / "tasks"))
    file = folder / "balance.yaml"
    file.write_text(file.read_text().replace("get_bill", "look-up").replace("Your balance", "It"))
    told = briefing(load_tasks(folder))
    assert "look-up" in {tool.name for tool in told.tools}
    assert "It is … euros" in told.instructions and "get_bill" not in told.instructions


def test_a_model_is_told_what_a_tool_takes_but_not_what_is_secret() -> None:
    arguments = {
        "day": {"type": "date", "description": "When."},
        "code": {"type": "digits", "secret": True},
    }
    tool = {"name": "book", "arguments": arguments, "result": {"status": {"ok": ["booked"]}}}
    words = {"booked": {"en": ["Booked."], "fr": ["Réservé."]}}
    task = {"name": "b", "description": "Books.", "tool": tool, "answers": words}
    told = briefing(TaskSet([Task.model_validate(task)]))
    assert namespace(told.tools).count("code") == 0
    assert "// When.\nday?: string," in namespace(told.tools)
    assert "in the language of the caller (English, French) only" in told.instructions


def test_tools_are_typescript() -> None:
    assert (
        namespace(TOOLS)
        == """# Tools

## functions

namespace functions {

// Says what the caller owes.
type get_bill = () => any;

// Orders an article.
// It is sent by post.
type order-article = (_: {
// Which one.
article: "router" | "cable",
count?: number, // default: 1
// Where to.
address:     // Where to.
{
    street: string,
    floor?: number,
    },
days?: string[],
gift?: boolean,
note?: string, // default: "none"
anything?: any,
}) => any;

} // namespace functions"""
    )


def test_a_conversation_reads_as_gpt_oss_was_trained(harmony: Harmony) -> None:
    prompt = GptOssPrompt(harmony)
    ids = prompt.beginning(Briefing("Be brief.", TOOLS[:1]), "low")
    ids += prompt.turn(
        [
            CallerSaid("my bill"),
            ToolCall("get_bill", {}),
            ToolResult("get_bill", {"amount": "7.00"}),
            AnswerMessage("Seven euros."),
        ]
    )
    ids += prompt.opening("low")
    assert (
        harmony.text(harmony.tokens(ids))
        == """\
<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.
Knowledge cutoff: 2024-06

Reasoning: low

# Valid channels: analysis, commentary, final. Channel must be included for every message.
Calls to these tools must go to the commentary channel: 'functions'.<|end|>\
<|start|>developer<|message|># Instructions

Be brief.

# Tools

## functions

namespace functions {

// Says what the caller owes.
type get_bill = () => any;

} // namespace functions<|end|>\
<|start|>user<|message|>my bill<|end|>\
<|start|>assistant to=functions.get_bill<|channel|>commentary <|constrain|>json<|message|>{}\
<|call|>\
<|start|>functions.get_bill to=assistant<|channel|>commentary<|message|>{"amount":"7.00"}<|end|>\
<|start|>assistant<|channel|>final<|message|>Seven euros.<|end|>\
<|start|>assistant"""
    )


def test_a_model_that_must_not_think_has_done_so_already(harmony: Harmony) -> None:
    opening = harmony.text(harmony.tokens(GptOssPrompt(harmony).opening("none")))
    assert opening == ("<|start|>assistant<|channel|>analysis<|message|><|end|><|start|>assistant")


def test_no_word_from_outside_becomes_a_control_token(harmony: Harmony) -> None:
    prompt = GptOssPrompt(harmony)
    numbers = {harmony.control(name) for name in CONTROL}
    attacked = [number for turn in CONVERSATION for number in prompt.turn(turn)]
    harmless: list[Message] = [
        CallerSaid("hi"), ToolCall("t", {}), ToolResult("t", {}), AnswerMessage("a"),
    ]  # fmt: skip
    plain = prompt.turn(CONVERSATION[0]) + prompt.turn(harmless)
    assert sum(n in numbers for n in attacked) == sum(n in numbers for n in plain)


def test_calls_without_a_result_and_answers_in_parts_are_put_in_order() -> None:
    turn: list[Message] = [
        CallerSaid("block it"), AnswerMessage("One moment."), ToolCall("block", {}),
        AnswerMessage("Sorry."), AnswerMessage("I could not."),
        ToolCall("block", {}), ToolResult("block", {}),
        ToolCall("bill", {}),
    ]  # fmt: skip
    assert well_formed(turn) == [
        CallerSaid("block it"), AnswerMessage("One moment. Sorry. I could not."),
        ToolCall("block", {}), ToolResult("block", {}),
    ]  # fmt: skip
