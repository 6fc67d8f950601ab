"""A run over many tasks: some workers, each result once, from where it stopped."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from voice.errors import VoiceError
from voice.evaluation.batch.examiners import Assignment
from voice.evaluation.batch.workers import Worker, WorkerDied, Workers
from voice.evaluation.figures import machine

TASKS_PER_WORKER = 2000
"""Then a worker is replaced: native libraries lose some kilobytes with each call."""
_TRIES = 2
"""A task whose worker died is given to another one, once."""


@dataclass(frozen=True)
class BatchTask:
    """One thing to be examined."""

    index: int
    """Its place among all, from 0."""
    values: str
    """For the examiner, as JSON in one line."""


class Results(Protocol):
    """Where results are kept, by the indices of their tasks."""

    def has(self, index: int) -> bool:
        """Whether this task was examined before."""
        ...

    def write(self, index: int, result: str) -> None:
        """Keep a result; raises VoiceError when it cannot be kept."""
        ...


@dataclass(frozen=True)
class RunOutcome:
    """How a run went."""

    evaluated: int = 0
    """In this run; earlier ones not counted."""
    skipped: int = 0
    """Evaluated before this run began."""
    lost: tuple[str, ...] = ()
    """Why there are no results of some; the run has to be repeated for these."""
    refused: tuple[str, ...] = ()
    """Why workers could not be started, while others did the rest; each reason once."""

    def times(self, workers: int, wall_seconds: float) -> dict[str, Any]:
        """What differs from run to run, as it is kept beside the report."""
        return {
            "machine": machine(),
            "jobs": workers,
            "wall_seconds": round(wall_seconds, 2),
            "evaluated": self.evaluated,
            "evaluated_before": self.skipped,
            "not_kept": list(self.lost),
            "workers_refused": list(self.refused),
        }


async def run_batch(
    assignment: Assignment,
    tasks: Iterator[BatchTask],
    results: Results,
    workers: Workers,
    advance: Callable[[], None],
    death: Callable[[BatchTask, str], str],
) -> RunOutcome:
    """Examine all that has no result yet; `advance` is called for each task.

    `death` makes the result of a task that was the end of two workers, of the last one's reason.
    Raises VoiceError when no worker can be started.
    """
    batch = _Batch(tasks, results, advance, death)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers.count):
                group.create_task(batch.work(workers, assignment))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    refused = tuple(dict.fromkeys(batch.refused))
    return RunOutcome(batch.evaluated, batch.skipped, tuple(batch.lost), refused)


class _Batch:
    """A run under way."""

    def __init__(
        self,
        tasks: Iterator[BatchTask],
        results: Results,
        advance: Callable[[], None],
        death: Callable[[BatchTask, str], str],
    ) -> None:
        self.evaluated = self.skipped = 0
        self.lost: list[str] = []
        self.refused: list[str] = []
        self._results = results
        self._advance = advance
        self._death = death
        self._new = self._without_result(tasks)
        self._waiting: deque[tuple[BatchTask, int]] = deque()
        """The next one, and those whose workers died, with the number of the try."""
        self._in_hand = self._working = 0
        self._starting: set[asyncio.Task[None]] = set()

    async def work(self, workers: Workers, assignment: Assignment) -> None:
        """Let one worker after the other serve, until nothing waits.

        Where none can be started any more, those that work do the rest.
        """
        self._working += 1
        try:
            while self._something_waits():
                with suppress(WorkerDied):
                    async with AsyncExitStack() as stack:
                        await self._serve(await self._started(stack, workers, assignment))
        except VoiceError as error:
            if self._working == 1 and self._something_waits():
                raise
            self.refused.append(str(error))
        finally:
            self._working -= 1
        if not (self._in_hand or self._something_waits()):
            for starting in self._starting:
                starting.cancel()

    async def _started(
        self, stack: AsyncExitStack, workers: Workers, assignment: Assignment
    ) -> Worker:
        task = asyncio.current_task()
        assert task is not None
        self._starting.add(task)
        try:
            return await stack.enter_async_context(workers.start(assignment))
        finally:
            self._starting.discard(task)

    async def _serve(self, worker: Worker) -> None:
        """Raises WorkerDied."""
        for _ in range(TASKS_PER_WORKER):
            if not self._something_waits():
                return
            self._in_hand += 1
            try:
                await self._examine(worker, *self._waiting.popleft())
            finally:
                self._in_hand -= 1

    async def _examine(self, worker: Worker, task: BatchTask, number: int) -> None:
        """Have a task examined, for the `number`th time; raises WorkerDied."""
        try:
            await self._keep(task, await worker.examine(task.values))
        except WorkerDied as died:
            if number < _TRIES:
                self._waiting.append((task, number + 1))
            else:
                await self._keep(task, self._death(task, str(died)))
                self._advance()
            raise
        except VoiceError as error:
            self.lost.append(str(error))
        self._advance()

    async def _keep(self, task: BatchTask, result: str) -> None:
        try:
            # A disk may be slow, and hundreds of workers may wait for their next tasks.
            await asyncio.to_thread(self._results.write, task.index, result)
        except VoiceError as error:
            self.lost.append(str(error))
        else:
            self.evaluated += 1

    def _something_waits(self) -> bool:
        if not self._waiting and (task := next(self._new, None)) is not None:
            self._waiting.append((task, 1))
        return bool(self._waiting)

    def _without_result(self, tasks: Iterator[BatchTask]) -> Iterator[BatchTask]:
        for task in tasks:
            if self._results.has(task.index):
                self.skipped += 1
                self._advance()
            else:
                yield task
