"""OpenAI's Responses interface: the body of a request, and the events of its stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from voice.response.engines.arguments import read_call
from voice.response.engines.engine import End, FreeText, ModelCall, Piece
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


class Responses:
    """See Interface (server_engine.py)."""

    path = "/responses"

    def body(
        self, model: str, briefing: Briefing, turns: Sequence[Sequence[Message]], style: Style
    ) -> dict[str, Any]:
        """What is posted."""
        body: dict[str, Any] = {
            "model": model,
            "instructions": briefing.instructions,
            "input": list(_items(turns)),
            "stream": True,
            "store": False,
            "temperature": 0,
            "max_output_tokens": style.most_tokens,
        }
        if style.reasoning != "none":
            body["reasoning"] = {"effort": style.reasoning}
        if briefing.tools:
            body["tools"] = [{"type": "function", **tool.as_function()} for tool in briefing.tools]
        return body

    def reader(self, briefing: Briefing) -> ResponsesReader:
        """What reads the answer."""
        return ResponsesReader(briefing)


class ResponsesReader:
    """The pieces of one reply. Events of thoughts (`response.reasoning_...`) are left out."""

    def __init__(self, briefing: Briefing) -> None:
        self._tools = {tool.name for tool in briefing.tools}
        self._spoken = SpokenText(self._tools)
        self._call: ModelCall | None = None
        self._complete: bool | None = None

    def take(self, event: Event) -> Iterator[Piece]:
        """What an event adds; raises MayPass for an error that the server reports."""
        match event.get("type"):
            case "response.output_text.delta":
                if said := self._spoken.push(event["delta"]):
                    yield FreeText(said)
            case "response.output_item.done" if event["item"]["type"] == "function_call":
                name, arguments = event["item"].get("name"), event["item"].get("arguments")
                self._call = self._call or read_call(name, arguments, self._tools)
            case "response.completed":
                self._complete = True
            case "response.incomplete":
                self._complete = False
            case "response.failed" | "error":
                raise MayPass("it reported an error in its answer")

    def end(self) -> Iterator[Piece]:
        """What is left when the stream is over.

        Raises MayPass when it was cut off, BadReply for a call that cannot be made.
        """
        if self._complete is None:
            raise MayPass("its answer was cut off")
        if self._call:
            yield self._call
        else:
            yield from self._spoken.end()
        yield End(self._complete)


def _items(turns: Sequence[Sequence[Message]]) -> Iterator[dict[str, Any]]:
    number = 0
    for turn in turns:
        for message in well_formed(turn):
            match message:
                case Instruction(text):
                    yield {"role": "developer", "content": text}
                case CallerSaid(text):
                    yield {"role": "user", "content": text}
                case AnswerMessage(text):
                    yield {"role": "assistant", "content": text}
                case ToolCall(tool, values):
                    number += 1
                    yield {
                        "type": "function_call",
                        "call_id": f"call_{number}",
                        "name": tool,
                        "arguments": compact(values),
                    }
                case ToolResult(_, values):
                    yield {
                        "type": "function_call_output",
                        "call_id": f"call_{number}",
                        "output": compact(values),
                    }
