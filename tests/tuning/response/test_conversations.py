"""An operator's dialogues: what of them is used, and what is said of the lines that are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tuning.response.dialogues_on_disk import (
    assistant,
    call,
    result,
    user,
    write_dialogues,
    write_lines,
)
from voice.errors import VoiceError
from voice.languages import language
from voice.response.prompts.briefing import ToolDescription
from voice.response.prompts.harmony import (
    AnswerMessage,
    CallerSaid,
    Instruction,
    ToolCall,
    ToolResult,
)
from voice.tuning.response.conversations import read_conversations

ENGLISH = language("en")
BILL = ToolDescription("get_bill", "", {"type": "object", "properties": {"month": {}}})


def mistake(
    tmp_path: Path, *messages: dict[str, Any], tools: tuple[ToolDescription, ...] = ()
) -> str:
    found, mistakes = read_conversations(
        write_lines(tmp_path / "calls.jsonl", [messages]), ENGLISH, tools
    )
    assert not found
    return str(mistakes[0])


def test_messages_are_those_that_engines_are_given(tmp_path: Path) -> None:
    said = [
        {"role": "system", "content": "You are a desk."},
        user("My bill, please. My PIN is 1 2 3 4!"),
        call("get_bill", month="may"),
        {"role": "tool", "content": '{"amount": 42, "note": null}'},
        assistant("It is 42 euros."),
    ]

    (found,), mistakes = read_conversations(write_lines(tmp_path / "calls.jsonl", [said]), ENGLISH)

    assert not mistakes and found.line == 1
    assert found.messages == (
        Instruction("You are a desk."),
        CallerSaid("my bill please my pin is number"),
        ToolCall("get_bill", {"month": "may"}),
        ToolResult("get_bill", {"amount": "42"}),
        AnswerMessage("It is 42 euros."),
    )


def test_each_dialogue_counts_once(tmp_path: Path) -> None:
    file = write_dialogues(tmp_path / "calls.jsonl", 3)
    file.write_text(file.read_text() * 2)

    found, mistakes = read_conversations(file, ENGLISH)

    assert len(found) == 3
    assert [str(one) for one in mistakes] == [
        f"line {line + 3}: the same as line {line}" for line in (1, 2, 3)
    ]


def test_good_lines_beside_bad_ones_are_used(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    good = json.dumps({"messages": [user("hello"), assistant("Good morning.")]})
    file.write_text(f"not json\n\n{good}\n[]\n")

    found, mistakes = read_conversations(file, ENGLISH)

    assert [one.line for one in found] == [3]
    assert [str(one) for one in mistakes] == [
        'line 1: no {"messages": [...]}', 'line 4: no {"messages": [...]}',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"role": "robot", "content": "hm"}], "message 1: role 'robot': expected system, user"),
        ([user("")], "message 1: content is no text"),
        ([user("?!")], "message 1: the caller says no words"),
        ([user("hello")], "the assistant says nothing in it"),
        ([user("hello"), {"role": "system", "content": "x"}], "message 2: system is only at the"),
        ([user("hello"), result(status="ok")], "message 2: a result of no call"),
        ([user("hello"), call("get_bill")], "get_bill is called and gives no result"),
        ([user("hello"), call("get_bill"), user("so")], "message 3: get_bill is called and gives"),
        (
            [user("hi"), {"role": "assistant", "tool_calls": [{"function": {}}]}],
            "message 2: a call without the name of its function",
        ),
        (
            [user("hi"), {"role": "assistant", "tool_calls": [1, 2]}],
            "message 2: more than one call at once",
        ),
        (
            [user("hi"), call("get_bill"), {"role": "tool", "content": "all is well"}],
            "message 3: the result is no JSON object: all is well",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(
    messages: list[dict[str, Any]], reason: str, tmp_path: Path
) -> None:
    assert mistake(tmp_path, *messages).startswith(f"line 1: {reason}")


def test_no_tool_and_no_argument_is_learned_that_the_tasks_lack(tmp_path: Path) -> None:
    rest = (result(status="open"), assistant("It is open."))

    other = mistake(tmp_path, user("hi"), call("get_plan"), *rest, tools=(BILL,))
    argument = mistake(tmp_path, user("hi"), call("get_bill", year="1"), *rest, tools=(BILL,))

    assert other == "line 1: message 2: the tasks have no tool get_plan"
    assert argument == "line 1: message 2: get_bill has no argument year"


def test_without_the_file_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"nothing\.jsonl: cannot be read"):
        read_conversations(tmp_path / "nothing.jsonl", ENGLISH)
