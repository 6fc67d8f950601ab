"""Jobs in steps: what several wait for is done together, and each has its own result and error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import pytest

from tests.test_engine_queue import Clock, Gate
from voice.engine_queue import MOST_TOGETHER, EngineBusy, EngineQueue, Priority
from voice.engine_steps import Steps, alone, shared


class Engine:
    """Squares numbers, several at a time, and remembers which."""

    def __init__(self) -> None:
        self.done: list[list[int]] = []

    def squares(self, numbers: Sequence[int]) -> list[int]:
        self.done.append(list(numbers))
        if -1 in numbers:
            raise ValueError("cannot do -1")
        return [number * number for number in numbers]

    def square(self, number: int, alike: str = "") -> Steps[int]:
        """A job of one share."""
        return (yield from shared(self.squares, number, alike))

    def fourth_power(self, number: int, between: Callable[[], None]) -> Steps[int]:
        """A job of two shares."""
        square = yield from shared(self.squares, number, "")
        between()
        return (yield from shared(self.squares, square, ""))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def queue() -> Iterator[EngineQueue]:
    queue = EngineQueue("test", workers=1, capacity=16)
    yield queue
    queue.close()


Job = Coroutine[Any, Any, Any]


class Company:
    """Lets jobs wait while another one, in its first step, holds the engine's only thread."""

    def __init__(self, queue: EngineQueue, engine: Engine) -> None:
        self._queue, self._engine = queue, engine
        self._gate = Gate()

    def _first(self) -> Steps[int]:
        self._gate()
        return (yield from self._engine.square(1))

    async def gather(
        self, *jobs: Job, priority: Priority = Priority.FINAL, cancelled: int = 0
    ) -> list[Any]:
        """What comes of the first one and of these, of which so many are cancelled meanwhile."""
        first = asyncio.create_task(self._queue.run_steps(self._first, priority=priority))
        await asyncio.to_thread(self._gate.entered.wait, 10)
        others = [asyncio.create_task(job) for job in jobs]
        while self._queue.depth < len(jobs):
            await asyncio.sleep(0)
        for other in others[:cancelled]:
            other.cancel()
        await asyncio.gather(*others[:cancelled], return_exceptions=True)
        self._gate.open()
        return await asyncio.gather(first, *others, return_exceptions=True)


@pytest.fixture
def company(queue: EngineQueue, engine: Engine) -> Company:
    return Company(queue, engine)


def test_a_job_may_be_done_for_itself(engine: Engine) -> None:
    assert alone(engine.fourth_power(3, lambda: None)) == 81
    assert engine.done == [[3], [9]]


async def test_a_job_that_is_alone_waits_for_no_other(queue: EngineQueue, engine: Engine) -> None:
    assert await queue.run_steps(engine.square, 3) == 9
    assert engine.done == [[3]]


async def test_what_waits_meanwhile_is_done_together(
    queue: EngineQueue, engine: Engine, company: Company
) -> None:
    jobs = (queue.run_steps(engine.square, number) for number in (2, 3))
    assert await company.gather(*jobs) == [1, 4, 9]
    assert engine.done == [[1, 2, 3]]


async def test_only_alike_shares_are_done_together(
    queue: EngineQueue, engine: Engine, company: Company
) -> None:
    jobs = (queue.run_steps(engine.square, 2, "other"), queue.run_steps(engine.square, 3))
    assert await company.gather(*jobs) == [1, 4, 9]
    assert engine.done == [[1, 3], [2]]


async def test_no_more_are_done_together_than_the_first_can_wait_for(
    queue: EngineQueue, engine: Engine, company: Company
) -> None:
    count = MOST_TOGETHER + 1
    jobs = (queue.run_steps(engine.square, number) for number in range(count))
    assert await company.gather(*jobs) == [1, *(number * number for number in range(count))]
    assert [len(numbers) for numbers in engine.done] == [MOST_TOGETHER, 2]


async def test_who_comes_between_two_steps_joins(
    queue: EngineQueue, engine: Engine, company: Company
) -> None:
    gate = Gate()
    long = asyncio.create_task(queue.run_steps(engine.fourth_power, 2, gate))
    await asyncio.to_thread(gate.entered.wait, 10)
    late = asyncio.create_task(queue.run_steps(engine.square, 5))
    while queue.depth < 1:
        await asyncio.sleep(0)
    gate.open()
    assert [await long, await late] == [16, 25]
    assert engine.done == [[2], [4, 5]]


async def test_a_long_job_keeps_no_result_from_the_others(
    queue: EngineQueue, engine: Engine
) -> None:
    before, between = Gate(), Gate()

    def long() -> Steps[int]:
        before()
        yield from engine.square(2)
        yield from engine.square(2)
        between()
        return 2

    job = asyncio.create_task(queue.run_steps(long))
    await asyncio.to_thread(before.entered.wait, 10)
    short = asyncio.create_task(queue.run_steps(engine.square, 3))
    while queue.depth < 1:
        await asyncio.sleep(0)
    before.open()
    await asyncio.to_thread(between.entered.wait, 10)
    assert await short == 9
    assert not job.done()
    between.open()
    assert await job == 2


async def test_each_has_its_own_error(queue: EngineQueue, engine: Engine, company: Company) -> None:
    jobs = (queue.run_steps(engine.square, number) for number in (-1, 3))
    first, bad, good = await company.gather(*jobs)
    assert (first, good) == (1, 9)
    assert isinstance(bad, ValueError)
    assert engine.done == [[1, -1, 3], [1], [-1], [3]]


async def test_an_error_between_two_steps_is_the_jobs_own(
    queue: EngineQueue, engine: Engine, company: Company
) -> None:
    def fails() -> None:
        raise OSError("no")

    jobs = (queue.run_steps(engine.fourth_power, 2, fails), queue.run_steps(engine.square, 3))
    first, failed, good = await company.gather(*jobs)
    assert (first, good) == (1, 9)
    assert isinstance(failed, OSError)


async def test_a_cancelled_job_is_not_taken_along(
    queue: EngineQueue, engine: Engine, company: Company
) -> None:
    jobs = (queue.run_steps(engine.square, number) for number in (2, 3))
    _, cancelled, good = await company.gather(*jobs, cancelled=1)
    assert isinstance(cancelled, asyncio.CancelledError)
    assert good == 9
    assert engine.done == [[1, 3]]


async def test_what_nobody_waits_for_any_more_is_left_out_at_its_next_step(
    queue: EngineQueue, engine: Engine
) -> None:
    gate = Gate()

    def gated() -> Steps[int]:
        gate()
        return (yield from engine.square(2))

    job = asyncio.create_task(queue.run_steps(gated))
    await asyncio.to_thread(gate.entered.wait, 10)
    other = asyncio.create_task(queue.run_steps(engine.square, 3))
    while queue.depth < 1:
        await asyncio.sleep(0)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    gate.open()
    assert await other == 9
    assert engine.done == [[3]]


@pytest.mark.parametrize(
    ("running", "waiting", "together"),
    [
        (Priority.FINAL, Priority.FINAL, True),
        (Priority.FINAL, Priority.SPECULATIVE, True),
        (Priority.SPECULATIVE, Priority.FINAL, True),
        (Priority.PARTIAL, Priority.PARTIAL, True),
        (Priority.FINAL, Priority.PARTIAL, False),
        (Priority.FINAL, Priority.BATCH, False),
    ],
)
async def test_less_urgent_work_holds_up_nothing_more_urgent(
    queue: EngineQueue, engine: Engine, company: Company,
    running: Priority, waiting: Priority, together: bool,
) -> None:  # fmt: skip
    job = queue.run_steps(engine.square, 2, priority=waiting)
    assert await company.gather(job, priority=running) == [1, 4]
    assert engine.done == ([[1, 2]] if together else [[1], [2]])


async def test_a_partial_job_gives_way_between_its_steps(
    queue: EngineQueue, engine: Engine, company: Company
) -> None:
    job = queue.run_steps(engine.square, 2, priority=Priority.FINAL)
    partial, final = await company.gather(job, priority=Priority.PARTIAL)
    assert final == 4
    assert isinstance(partial, EngineBusy)
    assert engine.done == [[2]]


def test_a_step_that_does_not_end_is_judged_as_a_job_is(engine: Engine) -> None:
    clock, gate = Clock(), Gate()
    queue = EngineQueue("test", stuck_seconds=10, clock=clock)

    async def asked() -> int:
        job = asyncio.create_task(queue.run_steps(engine.fourth_power, 2, gate))
        await asyncio.to_thread(gate.entered.wait, 10)
        clock.now = 10.1
        queue.give_up_stuck()
        assert queue.stuck == 1
        assert await queue.run_steps(engine.square, 3) == 9
        gate.open()
        return await job

    assert asyncio.run(asked()) == 16
    queue.close()
