"""The bounded queue in front of an engine: urgent work first, and nothing blocks the event loop."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import Any, TypeVar, TypeVarTuple

from voice.errors import VoiceError

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class Priority(IntEnum):
    """What is served first; equal priorities keep their order of arrival."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2
    BATCH = 3


class EngineBusy(VoiceError):
    """The queue is full; the caller should do without or say so."""


class EngineQueue:
    """Runs an engine's native work on its own few threads, by priority.

    One instance belongs to one engine and is shared by all calls of the process. Waiting jobs
    whose awaiting task was cancelled are skipped; a running job ends on its own (native code
    cannot be stopped from outside).
    """

    def __init__(self, name: str, workers: int = 1, capacity: int = 64) -> None:
        self.name = name
        self._capacity = capacity
        self._order = itertools.count()
        self._waiting: list[tuple[int, int, Future[Any], Callable[[], Any]]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def depth(self) -> int:
        """How many jobs wait."""
        with self._changed:
            return sum(1 for *_, future, _ in self._waiting if not future.cancelled())

    async def run(
        self,
        function: Callable[[*Arguments], T],
        *arguments: *Arguments,
        priority: Priority = Priority.FINAL,
    ) -> T:
        """Run `function` on one of the engine's threads and return its result.

        Raises EngineBusy when `capacity` jobs wait already, or when the queue is closed.
        """
        future = self.submit(lambda: function(*arguments), priority)
        return await asyncio.wrap_future(future)

    def submit(self, job: Callable[[], T], priority: Priority = Priority.FINAL) -> Future[T]:
        """Put a job in line; for callers without an event loop."""
        future: Future[T] = Future()
        with self._changed:
            if self._closed:
                raise EngineBusy(f"{self.name}: the engine is shut down")
            self._waiting = [entry for entry in self._waiting if not entry[2].cancelled()]
            if len(self._waiting) >= self._capacity:
                raise EngineBusy(f"{self.name}: {self._capacity} jobs wait already")
            heapq.heapify(self._waiting)
            heapq.heappush(self._waiting, (priority, next(self._order), future, job))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Cancel what waits, let what runs end, and join the threads."""
        with self._changed:
            self._closed = True
            for *_, future, _job in self._waiting:
                future.cancel()
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                *_, future, job = heapq.heappop(self._waiting)
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 - handed to whoever awaits the job
                future.set_exception(error)


QueueFactory = Callable[[str, int, int], EngineQueue]
"""Makes the queue of an engine from its name, workers and capacity; usually `EngineQueue`."""
