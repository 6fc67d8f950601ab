"""The engines' queues in virtual time: work is done at once, its result is due by the table."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple

from voice.engine_queue import EngineBusy, EngineQueue, Priority
from voice.engine_steps import Steps, alone, do
from voice.engine_work import Work, noted_work
from voice.evaluation.virtual_time.costs import CostTable

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True)
class Job:
    """One piece of an engine's work."""

    work: Work
    cpu_seconds: float
    """What it really took on this machine, on all threads; nothing else runs meanwhile."""
    wall_seconds: float
    virtual_seconds: float
    """What it took in virtual time."""


class VirtualEngineQueue(EngineQueue):
    """Serves by priority with so many workers, each busy for what the table says."""

    in_real_time = False

    def __init__(
        self,
        name: str,
        workers: int,
        capacity: int,
        costs: CostTable | None,
        note: Callable[[str, Job], None],
    ) -> None:
        """Without `costs` all work takes no time."""
        super().__init__(name, workers=0, capacity=capacity)
        self._workers = workers
        self._most_waiting = capacity
        self._costs = costs
        self._note = note
        self._arrivals = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._line: list[tuple[int, int, asyncio.Future[Any], Callable[[], Any]]] = []
        self._free = workers

    @property
    def depth(self) -> int:
        """How many jobs wait."""
        return sum(1 for *_, future, _ in self._line if not future.done())

    async def run_steps(
        self,
        steps: Callable[[*Arguments], Steps[T]],
        *arguments: *Arguments,
        priority: Priority = Priority.FINAL,
    ) -> T:
        """Do a job when a worker is free; its result is there when the worker is again.

        Each is done for itself: what it takes must not hang on what else there is to do.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # another call's loop: what that one left behind is void
            self._loop, self._line, self._free = loop, [], self._workers
        if self.depth >= self._most_waiting:
            raise EngineBusy(f"{self.name}: {self._most_waiting} jobs wait already")
        result: asyncio.Future[T] = loop.create_future()
        entry = (priority, next(self._arrivals), result, lambda: alone(steps(*arguments)))
        heapq.heappush(self._line, entry)
        self._serve(loop)
        return await result

    def submit(self, job: Callable[[], T], priority: Priority = Priority.FINAL) -> Future[T]:
        """For callers without an event loop, who have no virtual time either: done at once."""
        future: Future[T] = Future()
        future.set_result(job())
        return future

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._free and self._line:
            *_, result, job = heapq.heappop(self._line)
            if result.done():
                continue
            self._free -= 1
            outcome, seconds = self._work_on(job)
            loop.call_later(seconds, self._deliver, loop, result, outcome)

    def _work_on(self, job: Callable[[], Any]) -> tuple[Future[Any], float]:
        outcome: Future[Any] = Future()
        cpu, wall = time.process_time(), time.perf_counter()
        with noted_work() as work:
            do(job, outcome)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        seconds = self._costs.seconds(self.name, work) if self._costs else 0.0
        self._note(self.name, Job(work, cpu, wall, seconds))
        return outcome, seconds

    def _deliver(
        self, loop: asyncio.AbstractEventLoop, result: asyncio.Future[Any], outcome: Future[Any]
    ) -> None:
        """The worker is free again; nobody may be waiting for what it did."""
        self._free += 1
        if not result.done():
            error = outcome.exception()
            if error is None:
                result.set_result(outcome.result())
            else:
                result.set_exception(error)
        self._serve(loop)


class VirtualQueues:
    """Makes the queues of one process's engines and adds up what they do, by engine."""

    def __init__(self, costs: CostTable | None = None) -> None:
        self._costs = costs
        self.jobs: dict[str, list[Job]] = {}
        """What was done since the last `clear`."""

    def __call__(self, name: str, workers: int, capacity: int) -> EngineQueue:
        """A QueueFactory."""
        return VirtualEngineQueue(name, workers, capacity, self._costs, self._take)

    def clear(self) -> None:
        """Begin to add up anew."""
        self.jobs.clear()

    def _take(self, name: str, job: Job) -> None:
        self.jobs.setdefault(name, []).append(job)
