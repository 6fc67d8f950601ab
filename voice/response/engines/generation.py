"""A converted model in this process, through CTranslate2: its tokens as they are generated."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2

from voice.engine_queue import EngineQueue, Priority, QueueFactory
from voice.engine_work import note_work
from voice.errors import ModelError
from voice.response.engines.engine import ReplyTimeout


@dataclass(frozen=True)
class GeneratedToken:
    """One generated token."""

    name: str
    """As it stands in the vocabulary."""
    log_probability: float


Tokens = AsyncGenerator[GeneratedToken, None]
Deliver = Callable[[GeneratedToken], None]


@dataclass(frozen=True)
class Hardware:
    """Where and how a model is computed."""

    workers: int = 1
    """Replies at once."""
    threads: int = 1
    """Of each worker."""
    device: str = "cpu"
    compute_type: str = "int8"


class Generation:
    """Generates on the threads of a queue of its own."""

    def __init__(
        self,
        generator: ctranslate2.Generator,
        queue: EngineQueue,
        *,
        longest: int,
        stops: Sequence[str],
        seconds: float | None,
    ) -> None:
        self._generator = generator
        self._queue = queue
        self._longest = longest
        self._stops = list(stops)
        self._seconds = seconds

    @classmethod
    def load(
        cls,
        folder: Path,
        hardware: Hardware,
        *,
        longest: int,
        stops: Sequence[str],
        seconds: float | None = None,
        capacity: int = 64,
        make_queue: QueueFactory = EngineQueue,
    ) -> Generation:
        """Open a model; raises ModelError when CTranslate2 cannot.

        At most `longest` tokens are generated, up to and with one of `stops`, in so many `seconds`
        from the request on, except for batch work.
        """
        try:
            generator = ctranslate2.Generator(
                str(folder),
                device=hardware.device,
                compute_type=hardware.compute_type,
                inter_threads=hardware.workers,
                intra_threads=hardware.threads,
            )
        except (RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise ModelError(f"{folder}: not a CTranslate2 model: {reason}") from None
        queue = make_queue("response", hardware.workers, capacity)
        return cls(generator, queue, longest=longest, stops=stops, seconds=seconds)

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._queue.depth

    def close(self) -> None:
        """End the threads, then let go of the model."""
        self._queue.close()
        # Its threads end with the last reference; left to the interpreter's end they may abort it.
        del self._generator

    async def tokens(self, static: list[str], prompt: list[str], priority: Priority) -> Tokens:
        """What the model writes after `static` and the prompt. Closing it stops the model.

        `static`: what many prompts begin with; its state is computed once and kept. Raises
        EngineBusy, and ReplyTimeout when the time is over before the last token.
        """
        stopped = threading.Event()
        loop = asyncio.get_running_loop()
        latest = None
        if self._seconds is not None and priority is not Priority.BATCH:
            latest = loop.time() + self._seconds
        came: asyncio.Queue[GeneratedToken | None] = asyncio.Queue()

        def deliver(token: GeneratedToken) -> None:
            if not stopped.is_set():
                loop.call_soon_threadsafe(came.put_nowait, token)

        job = asyncio.ensure_future(
            self._queue.run(self._generate, static, prompt, stopped, deliver, priority=priority)
        )
        job.add_done_callback(lambda _: came.put_nowait(None))
        try:
            while True:
                async with asyncio.timeout_at(latest):
                    token = await came.get()
                if token is None:
                    break
                yield token
            await job
        except TimeoutError:
            raise ReplyTimeout(f"the model was not done within {self._seconds:g} s") from None
        finally:
            stopped.set()
            job.cancel()

    def _generate(
        self, static: list[str], prompt: list[str], stopped: threading.Event, deliver: Deliver
    ) -> None:
        """Runs on an engine thread."""
        count = 0

        def on_token(step: Any) -> bool:
            nonlocal count
            count += 1
            deliver(GeneratedToken(step.token, step.log_prob or 0.0))
            return stopped.is_set()

        if stopped.is_set():
            return
        note_work("prompt_token", len(prompt))
        self._generator.generate_batch(
            [prompt],
            static_prompt=static,
            max_length=self._longest,
            sampling_topk=1,
            end_token=self._stops,
            include_prompt_in_result=False,
            return_end_token=True,
            return_scores=True,
            callback=on_token,
        )
        note_work("token", count)
