"""The bounded queue in front of an engine: urgent work first, and nothing blocks the event loop."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar, TypeVarTuple

from voice.errors import VoiceError

log = logging.getLogger(__name__)

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

STUCK_SECONDS = 30.0
"""A job, or a part of one, that runs for longer keeps its thread, but no longer the place of a
worker. On a loaded machine a slow model may take almost as long for 30 s of sound."""
MOST_STUCK = 4
"""Threads that may be lost to such jobs; then the queue refuses work until one comes back."""
_JOIN_SECONDS = 5.0
"""How long `close` waits for each running job."""


class Priority(IntEnum):
    """What is served first; equal priorities keep their order of arrival."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2
    BATCH = 3


class EngineBusy(VoiceError):
    """The queue is full; the caller should do without or say so."""


class EngineStuck(VoiceError):
    """Too many of the engine's jobs have never ended; no use in trying again soon."""


class NobodyWaits(VoiceError):
    """Whoever asked for a job has been cancelled: the rest of it is not done."""


@dataclass(eq=False)
class _Job:
    function: Callable[[], Any]
    priority: Priority
    future: Future[Any]
    began: float = 0.0
    """When it began, or its present part; by the queue's clock."""
    wanted: bool = True


class _Thread(threading.local):
    """What the engine's thread is at."""

    job: _Job | None = None
    queue: EngineQueue


_this_thread = _Thread()


def next_part() -> None:
    """Called by an engine within its job and on its thread, between the parts of long work.

    Raises NobodyWaits when the job's caller has been cancelled, and EngineBusy in a partial job for
    which more urgent work waits. No part counts for another one when it is judged whether the job
    is stuck.
    """
    job = _this_thread.job
    if job is None:
        return
    if not job.wanted:
        raise NobodyWaits("nobody waits for this job any more")
    queue = _this_thread.queue
    if job.priority is Priority.PARTIAL and queue.waits(before=Priority.PARTIAL):
        raise EngineBusy(f"{queue.name}: more urgent work waits")
    job.began = queue.clock()


class EngineQueue:
    """Runs an engine's native work on its own few threads, by priority.

    One instance belongs to one engine and is shared by all calls of the process. Waiting jobs
    whose awaiting task was cancelled are skipped; a running one ends at its next part, or on its
    own (native code cannot be stopped from outside). A job of which a part does not end for
    `stuck_seconds` is given up: it is logged and counted, and another thread serves the others.
    Batch work may take as long as it likes.
    """

    def __init__(
        self,
        name: str,
        workers: int = 1,
        capacity: int = 64,
        *,
        stuck_seconds: float = STUCK_SECONDS,
        most_stuck: int = MOST_STUCK,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._capacity = capacity
        self._stuck_seconds = stuck_seconds
        self._most_stuck = most_stuck
        self.clock = clock
        """Seconds."""
        self._order = itertools.count()
        self._waiting: list[tuple[int, int, _Job]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._running: dict[threading.Thread, _Job] = {}
        self._stuck: set[threading.Thread] = set()
        self._threads: set[threading.Thread] = set()
        for _ in range(workers):
            self._start_worker()

    @property
    def depth(self) -> int:
        """How many jobs wait."""
        with self._changed:
            return sum(1 for *_, job in self._waiting if not job.future.cancelled())

    def waits(self, before: Priority) -> bool:
        """Whether a job waits that is more urgent than this."""
        with self._changed:
            return any(
                priority < before and not job.future.cancelled()
                for priority, _, job in self._waiting
            )

    @property
    def stuck(self) -> int:
        """How many threads are lost, for now, to jobs that do not end."""
        with self._changed:
            return len(self._stuck)

    async def run(
        self,
        function: Callable[[*Arguments], T],
        *arguments: *Arguments,
        priority: Priority = Priority.FINAL,
    ) -> T:
        """Run `function` on one of the engine's threads and return its result.

        Raises EngineBusy when `capacity` jobs wait already or the queue is closed, EngineStuck
        when too many jobs have never ended.
        """
        job = self._put(lambda: function(*arguments), priority)
        loop = asyncio.get_running_loop()
        check = loop.call_later(self._stuck_seconds, self.give_up_stuck)
        try:
            result: T = await asyncio.wrap_future(job.future)
            return result
        finally:
            job.wanted = False
            check.cancel()

    def submit(self, job: Callable[[], T], priority: Priority = Priority.FINAL) -> Future[T]:
        """Put a job in line; for callers without an event loop."""
        return self._put(job, priority).future

    def _put(self, function: Callable[[], Any], priority: Priority) -> _Job:
        self.give_up_stuck()
        job = _Job(function, priority, Future())
        with self._changed:
            if self._closed:
                raise EngineBusy(f"{self.name}: the engine is shut down")
            if len(self._stuck) >= self._most_stuck:
                raise EngineStuck(f"{self.name}: {len(self._stuck)} jobs do not end")
            self._waiting = [entry for entry in self._waiting if not entry[2].future.cancelled()]
            if len(self._waiting) >= self._capacity:
                raise EngineBusy(f"{self.name}: {self._capacity} jobs wait already")
            heapq.heapify(self._waiting)
            heapq.heappush(self._waiting, (priority, next(self._order), job))
            self._changed.notify()
        return job

    def give_up_stuck(self) -> None:
        """Let another thread do the work of each whose job has run for too long."""
        with self._changed:
            latest = self.clock() - self._stuck_seconds
            for thread, job in self._running.items():
                if job.priority is Priority.BATCH or job.began > latest:
                    continue
                if thread in self._stuck or self._closed:
                    continue
                self._stuck.add(thread)
                log.error("%s: a job does not end (%d such)", self.name, len(self._stuck))
                self._start_worker()

    def close(self) -> None:
        """Cancel what waits, let what runs end (if it does), and join the threads."""
        with self._changed:
            self._closed = True
            for *_, job in self._waiting:
                job.future.cancel()
            self._waiting.clear()
            self._changed.notify_all()
            threads = self._threads - self._stuck
        for thread in threads:
            thread.join(_JOIN_SECONDS)

    def _start_worker(self) -> None:
        name = f"{self.name}-{len(self._threads)}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        this = threading.current_thread()
        _this_thread.queue = self
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                *_, job = heapq.heappop(self._waiting)
                job.began = self.clock()
                self._running[this] = _this_thread.job = job
            if job.future.set_running_or_notify_cancel():
                do(job.function, job.future)
            _this_thread.job = None
            with self._changed:
                del self._running[this]
                if this in self._stuck:  # another thread has taken its place
                    self._stuck.discard(this)
                    self._threads.discard(this)
                    log.warning("%s: a job that had been given up has ended", self.name)
                    return


def do(job: Callable[[], T], future: Future[T] | asyncio.Future[T]) -> None:
    """Do a job now; what it returns or raises is the future's, for whoever awaits it."""
    try:
        result = job()
    except BaseException as error:  # noqa: BLE001 - handed on whole
        future.set_exception(error)
    else:
        future.set_result(result)


QueueFactory = Callable[[str, int, int], EngineQueue]
"""Makes the queue of an engine from its name, workers and capacity; usually `EngineQueue`."""
