"""Two promises of the engine in the call process, measured on the embedded model's weights.

A prompt of which the first 1,000 tokens are kept costs a fraction of one that is read whole; and a
reply that nobody wants any more makes room for the next one at once, also while its prompt is read.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import aclosing
from pathlib import Path

from voice.engine_queue import EngineQueue, Priority
from voice.response.engines.generation import Generation, Hardware, Tokens
from voice.response.prompts.harmony import RETURN, CallerSaid, Harmony

KEPT_TOKENS = 1000
COLD, WARM, CANCELLED = 8, 40, 200
"""How often each is measured."""
_SAID = "please tell me how much my bill is and by when it has to be paid"


class EngineTimes:
    """A converted model that writes on as long as it is let."""

    def __init__(self, folder: Path) -> None:
        self._harmony = Harmony.load(folder / "tokenizer.json")
        self._queues: list[EngineQueue] = []
        self._generation = Generation.load(
            folder, Hardware(), longest=400, stops=[RETURN], make_queue=self._make_queue
        )
        self._choices = random.Random(20)
        self._static: list[str] = []

    def _make_queue(self, name: str, workers: int, capacity: int) -> EngineQueue:
        self._queues.append(EngineQueue(name, workers, capacity))
        return self._queues[0]

    def close(self) -> None:
        """Let go of the model."""
        self._generation.close()

    def _instructions(self) -> list[str]:
        """Other instructions each time: nothing of them is kept yet."""
        words = [f" word{self._choices.randrange(10**6)}" for _ in range(KEPT_TOKENS)]
        ids = self._harmony.plain("".join(words))[: KEPT_TOKENS - 1]
        return ["<|ct2_sink|>", *self._harmony.tokens(ids)]

    def _prompt(self) -> list[str]:
        ids = [*self._harmony.render(CallerSaid(_SAID)), *self._harmony.reply()]
        return self._harmony.tokens(ids)

    def _tokens(self) -> Tokens:
        return self._generation.tokens(self._static, self._prompt(), Priority.FINAL)

    async def _first_token(self) -> float:
        """Milliseconds from the request to it."""
        began = time.perf_counter()
        async with aclosing(self._tokens()) as tokens:
            await anext(tokens)
            return (time.perf_counter() - began) * 1000

    async def cached(self, cold_runs: int, warm_runs: int) -> tuple[list[float], list[float]]:
        """Milliseconds to the first token: after instructions that are new, and after kept ones."""
        cold, warm = [], []
        for _ in range(cold_runs):
            self._static = self._instructions()
            cold.append(await self._first_token())
            warm += [await self._first_token() for _ in range(warm_runs // cold_runs)]
        return cold, warm

    async def cancelled(self, runs: int) -> list[float]:
        """Milliseconds until the engine takes up the next request, after a reply is given up.

        Replies are given up at any moment of their first 50 ms, so some while their prompt is read.
        """
        waits = []
        self._static = self._instructions()
        await self._first_token()
        for _ in range(runs):
            reading = asyncio.ensure_future(self._read())
            await asyncio.sleep(self._choices.uniform(0.0, 0.05))
            began = time.perf_counter()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await self._queues[0].run(int)
            waits.append((time.perf_counter() - began) * 1000)
        return waits

    async def _read(self) -> None:
        async with aclosing(self._tokens()) as tokens:
            async for _ in tokens:
                pass
