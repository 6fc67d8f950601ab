"""Files of dialogues, as an operator writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NAMES = ("tariff", "modem", "router", "invoice", "contract", "number", "line", "voucher")
WISHES = ("where is my", "i lost the", "please send me a", "how old is the", "cancel my")


def call(name: str, **arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "tool_calls": [{"type": "function", "function": function}]}


def result(**values: str) -> dict[str, Any]:
    return {"role": "tool", "content": json.dumps(values)}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def write_lines(file: Path, dialogues: Sequence[Sequence[dict[str, Any]]]) -> Path:
    lines = [json.dumps({"messages": list(messages)}) for messages in dialogues]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def write_dialogues(file: Path, count: int = 30) -> Path:
    """Short calls, every one another."""
    dialogues = []
    for number in range(count):
        thing = NAMES[number % len(NAMES)]
        wish = WISHES[number // len(NAMES) % len(WISHES)]
        dialogues.append(
            [user(f"{wish} {thing}"), call("find", what=thing), result(status="found"),
             assistant(f"Your {thing} is here.")]
        )  # fmt: skip
    return write_lines(file, dialogues)
