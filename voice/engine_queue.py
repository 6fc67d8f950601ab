"""The bounded queue in front of an engine: urgent work first, and nothing blocks the event loop."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

from voice.engine_steps import Share, Steps, do, done_together, in_one, resumed
from voice.errors import VoiceError

log = logging.getLogger(__name__)

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

STUCK_SECONDS = 30.0
"""A job, or a part of one, that runs for longer keeps its thread, but no longer the place of a
worker. On a loaded machine a slow model may take almost as long for 30 s of sound."""
MOST_STUCK = 4
"""Threads that may be lost to such jobs; then the queue refuses work until one comes back."""
MOST_TOGETHER = 4
"""Jobs that are done together; the first of them waits until the last is as far as itself."""
GUESS_SECONDS = 0.35
"""Work ahead of a turn's end is refused while other work has waited for so long: it would not be
done before the pause is over, and could be in vain."""
_JOIN_SECONDS = 5.0
"""How long `close` waits for each running job."""


class Priority(IntEnum):
    """What is served first; equal priorities keep their order of arrival."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2
    BATCH = 3


class EngineBusy(VoiceError):
    """Too much waits for this; the caller should do without, try again or say so."""


class EngineStuck(VoiceError):
    """Too many of the engine's jobs have never ended; no use in trying again soon."""


class NobodyWaits(VoiceError):
    """Whoever asked for a job has been cancelled: the rest of it is not done."""


@dataclass(eq=False)
class _Job:
    steps: Steps[Any]
    priority: Priority
    future: Future[Any]
    came: float
    """When it was asked for; by the queue's clock, as `began`."""
    began: float = 0.0
    """When it began, or its present part."""
    wanted: bool = True
    share: Share = field(init=False)
    """What it waits for between two steps."""

    def joins(self, other: _Job) -> bool:
        """Whether it may be done together with the other one, which has begun."""
        urgent = self.priority <= Priority.SPECULATIVE and other.priority <= Priority.SPECULATIVE
        return urgent or self.priority == other.priority


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
    queue = _this_thread.queue
    if (refusal := queue._refusal(job)) is not None:
        raise refusal
    job.began = queue.clock()


class EngineQueue:
    """Runs an engine's native work on its own few threads, by priority.

    One instance belongs to one engine and is shared by all calls of the process. Waiting jobs
    whose awaiting task was cancelled are skipped; a running one ends at its next part, or on its
    own (native code cannot be stopped from outside). A job of which a part does not end for
    `stuck_seconds` is given up: it is logged and counted, and another thread serves the others.
    Batch work may take as long as it likes.

    Under load speculative work is given up first: it is refused while what waits has waited for
    GUESS_SECONDS, and in a full queue the least urgent job makes room for a more urgent one.

    Of jobs in steps, those that wait while one runs are taken along, MOST_TOGETHER at most: shares
    that are alike are done together. None waits for others to come, each has its result as soon as
    its own steps are done, and each its own error.
    """

    in_real_time = True
    """Whether what a job gives before its end comes as soon as it would in a call."""

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

        Raises EngineBusy when `capacity` jobs wait already, none of them less urgent, or the queue
        is closed, and for speculative work also sooner; EngineStuck when too many jobs have never
        ended.
        """
        return await self.run_steps(in_one, lambda: function(*arguments), priority=priority)

    async def run_steps(
        self,
        steps: Callable[[*Arguments], Steps[T]],
        *arguments: *Arguments,
        priority: Priority = Priority.FINAL,
    ) -> T:
        """The same for a job in steps, alike shares of which are done together with others'."""
        job = self._put(steps(*arguments), priority)
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
        return self._put(in_one(job), priority).future

    def _put(self, steps: Steps[Any], priority: Priority) -> _Job:
        self.give_up_stuck()
        job = _Job(steps, priority, Future(), self.clock())
        with self._changed:
            if self._closed:
                raise EngineBusy(f"{self.name}: the engine is shut down")
            if len(self._stuck) >= self._most_stuck:
                raise EngineStuck(f"{self.name}: {len(self._stuck)} jobs do not end")
            self._waiting = [entry for entry in self._waiting if not entry[2].future.cancelled()]
            if priority is Priority.SPECULATIVE and self._is_behind():
                raise EngineBusy(f"{self.name}: no time for work that may be in vain")
            if len(self._waiting) >= self._capacity:
                self._make_room(priority)
            heapq.heapify(self._waiting)
            heapq.heappush(self._waiting, (priority, next(self._order), job))
            self._changed.notify()
        return job

    def _is_behind(self) -> bool:
        """Whether work of turns waits for too long."""
        latest = self.clock() - GUESS_SECONDS
        return any(
            priority <= Priority.SPECULATIVE and job.came <= latest
            for priority, _, job in self._waiting
        )

    def _make_room(self, priority: Priority) -> None:
        """Give up what is least urgent and came last; raises EngineBusy where nothing is less."""
        least = max(self._waiting)
        if least[0] <= priority:
            raise EngineBusy(f"{self.name}: {self._capacity} jobs wait already")
        self._waiting.remove(least)
        if least[2].future.set_running_or_notify_cancel():
            least[2].future.set_exception(EngineBusy(f"{self.name}: more urgent work came"))

    def _refusal(self, job: _Job) -> VoiceError | None:
        """Why the rest of a job is not to be done; None where it is."""
        if not job.wanted:
            return NobodyWaits("nobody waits for this job any more")
        if job.priority is Priority.PARTIAL and self.waits(before=Priority.PARTIAL):
            return EngineBusy(f"{self.name}: more urgent work waits")
        return None

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
        while (job := self._next()) is not None:
            self._take_on(job)
            _this_thread.job = None
            with self._changed:
                del self._running[this]
                if this in self._stuck:  # another thread has taken its place
                    self._stuck.discard(this)
                    self._threads.discard(this)
                    log.warning("%s: a job that had been given up has ended", self.name)
                    return

    def _next(self) -> _Job | None:
        """Wait for a job and take it; None when the queue is closed."""
        with self._changed:
            while not self._closed:
                if self._waiting:
                    *_, job = heapq.heappop(self._waiting)
                    if job.future.set_running_or_notify_cancel():
                        self._note_running(job)
                        return job
                else:
                    self._changed.wait()
        return None

    def _take_on(self, first: _Job) -> None:
        """Do a job, and what may be done together with it."""
        group = self._begun(first)
        while group:
            while len(group) < MOST_TOGETHER and (other := self._joining(first)) is not None:
                group += self._begun(other)
            alike = [job for job in group if job.share.fits(group[0].share)]
            others = [job for job in group if job not in alike]
            group = others + self._go_on([job for job in alike if not self._given_up(job)])

    def _joining(self, first: _Job) -> _Job | None:
        """Take the most urgent job that waits, where it may be done together with the first."""
        with self._changed:
            while self._waiting and self._waiting[0][2].joins(first):
                *_, job = heapq.heappop(self._waiting)
                if job.future.set_running_or_notify_cancel():
                    return job
        return None

    def _begun(self, job: _Job) -> list[_Job]:
        """The job, unless it was done in one step."""
        return [job] if self._step(job, partial(next, job.steps)) else []

    def _given_up(self, job: _Job) -> bool:
        if (refusal := self._refusal(job)) is None:
            return False
        job.steps.close()
        job.future.set_exception(refusal)
        return True

    def _go_on(self, jobs: Sequence[_Job]) -> list[_Job]:
        """Do what they wait for, which is alike, and the next step of each; who is not done yet."""
        if not jobs:
            return []
        self._note_running(jobs[0])
        outcomes = done_together([job.share for job in jobs])
        return [
            job
            for job, outcome in zip(jobs, outcomes, strict=True)
            if self._step(job, partial(resumed, job.steps, outcome))
        ]

    def _step(self, job: _Job, step: Callable[[], Share]) -> bool:
        """Do a job up to its next share; False when it has ended."""
        self._note_running(job)
        taken: Future[Share] = Future()
        do(step, taken)
        error = taken.exception()
        if error is None:
            job.share = taken.result()
        elif isinstance(error, StopIteration):
            job.future.set_result(error.value)
        else:
            job.future.set_exception(error)
        return error is None

    def _note_running(self, job: _Job) -> None:
        """This thread is at this job now, or at its next part."""
        with self._changed:
            job.began = self.clock()
            self._running[threading.current_thread()] = _this_thread.job = job


QueueFactory = Callable[[str, int, int], EngineQueue]
"""Makes the queue of an engine from its name, workers and capacity; usually `EngineQueue`."""
