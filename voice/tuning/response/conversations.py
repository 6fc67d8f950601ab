"""An operator's dialogues, checked: lines of JSON with the messages of Chat Completions.

    {"messages": [{"role": "user", "content": "how much is my bill"},
                  {"role": "assistant", "tool_calls": [{"function":
                      {"name": "get_bill", "arguments": "{}"}}]},
                  {"role": "tool", "content": "{\"status\": \"open\", \"amount\": \"42.17 EUR\"}"},
                  {"role": "assistant", "content": "Your bill is 42.17 euros."}]}

They become the messages that engines are given in calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice.errors import VoiceError
from voice.languages import Language
from voice.response.caller_text import normal_form
from voice.response.prompts.briefing import ToolDescription
from voice.response.prompts.harmony import (
    AnswerMessage,
    CallerSaid,
    Instruction,
    Message,
    ToolCall,
    ToolResult,
)

_LONGEST_EXCERPT = 40


@dataclass(frozen=True)
class Conversation:
    """One dialogue."""

    line: int
    """In its file, from 1 on."""
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class DialogueMistake:
    """Why a line is not used."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def read_conversations(
    file: Path, language: Language, tools: Sequence[ToolDescription] = ()
) -> tuple[list[Conversation], list[DialogueMistake]]:
    """All dialogues that can be used, each once, and what is wrong with the others.

    Where `tools` are given, no others may be called. Raises VoiceError when there is no such file.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VoiceError(f"{file}: cannot be read: {error}") from None
    found: dict[str, Conversation] = {}
    mistakes = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            messages = tuple(_Reader(language, tools).messages(line))
        except _WrongLine as error:
            mistakes.append(DialogueMistake(number, str(error)))
            continue
        key = repr(messages)
        if key in found:
            mistakes.append(DialogueMistake(number, f"the same as line {found[key].line}"))
        else:
            found[key] = Conversation(number, messages)
    return list(found.values()), mistakes


class _WrongLine(ValueError):
    """What is wrong, for a reader."""


class _Reader:
    """Reads one dialogue."""

    def __init__(self, language: Language, tools: Sequence[ToolDescription]) -> None:
        self._language = language
        self._tools = {tool.name: tool for tool in tools}
        self._called: list[str] = []
        """Tools whose results are still to come, in order."""

    def messages(self, line: str) -> Iterator[Message]:
        """Raises _WrongLine."""
        try:
            messages = json.loads(line)["messages"]
        except (ValueError, KeyError, TypeError):
            raise _WrongLine('no {"messages": [...]}') from None
        if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
            raise _WrongLine("messages is no list of objects")
        answered = False
        for number, message in enumerate(messages, 1):
            try:
                yield from self._one(message, first=number == 1)
            except _WrongLine as error:
                raise _WrongLine(f"message {number}: {error}") from None
            answered |= message.get("role") == "assistant"
        if not answered:
            raise _WrongLine("the assistant says nothing in it")
        if self._called:
            raise _WrongLine(f"{self._called[0]} is called and gives no result")

    def _one(self, message: Mapping[str, Any], first: bool) -> Iterator[Message]:
        role = message.get("role")
        if self._called and role != "tool":
            raise _WrongLine(f"{self._called[0]} is called and gives no result")
        if role in ("system", "developer"):
            if not first:
                raise _WrongLine(f"{role} is only at the beginning")
            yield Instruction(_text(message))
        elif role == "user":
            said = normal_form(_text(message), self._language)
            if not said:
                raise _WrongLine("the caller says no words")
            yield CallerSaid(said)
        elif role == "assistant":
            yield from self._assistant(message)
        elif role == "tool":
            if not self._called:
                raise _WrongLine("a result of no call")
            yield ToolResult(self._called.pop(0), _values(_text(message), "the result"))
        else:
            raise _WrongLine(f"role {role!r}: expected system, user, assistant or tool")

    def _assistant(self, message: Mapping[str, Any]) -> Iterator[Message]:
        calls = message.get("tool_calls") or []
        if message.get("content") or not calls:
            yield AnswerMessage(_text(message))
        if not isinstance(calls, list):
            raise _WrongLine("tool_calls is no list")
        if len(calls) > 1:
            raise _WrongLine("more than one call at once; the calls follow each other's results")
        for call in calls:
            function = call.get("function") if isinstance(call, dict) else None
            if not isinstance(function, dict) or not isinstance(function.get("name"), str):
                raise _WrongLine("a call without the name of its function")
            arguments = function.get("arguments") or "{}"
            if not isinstance(arguments, str):
                arguments = json.dumps(arguments)
            values = _values(arguments, "the arguments")
            self._require_tool(function["name"], values)
            self._called.append(function["name"])
            yield ToolCall(function["name"], values)

    def _require_tool(self, name: str, arguments: Mapping[str, str]) -> None:
        if not self._tools:
            return
        if name not in self._tools:
            raise _WrongLine(f"the tasks have no tool {_excerpt(name)}")
        schema = self._tools[name].parameters or {}
        if unknown := sorted(arguments.keys() - schema.get("properties", {}).keys()):
            raise _WrongLine(f"{name} has no argument {_excerpt(unknown[0])}")


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        raise _WrongLine("content is no text")
    return content.strip()


def _values(text: str, what: str) -> dict[str, str]:
    """A JSON object with all of its values as text, as conversations keep them."""
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise _WrongLine(f"{what} is no JSON object: {_excerpt(text)}")
    return {
        str(name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
        if value is not None
    }


def _excerpt(text: str) -> str:
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]}…"
