"""The prompt of gpt-oss by openai-harmony, OpenAI's own renderer, for the real vocabulary.

The package is optional (`pip install 'voice[gpt-oss]'`) and would fetch its vocabulary by itself;
it is given a file instead, and never goes out.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voice.errors import ModelError
from voice.response.prompts.briefing import Briefing, Reasoning
from voice.response.prompts.harmony import (
    CALL,
    CHANNEL,
    CONSTRAIN,
    END,
    MESSAGE,
    RETURN,
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

VOCABULARY = "o200k_base.tiktoken"
_WHERE = "TIKTOKEN_ENCODINGS_BASE"
"""The variable by which openai-harmony finds the file's folder."""
_REAL = {
    RETURN: 200002, CONSTRAIN: 200003, CHANNEL: 200005, START: 200006, END: 200007,
    MESSAGE: 200008, CALL: 200012,
}  # fmt: skip


def has_real_vocabulary(harmony: Harmony) -> bool:
    """Whether a model has gpt-oss's own vocabulary, and not a part of it or another one."""
    return all(harmony.control(name) == number for name, number in _REAL.items())


def is_installed() -> bool:
    """Whether openai-harmony is there."""
    return importlib.util.find_spec("openai_harmony") is not None


class OpenAiHarmonyPrompt:
    """See Prompt."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds o200k_base.tiktoken; raises ModelError when it does not."""
        if not (folder / VOCABULARY).is_file():
            raise ModelError(f"{folder}: {VOCABULARY} is not there")
        os.environ[_WHERE] = str(folder)
        import openai_harmony as library

        self._library: Any = library
        try:
            self._encoding = library.load_harmony_encoding(
                library.HarmonyEncodingName.HARMONY_GPT_OSS
            )
        except library.HarmonyError as error:
            reason = " ".join(str(error).split())
            raise ModelError(f"{folder / VOCABULARY}: {reason}") from None

    def beginning(self, briefing: Briefing, reasoning: Reasoning) -> list[int]:
        """See Prompt."""
        library = self._library
        effort = library.ReasoningEffort["LOW" if reasoning == "none" else reasoning.upper()]
        system = library.SystemContent.new().with_reasoning_effort(effort)
        developer = library.DeveloperContent.new().with_instructions(briefing.instructions)
        if briefing.tools:
            developer = developer.with_function_tools(
                [
                    library.ToolDescription.new(
                        tool.name,
                        tool.description,
                        parameters=None if tool.parameters is None else dict(tool.parameters),
                    )
                    for tool in briefing.tools
                ]
            )
        return self._rendered(
            [
                self._message(library.Role.SYSTEM, system),
                self._message(library.Role.DEVELOPER, developer),
            ]
        )

    def turn(self, messages: Sequence[Message]) -> list[int]:
        """See Prompt."""
        return self._rendered([self._one(message) for message in well_formed(messages)])

    def opening(self, reasoning: Reasoning) -> list[int]:
        """See Prompt."""
        role = self._library.Role.ASSISTANT
        thought = [self._message(role, "").with_channel("analysis")] if reasoning == "none" else []
        conversation = self._library.Conversation.from_messages(thought)
        ids: list[int] = self._encoding.render_conversation_for_completion(conversation, role)
        return ids

    def _one(self, message: Message) -> Any:
        role = self._library.Role
        match message:
            case CallerSaid(text):
                return self._message(role.USER, text)
            case Instruction(text):
                return self._message(role.DEVELOPER, text)
            case AnswerMessage(text):
                return self._message(role.ASSISTANT, text).with_channel("final")
            case ToolResult(tool, values):
                author = self._library.Author.new(role.TOOL, f"functions.{tool}")
                said = self._library.Message.from_author_and_content(author, compact(values))
                return said.with_recipient("assistant").with_channel("commentary")
            case ToolCall(tool, values):
                call = self._message(role.ASSISTANT, compact(values)).with_channel("commentary")
                return call.with_recipient(f"functions.{tool}").with_content_type(
                    f"{CONSTRAIN}json"
                )

    def _message(self, role: Any, content: Any) -> Any:
        return self._library.Message.from_role_and_content(role, content)

    def _rendered(self, messages: list[Any]) -> list[int]:
        conversation = self._library.Conversation.from_messages(messages)
        ids: list[int] = self._encoding.render_conversation(conversation)
        return ids
