"""The prompt of gpt-oss, as it was trained (the Harmony response format), in any vocabulary.

Control tokens are put in here only; all text is encoded with them spelled out (see Harmony).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from voice.response.prompts.briefing import Briefing, Reasoning
from voice.response.prompts.harmony import (
    CALL,
    CHANNEL,
    CONSTRAIN,
    END,
    MESSAGE,
    START,
    AnswerMessage,
    CallerSaid,
    Harmony,
    Instruction,
    Message,
    ToolCall,
    ToolResult,
    compact,
)
from voice.response.prompts.history import well_formed
from voice.response.prompts.tool_types import namespace

_SYSTEM = """\
You are ChatGPT, a large language model trained by OpenAI.
Knowledge cutoff: 2024-06

Reasoning: {effort}

# Valid channels: analysis, commentary, final. Channel must be included for every message."""
_TOOLS_CHANNEL = "\nCalls to these tools must go to the commentary channel: 'functions'."


class Prompt(Protocol):
    """Makes token ids of what is told and said."""

    def beginning(self, briefing: Briefing, reasoning: Reasoning) -> list[int]:
        """What every conversation begins with: the system's and the developer's message."""

    def turn(self, messages: Sequence[Message]) -> list[int]:
        """The messages of one turn."""

    def opening(self, reasoning: Reasoning) -> list[int]:
        """The beginning of the assistant's next message, for the model to go on from."""


class GptOssPrompt:
    """Renders with a model's own tokenizer."""

    def __init__(self, harmony: Harmony) -> None:
        self._harmony = harmony

    def beginning(self, briefing: Briefing, reasoning: Reasoning) -> list[int]:
        """See Prompt."""
        system = _SYSTEM.format(effort="low" if reasoning == "none" else reasoning)
        sections = ["# Instructions", briefing.instructions]
        if briefing.tools:
            system += _TOOLS_CHANNEL
            sections.append(namespace(briefing.tools))
        developer = self._message("developer", "", "\n\n".join(sections))
        return [*self._message("system", "", system), *developer]

    def turn(self, messages: Sequence[Message]) -> list[int]:
        """See Prompt."""
        return [number for message in well_formed(messages) for number in self.message(message)]

    def opening(self, reasoning: Reasoning) -> list[int]:
        """See Prompt; an analysis that is empty already is not written."""
        thought = self._message("assistant", "analysis", "") if reasoning == "none" else []
        return [*thought, *self._harmony.reply()]

    def message(self, message: Message) -> list[int]:
        """One message of a conversation."""
        match message:
            case CallerSaid(text):
                return self._message("user", "", text)
            case Instruction(text):
                return self._message("developer", "", text)
            case AnswerMessage(text):
                return self._message("assistant", "final", text)
            case ToolResult(tool, values):
                return self._message(
                    f"functions.{tool} to=assistant", "commentary", compact(values)
                )
            case ToolCall(tool, values):
                control, plain = self._harmony.control, self._harmony.plain
                return [
                    control(START), *plain(f"assistant to=functions.{tool}"),
                    control(CHANNEL), *plain("commentary"), *plain(" "),
                    control(CONSTRAIN), *plain("json"),
                    control(MESSAGE), *plain(compact(values)), control(CALL),
                ]  # fmt: skip

    def _message(self, header: str, channel: str, content: str) -> list[int]:
        control, plain = self._harmony.control, self._harmony.plain
        through = [control(CHANNEL), *plain(channel)] if channel else []
        body = [*plain(header), *through, control(MESSAGE), *plain(content)]
        return [control(START), *body, control(END)]
