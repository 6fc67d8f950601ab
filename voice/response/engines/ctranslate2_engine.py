"""A converted dense gpt-oss in this process: any task, in the model's own words."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice.engine_queue import EngineQueue, Priority, QueueFactory
from voice.errors import ModelError
from voice.response.engines.arguments import read_call
from voice.response.engines.engine import BadReply, End, FreeText, Pieces
from voice.response.engines.generation import Generation, Hardware
from voice.response.engines.spoken_text import SpokenText
from voice.response.prompts.briefing import Briefing, Style, briefing
from voice.response.prompts.gpt_oss_prompt import GptOssPrompt, Prompt
from voice.response.prompts.harmony import (
    CALL,
    CONTROL,
    RETURN,
    START,
    CallerSaid,
    Harmony,
    Message,
)
from voice.response.prompts.harmony_parser import HarmonyParser
from voice.response.prompts.openai_harmony_prompt import (
    OpenAiHarmonyPrompt,
    has_real_vocabulary,
    is_installed,
)
from voice.tasks import TaskSet

DESCRIPTION = "voice.json"
_FILES = ("model.bin", "config.json", "vocabulary.json", "tokenizer.json", DESCRIPTION)
_LEAST_ROOM = 128
"""Tokens for what is said in a call, beside the tasks and the longest reply."""


class CTranslate2Engine:
    """A folder with a converted model, its tokenizer and `voice.json`."""

    def __init__(
        self,
        generation: Generation,
        harmony: Harmony,
        prompt: Prompt,
        briefing: Briefing,
        style: Style,
        description: ConvertedDescription,
    ) -> None:
        """Raises ModelError when the briefing leaves no room for a call."""
        self._generation = generation
        self._harmony = harmony
        self._prompt = prompt
        self._style = style
        self._description = description
        beginning = harmony.tokens(prompt.beginning(briefing, style.reasoning))
        self._static = [*description.prefix, *beginning]
        self._tools = [tool.name for tool in briefing.tools]
        self._opening = prompt.opening(style.reasoning)
        context, told = description.context_length, len(self._static)
        if context - told - style.most_tokens < _LEAST_ROOM:
            raise ModelError(
                f"its context of {context} tokens is too short for the tasks ({told}),"
                f" an answer ({style.most_tokens}) and a call ({_LEAST_ROOM})"
            )
        self._room = context - told - style.most_tokens - len(self._opening)

    @classmethod
    def load(
        cls,
        folder: Path,
        briefing: Briefing,
        *,
        style: Style,
        hardware: Hardware,
        vocabulary: Path | None = None,
        capacity: int = 64,
        timeout_seconds: float | None = None,
        make_queue: QueueFactory = EngineQueue,
    ) -> CTranslate2Engine:
        """Open a model folder; raises ModelError with what is missing or damaged.

        `vocabulary`: the folder of o200k_base.tiktoken, with which openai-harmony renders the
        prompts of a model that has gpt-oss's whole vocabulary.
        """
        for name in _FILES:
            if not (folder / name).is_file():
                raise ModelError(f"{folder}: no converted gpt-oss there ({name} is missing)")
        description = ConvertedDescription.read(folder / DESCRIPTION)
        harmony = Harmony.load(folder / "tokenizer.json")
        _require_tokens(folder / "vocabulary.json", [*description.prefix, *CONTROL])
        real = vocabulary is not None and is_installed() and has_real_vocabulary(harmony)
        prompt: Prompt = (
            OpenAiHarmonyPrompt(vocabulary) if vocabulary and real else GptOssPrompt(harmony)
        )
        generation = Generation.load(
            folder,
            hardware,
            longest=style.most_tokens,
            stops=(RETURN, CALL),
            seconds=timeout_seconds,
            capacity=capacity,
            make_queue=make_queue,
        )
        try:
            return cls(generation, harmony, prompt, briefing, style, description)
        except ModelError as error:
            generation.close()
            raise ModelError(f"{folder}: {error}") from None

    languages = None
    """A general model is told which are spoken."""

    def for_tasks(self, tasks: TaskSet) -> CTranslate2Engine:
        """See Engine."""
        told = briefing(tasks)
        return CTranslate2Engine(
            self._generation, self._harmony, self._prompt, told, self._style, self._description
        )

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._generation.depth

    async def warm_up(self) -> None:
        """Read what all prompts begin with, and write one answer, of whatever use."""
        with suppress(BadReply):
            async for _ in self.reply([[CallerSaid("hello")]], Priority.BATCH):
                pass

    def close(self) -> None:
        """End the engine's threads and let go of the model."""
        self._generation.close()

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> Pieces:
        """See Model.reply; the model runs on the engine's own threads."""
        prompt = [*self._fitting(turns), *self._harmony.tokens(self._opening)]
        parser, spoken = HarmonyParser(), SpokenText(self._tools)
        tool, arguments, sure = None, "", 0.0
        async with aclosing(self._generation.tokens(self._static, prompt, priority)) as tokens:
            async for token in tokens:
                if token.name == START:
                    sure = 0.0
                if not parser.in_content:  # how sure the model is of whom it addresses
                    sure += token.log_probability
                delta = parser.push(token.name, self._harmony.bytes_of(token.name))
                if delta is None:
                    if parser.closed_by and (tool is not None or parser.channel == "final"):
                        break
                elif delta.tool is not None:
                    tool, arguments = delta.tool, arguments + delta.text
                elif delta.channel == "final" and (said := spoken.push(delta.text)):
                    yield FreeText(said)
        if tool is not None:
            yield read_call(tool, arguments, self._tools, math.exp(sure))
        else:
            for piece in spoken.end():
                yield piece
        yield End(parser.closed_by is not None)

    def _fitting(self, turns: Sequence[Sequence[Message]]) -> list[str]:
        """The present turn and as many whole turns before it as the context has room for."""
        ids: list[int] = []
        for turn in reversed(turns):
            rendered = self._prompt.turn(turn)
            if len(ids) + len(rendered) > self._room:
                if not ids:
                    raise BadReply("a turn is longer than the model's context")
                break
            ids = rendered + ids
        return self._harmony.tokens(ids)


@dataclass(frozen=True)
class ConvertedDescription:
    """What `voice.json` says of a converted model."""

    prefix: list[str]
    """What has to precede each prompt: without it the attention has no sinks and no windows."""
    context_length: int
    """Tokens, the prefix among them."""

    @classmethod
    def read(cls, file: Path) -> ConvertedDescription:
        """Raises ModelError with what is amiss."""
        try:
            form: Any = json.loads(file.read_text("utf-8"))
            if form.get("format") != "harmony":
                raise ModelError(f"{file}: not the description of a converted gpt-oss")
            if not isinstance(form.get("prefix_tokens"), list):
                raise ModelError(f"{file}: names no prefix_tokens: convert the model again")
            length = form["context_length"]
            if not isinstance(length, int):
                raise TypeError
            return cls([str(token) for token in form["prefix_tokens"]], length)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise ModelError(f"{file}: not the description of a converted gpt-oss") from None


def _require_tokens(file: Path, wanted: Sequence[str]) -> None:
    """CTranslate2 takes a token that it does not know for another one, without a word."""
    try:
        known = set(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise ModelError(f"{file}: not a vocabulary") from None
    for token in wanted:
        if token not in known:
            raise ModelError(f"{file}: has no token {token}")
