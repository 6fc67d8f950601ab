"""The queue in front of an engine: urgent first, bounded, and cancellable."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from voice.engine_queue import (
    GUESS_SECONDS,
    EngineBusy,
    EngineQueue,
    EngineStuck,
    NobodyWaits,
    Priority,
    next_part,
)


class Gate:
    """A job that holds the engine's only thread until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._opened = threading.Event()

    def __call__(self) -> None:
        self.entered.set()
        assert self._opened.wait(10)

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def queue() -> Iterator[EngineQueue]:
    queue = EngineQueue("test", workers=1, capacity=4)
    yield queue
    queue.close()


@pytest.fixture
def gate(queue: EngineQueue) -> Iterator[Gate]:
    """The engine is busy until the gate opens."""
    gate = Gate()
    queue.submit(gate)
    assert gate.entered.wait(10)
    yield gate
    gate.open()


async def test_a_job_returns_its_result(queue: EngineQueue) -> None:
    assert await queue.run(pow, 2, 10) == 1024


async def test_a_jobs_error_reaches_whoever_asked(queue: EngineQueue) -> None:
    with pytest.raises(ZeroDivisionError):
        await queue.run(divmod, 1, 0)


async def test_final_work_overtakes_speculative_and_partial(queue: EngineQueue, gate: Gate) -> None:
    order: list[str] = []
    jobs = [
        asyncio.create_task(queue.run(order.append, name, priority=priority))
        for name, priority in [
            ("partial", Priority.PARTIAL),
            ("speculative", Priority.SPECULATIVE),
            ("final", Priority.FINAL),
            ("second final", Priority.FINAL),
        ]
    ]
    while queue.depth < len(jobs):
        await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(*jobs)
    assert order == ["final", "second final", "speculative", "partial"]


async def test_a_full_queue_refuses_work_at_once(queue: EngineQueue, gate: Gate) -> None:
    for _ in range(4):
        queue.submit(lambda: None)
    with pytest.raises(EngineBusy, match="4 jobs wait already"):
        await queue.run(pow, 2, 2)


def test_in_a_full_queue_the_least_urgent_job_makes_room_for_a_more_urgent_one(
    clock: Clock,
) -> None:
    queue = EngineQueue("test", workers=0, capacity=3, clock=clock)
    first = queue.submit(int, Priority.SPECULATIVE)
    last = queue.submit(int, Priority.SPECULATIVE)
    queue.submit(int, Priority.FINAL)
    queue.submit(int, Priority.FINAL)
    with pytest.raises(EngineBusy, match="more urgent work came"):
        last.result(0)
    assert not first.done() and queue.depth == 3
    with pytest.raises(EngineBusy, match="3 jobs wait already"):
        queue.submit(int, Priority.SPECULATIVE)
    queue.close()


async def test_a_cancelled_job_never_runs_and_leaves_its_place(
    queue: EngineQueue, gate: Gate
) -> None:
    ran: list[int] = []
    jobs = [asyncio.create_task(queue.run(ran.append, number)) for number in range(4)]
    while queue.depth < 4:
        await asyncio.sleep(0)
    jobs[0].cancel()
    await asyncio.gather(jobs[0], return_exceptions=True)
    assert queue.depth == 3
    replacement = asyncio.create_task(queue.run(ran.append, 4))
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(*jobs[1:], replacement)
    assert ran == [1, 2, 3, 4]


async def test_a_closed_queue_refuses_work(queue: EngineQueue) -> None:
    queue.close()
    with pytest.raises(EngineBusy, match="shut down"):
        await queue.run(pow, 2, 2)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[EngineQueue]:
    """Gives a job up after ten seconds, and two jobs at most."""
    queue = EngineQueue("test", stuck_seconds=10, most_stuck=2, clock=clock)
    yield queue
    queue.close()


@pytest.mark.parametrize("waits", [Priority.FINAL, Priority.SPECULATIVE])
def test_work_that_may_be_in_vain_is_refused_where_it_would_come_too_late(
    timed: EngineQueue, clock: Clock, waits: Priority
) -> None:
    gate = Gate()
    timed.submit(gate)
    assert gate.entered.wait(10)
    waiting = timed.submit(int, waits)
    guess = timed.submit(int, Priority.SPECULATIVE)
    clock.now += GUESS_SECONDS
    with pytest.raises(EngineBusy, match="in vain"):
        timed.submit(int, Priority.SPECULATIVE)
    final = timed.submit(int, Priority.FINAL)
    gate.open()
    assert [job.result(10) for job in (waiting, guess, final)] == [0, 0, 0]
    assert timed.submit(int, Priority.SPECULATIVE).result(10) == 0


def test_work_that_nobody_waits_for_does_not_count_for_that(
    timed: EngineQueue, clock: Clock
) -> None:
    gate = Gate()
    timed.submit(gate)
    assert gate.entered.wait(10)
    timed.submit(int, Priority.BATCH)
    timed.submit(int, Priority.SPECULATIVE).cancel()
    clock.now += GUESS_SECONDS
    guess = timed.submit(int, Priority.SPECULATIVE)
    gate.open()
    assert guess.result(10) == 0


def test_a_job_that_does_not_end_is_counted_logged_and_holds_up_nobody(
    timed: EngineQueue, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()
    late = timed.submit(gate)
    assert gate.entered.wait(10)
    waiting = timed.submit(lambda: "served")
    clock.now = 9.9
    timed.give_up_stuck()
    assert timed.stuck == 0
    clock.now = 10.1
    timed.give_up_stuck()
    assert waiting.result(10) == "served"
    assert timed.stuck == 1
    assert "test: a job does not end (1 such)" in caplog.text
    gate.open()
    late.result(10)
    assert timed.submit(lambda: "again").result(10) == "again"


def test_when_too_many_jobs_do_not_end_no_more_are_taken_until_one_does(
    timed: EngineQueue, clock: Clock
) -> None:
    gates = [Gate(), Gate()]
    for gate in gates:
        timed.submit(gate)
        assert gate.entered.wait(10)
        clock.now += 11
        timed.give_up_stuck()
    with pytest.raises(EngineStuck, match="2 jobs do not end"):
        timed.submit(lambda: None)
    gates[0].open()
    while timed.stuck == 2:
        pass
    assert timed.submit(lambda: "served").result(10) == "served"
    gates[1].open()


async def test_a_waiting_job_is_served_although_nothing_else_happens() -> None:
    queue = EngineQueue("test", stuck_seconds=0.05)
    gate = Gate()
    queue.submit(gate)
    assert gate.entered.wait(10)
    assert await queue.run(pow, 2, 3) == 8
    gate.open()
    queue.close()


async def test_the_rest_of_a_job_for_which_nobody_waits_any_more_is_not_done(
    queue: EngineQueue,
) -> None:
    gate = Gate()
    ended: list[str] = []

    def in_parts() -> None:
        gate()
        try:
            next_part()
        except NobodyWaits:
            ended.append("at its next part")
            raise
        ended.append("whole")

    job = asyncio.create_task(queue.run(in_parts))
    await asyncio.to_thread(gate.entered.wait, 10)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    gate.open()
    assert await queue.run(lambda: "served") == "served"
    assert ended == ["at its next part"]


def test_a_job_is_judged_by_its_present_part(timed: EngineQueue, clock: Clock) -> None:
    first, second = Gate(), Gate()

    def in_parts() -> str:
        first()
        next_part()
        second()
        return "done"

    job = timed.submit(in_parts)
    assert first.entered.wait(10)
    clock.now = 9
    first.open()
    assert second.entered.wait(10)
    clock.now = 18
    timed.give_up_stuck()
    assert timed.stuck == 0
    clock.now = 19.1
    timed.give_up_stuck()
    assert timed.stuck == 1
    second.open()
    assert job.result(10) == "done"


def test_batch_work_takes_as_long_as_it_likes(timed: EngineQueue, clock: Clock) -> None:
    gate = Gate()
    job = timed.submit(gate, Priority.BATCH)
    assert gate.entered.wait(10)
    clock.now = 3600
    timed.give_up_stuck()
    assert timed.stuck == 0
    gate.open()
    job.result(10)


@pytest.mark.parametrize(
    ("waiting", "ends"),
    [(Priority.FINAL, True), (Priority.SPECULATIVE, True), (Priority.PARTIAL, False),
     (Priority.BATCH, False)],
)  # fmt: skip
async def test_a_partial_job_gives_way_between_its_parts_to_what_is_more_urgent(
    queue: EngineQueue, waiting: Priority, ends: bool
) -> None:
    gate = Gate()

    def in_parts() -> str:
        gate()
        next_part()
        return "whole"

    job = asyncio.create_task(queue.run(in_parts, priority=Priority.PARTIAL))
    await asyncio.to_thread(gate.entered.wait, 10)
    other = asyncio.create_task(queue.run(lambda: "served", priority=waiting))
    while queue.depth < 1:
        await asyncio.sleep(0)
    gate.open()
    assert await other == "served"
    if ends:
        with pytest.raises(EngineBusy, match="more urgent"):
            await job
    else:
        assert await job == "whole"


def test_parts_outside_of_a_queue_mean_nothing() -> None:
    next_part()
