"""A small gpt-oss model in this process that writes the tasks' sentences and no others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from voice.engine_queue import EngineQueue, Priority, QueueFactory
from voice.errors import ModelError
from voice.response.engines.arguments import read_arguments
from voice.response.engines.engine import End, ModelCall, Pieces, Wording
from voice.response.engines.generation import Generation, Hardware
from voice.response.engines.learnt import DESCRIPTION, Learnt
from voice.response.prompts.harmony import (
    CALL,
    END,
    RETURN,
    CallerSaid,
    Harmony,
    Instruction,
    Message,
    ToolResult,
)
from voice.response.prompts.harmony_parser import HarmonyParser
from voice.tasks import TaskSet

_LONGEST_REPLY = 72
_LONGEST_PROMPT = 220
"""Tokens of the turns in a prompt; longer conversations were not learnt."""
_FILES = ("model.bin", "config.json", "vocabulary.json", "tokenizer.json", DESCRIPTION)


class EmbeddedEngine:
    """A folder with a converted model, its tokenizer and `harmony.json`."""

    def __init__(self, generation: Generation, harmony: Harmony, learnt: Learnt) -> None:
        self._generation = generation
        self._harmony = harmony
        self._learnt = learnt
        self._acts = {sentence: act for act, sentence in learnt.sentences.items()}
        instruction = harmony.tokens(harmony.render(Instruction(learnt.instruction)))
        self._static = [*learnt.prefix, *instruction]

    @classmethod
    def load(
        cls,
        folder: Path,
        tasks: TaskSet,
        *,
        workers: int,
        capacity: int,
        timeout_seconds: float | None = None,
        make_queue: QueueFactory = EngineQueue,
    ) -> EmbeddedEngine:
        """Open a model folder.

        Raises ModelError with what is missing or damaged, and where it was trained on other tasks.
        """
        for name in _FILES:
            if not (folder / name).is_file():
                raise ModelError(f"{folder}: no response model there ({name} is missing)")
        harmony = Harmony.load(folder / "tokenizer.json")
        learnt = Learnt.read(folder / DESCRIPTION)
        learnt.require(tasks, folder)
        generation = Generation.load(
            folder,
            Hardware(workers),
            longest=_LONGEST_REPLY,
            stops=(RETURN, CALL, END),
            seconds=timeout_seconds,
            capacity=capacity,
            make_queue=make_queue,
        )
        return cls(generation, harmony, learnt)

    @property
    def languages(self) -> tuple[str, ...]:
        """See Engine: it writes the sentences of one language."""
        return (self._learnt.language,)

    def for_tasks(self, tasks: TaskSet) -> EmbeddedEngine:
        """See Engine."""
        self._learnt.require(tasks)
        return self

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._generation.depth

    async def warm_up(self) -> None:
        """Write one answer, so that the instruction's part of the prompt is ready."""
        async for _ in self.reply([[CallerSaid("hello")]], Priority.BATCH):
            pass

    def close(self) -> None:
        """End the engine's threads and let go of the model."""
        self._generation.close()

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> Pieces:
        """See Model.reply; the model runs on the engine's own threads."""
        parser = HarmonyParser()
        log_probability, tool, arguments, said, sure = 0.0, None, "", "", 0.0
        async with aclosing(
            self._generation.tokens(self._static, self._prompt(turns), priority)
        ) as tokens:
            async for token in tokens:
                log_probability += token.log_probability
                delta = parser.push(token.name, self._harmony.bytes_of(token.name))
                if delta is None:
                    continue
                sure = math.exp(log_probability)
                if delta.tool is not None:
                    tool, arguments = delta.tool, arguments + delta.text
                elif delta.channel == "final":
                    said += delta.text
        if tool is not None:
            yield ModelCall(tool, read_arguments(arguments), sure)
        elif said:
            yield Wording(said, sure, self._acts.get(said.strip(), ""))
        yield End(parser.closed_by is not None)

    def _prompt(self, turns: Sequence[Sequence[Message]]) -> list[str]:
        """The present turn and as many whole turns before it as were learnt together."""
        ids: list[int] = []
        for turn in reversed(turns):
            rendered = [n for message in turn for n in self._harmony.render(_as_learnt(message))]
            if ids and len(ids) + len(rendered) > _LONGEST_PROMPT:
                break
            ids = rendered + ids
        return self._harmony.tokens([*ids, *self._harmony.reply()])


def _as_learnt(message: Message) -> Message:
    """A model that writes slots sees no values; they can then not come out wrong."""
    if isinstance(message, ToolResult):
        return ToolResult(message.tool, {"status": message.values["status"]})
    return message
