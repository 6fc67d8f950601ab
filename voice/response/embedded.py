"""A small gpt-oss model in this process, through CTranslate2."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import ctranslate2

from voice.engine_queue import EngineQueue, Priority, QueueFactory
from voice.engine_work import note_work
from voice.errors import ModelError
from voice.response.harmony import CALL, END, RETURN, Harmony, Instruction, Message
from voice.response.harmony_parser import Delta, HarmonyParser

_LONGEST_REPLY = 72
_LONGEST_PROMPT = 220
"""Tokens of the turns in a prompt; longer conversations were not learnt."""
_FILES = ("model.bin", "config.json", "vocabulary.json", "tokenizer.json", "harmony.json")

Deliver = Callable[[Delta | None], None]


class EmbeddedEngine:
    """A folder with a converted model, its tokenizer and `harmony.json`."""

    closed_answers = True

    def __init__(
        self,
        generator: ctranslate2.Generator,
        harmony: Harmony,
        static_prompt: list[str],
        queue: EngineQueue,
    ) -> None:
        self._generator = generator
        self._harmony = harmony
        self._static_prompt = static_prompt
        self._queue = queue

    @classmethod
    def load(
        cls,
        folder: Path,
        instruction: str,
        *,
        workers: int,
        capacity: int,
        make_queue: QueueFactory = EngineQueue,
    ) -> EmbeddedEngine:
        """Open a model folder; raises ModelError with what is missing or damaged."""
        for name in _FILES:
            if not (folder / name).is_file():
                raise ModelError(f"{folder}: no response model there ({name} is missing)")
        harmony = Harmony.load(folder / "tokenizer.json")
        prefix = _prefix(folder / "harmony.json")
        try:
            generator = ctranslate2.Generator(
                str(folder), compute_type="int8", inter_threads=workers, intra_threads=1
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{folder}: not a CTranslate2 model: {error}") from None
        static = [*prefix, *harmony.tokens(harmony.render(Instruction(instruction)))]
        return cls(generator, harmony, static, make_queue("response", workers, capacity))

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._queue.depth

    def close(self) -> None:
        """End the threads, then let go of the model."""
        self._queue.close()
        # Its threads end with the last reference; left to the interpreter's end they may abort it.
        del self._generator

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> AsyncIterator[Delta]:
        """See Engine.reply; the model runs on the engine's own threads."""
        prompt = self._prompt(turns)
        stopped = threading.Event()
        loop = asyncio.get_running_loop()
        deltas: asyncio.Queue[Delta | None] = asyncio.Queue()

        def deliver(delta: Delta | None) -> None:
            if not stopped.is_set():
                loop.call_soon_threadsafe(deltas.put_nowait, delta)

        job = asyncio.ensure_future(
            self._queue.run(self._generate, prompt, stopped, deliver, priority=priority)
        )
        job.add_done_callback(lambda _: deltas.put_nowait(None))
        try:
            while (delta := await deltas.get()) is not None:
                yield delta
            await job
        finally:
            stopped.set()
            job.cancel()

    def _prompt(self, turns: Sequence[Sequence[Message]]) -> list[str]:
        """The present turn and as many whole turns before it as were learnt together."""
        ids: list[int] = []
        for turn in reversed(turns):
            rendered = [number for message in turn for number in self._harmony.render(message)]
            if ids and len(ids) + len(rendered) > _LONGEST_PROMPT:
                break
            ids = rendered + ids
        return self._harmony.tokens([*ids, *self._harmony.reply()])

    def _generate(self, prompt: list[str], stopped: threading.Event, deliver: Deliver) -> None:
        """Runs on an engine thread; every token goes through the parser at once."""
        parser = HarmonyParser()
        log_probability, tokens = 0.0, 0

        def on_token(step: Any) -> bool:
            nonlocal log_probability, tokens
            tokens += 1
            if step.log_prob is not None:
                log_probability += step.log_prob
            delta = parser.push(step.token, self._harmony.text([step.token]))
            if delta is not None:
                sure = math.exp(log_probability)
                deliver(Delta(delta.channel, delta.tool, delta.text, sure))
            return stopped.is_set()

        if stopped.is_set():
            return
        note_work("prompt_token", len(prompt))
        self._generator.generate_batch(
            [prompt],
            static_prompt=self._static_prompt,
            max_length=_LONGEST_REPLY,
            sampling_topk=1,
            end_token=[RETURN, CALL, END],
            include_prompt_in_result=False,
            return_end_token=True,
            return_scores=True,
            callback=on_token,
        )
        note_work("token", tokens)


def _prefix(file: Path) -> list[str]:
    try:
        form = json.loads(file.read_text())
        prefix = [str(token) for token in form["prefix"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(f"{file}: not the description of a response model") from None
    if form.get("architecture") != "gpt-oss":
        raise ModelError(f"{file}: not a gpt-oss model")
    return prefix
