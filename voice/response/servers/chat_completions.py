"""OpenAI's Chat Completions interface: the body of a request, and the events of its stream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from voice.response.engines.arguments import read_call
from voice.response.engines.engine import End, FreeText, Piece
from voice.response.engines.spoken_text import SpokenText
from voice.response.prompts.briefing import Briefing, Style
from voice.response.prompts.harmony import (
    AnswerMessage,
    CallerSaid,
    Instruction,
    Message,
    ToolCall,
    ToolResult,
    compact,
)
from voice.response.prompts.history import well_formed
from voice.response.servers.event_stream import Event
from voice.response.servers.server_errors import MayPass


class ChatCompletions:
    """See Interface (server_engine.py)."""

    path = "/chat/completions"

    def body(
        self, model: str, briefing: Briefing, turns: Sequence[Sequence[Message]], style: Style
    ) -> dict[str, Any]:
        """What is posted."""
        messages = [{"role": "system", "content": briefing.instructions}]
        body: dict[str, Any] = {
            "model": model,
            "messages": [*messages, *_messages(turns)],
            "stream": True,
            "temperature": 0,
            "max_tokens": style.most_tokens,
        }
        if style.reasoning != "none":
            body["reasoning_effort"] = style.reasoning
        if briefing.tools:
            body["tools"] = [
                {"type": "function", "function": tool.as_function()} for tool in briefing.tools
            ]
        return body

    def reader(self, briefing: Briefing) -> ChatReader:
        """What reads the answer."""
        return ChatReader(briefing)


class ChatReader:
    """The pieces of one reply. Thoughts (`reasoning_content`) are left out."""

    def __init__(self, briefing: Briefing) -> None:
        self._tools = {tool.name for tool in briefing.tools}
        self._spoken = SpokenText(self._tools)
        self._calls: dict[int, _Call] = {}
        self._finished: str | None = None

    def take(self, event: Event) -> Iterator[Piece]:
        """What an event adds; raises MayPass for an error that the server reports."""
        if event.get("error"):
            raise MayPass("it reported an error in its answer")
        for choice in event.get("choices") or ():
            delta = choice.get("delta") or {}
            if said := self._spoken.push(delta.get("content") or ""):
                yield FreeText(said)
            for part in delta.get("tool_calls") or ():
                self._add(part)
            self._finished = choice.get("finish_reason") or self._finished

    def _add(self, part: dict[str, Any]) -> None:
        call = self._calls.setdefault(part.get("index") or 0, _Call())
        function = part.get("function") or {}
        call.name += function.get("name") or ""
        arguments = function.get("arguments") or ""
        call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)

    def end(self) -> Iterator[Piece]:
        """What is left when the stream is over.

        Raises MayPass when it was cut off, BadReply for a call that cannot be made.
        """
        if self._finished is None:
            raise MayPass("its answer was cut off")
        if self._calls:  # one at a time: the model is asked again with its result
            first = self._calls[min(self._calls)]
            yield read_call(first.name, first.arguments, self._tools)
        else:
            yield from self._spoken.end()
        yield End(self._finished != "length")


@dataclass
class _Call:
    """A call as it comes in parts."""

    name: str = ""
    arguments: str = ""


def _messages(turns: Sequence[Sequence[Message]]) -> Iterator[dict[str, Any]]:
    number = 0
    for turn in turns:
        for message in well_formed(turn):
            match message:
                case Instruction(text):
                    yield {"role": "system", "content": text}
                case CallerSaid(text):
                    yield {"role": "user", "content": text}
                case AnswerMessage(text):
                    yield {"role": "assistant", "content": text}
                case ToolCall(tool, values):
                    number += 1
                    function = {"name": tool, "arguments": compact(values)}
                    call = {"id": f"call_{number}", "type": "function", "function": function}
                    yield {"role": "assistant", "content": "", "tool_calls": [call]}
                case ToolResult(_, values):
                    content = compact(values)
                    yield {"role": "tool", "tool_call_id": f"call_{number}", "content": content}
