"""Engines' queues in virtual time: what is due when, who goes first, and what is counted."""

from __future__ import annotations

import asyncio

import pytest

from voice.engine_queue import EngineBusy, EngineQueue, Priority
from voice.engine_work import note_work, noted_work
from voice.evaluation.virtual_time import CostTable, VirtualQueues, run_virtually

TABLE = CostTable(
    {
        "recognition": {"job": 10.0, "frame": 0.5, "token": 2.0},
        "response": {"job": 1.0, "prompt_token": 0.0, "token": 3.0},
        "speech": {"clause": 5.0, "second": 20.0},
    }
)


def decode(frames: int) -> int:
    note_work("frame", frames)
    return frames


async def times_of(queue: EngineQueue, *jobs: tuple[int, Priority]) -> list[tuple[int, float]]:
    """Results in the order in which they came, with ms since the beginning."""
    loop = asyncio.get_running_loop()
    began, seen = loop.time(), []

    async def one(frames: int, priority: Priority) -> None:
        result = await queue.run(decode, frames, priority=priority)
        seen.append((result, round((loop.time() - began) * 1000, 3)))

    await asyncio.gather(*(one(*job) for job in jobs))
    return seen


def test_a_result_is_due_after_its_cost() -> None:
    queue = VirtualQueues(TABLE)("recognition", 1, 8)
    assert run_virtually(times_of(queue, (100, Priority.FINAL))) == [(100, 60.0)]


def test_one_worker_serves_by_priority() -> None:
    queue = VirtualQueues(TABLE)("recognition", 1, 8)
    jobs = [(20, Priority.BATCH), (40, Priority.PARTIAL), (60, Priority.FINAL)]
    assert run_virtually(times_of(queue, *jobs)) == [(20, 20.0), (60, 60.0), (40, 90.0)]


def test_two_workers_work_side_by_side() -> None:
    queue = VirtualQueues(TABLE)("recognition", 2, 8)
    jobs = [(20, Priority.FINAL), (40, Priority.FINAL), (60, Priority.FINAL)]
    assert run_virtually(times_of(queue, *jobs)) == [(20, 20.0), (40, 30.0), (60, 60.0)]


def test_a_full_queue_is_busy() -> None:
    queue = VirtualQueues(TABLE)("recognition", 1, 1)

    async def crowd() -> None:
        await times_of(queue, *[(20, Priority.FINAL)] * 3)

    with pytest.raises(EngineBusy, match="1 jobs wait"):
        run_virtually(crowd())


def test_who_gives_up_waiting_is_skipped_but_running_work_goes_on() -> None:
    queues = VirtualQueues(TABLE)
    queue = queues("recognition", 1, 8)

    async def give_up() -> list[tuple[int, float]]:
        running = asyncio.create_task(queue.run(decode, 20))
        waiting = asyncio.create_task(queue.run(decode, 40))
        await asyncio.sleep(0.001)
        running.cancel()
        waiting.cancel()
        return await times_of(queue, (60, Priority.FINAL))

    assert run_virtually(give_up()) == [(60, 59.0)]
    assert [job.work["frame"] for job in queues.jobs["recognition"]] == [20, 60]


def test_an_error_arrives_when_its_result_would() -> None:
    queue = VirtualQueues(TABLE)("recognition", 1, 8)

    async def fail() -> None:
        await queue.run(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        run_virtually(fail())


def test_a_call_that_was_cut_off_leaves_the_next_one_a_free_worker() -> None:
    queue = VirtualQueues(TABLE)("recognition", 1, 8)

    async def cut_off() -> None:
        asyncio.get_running_loop().create_task(queue.run(decode, 1000))
        await asyncio.sleep(0)

    run_virtually(cut_off())
    assert run_virtually(times_of(queue, (20, Priority.FINAL))) == [(20, 20.0)]


def test_jobs_without_a_loop_are_done_at_once() -> None:
    assert VirtualQueues(TABLE)("speech", 1, 8).submit(lambda: 4).result() == 4


def test_work_is_counted_for_whoever_listens_only() -> None:
    note_work("token", 1)
    with noted_work() as outer:
        note_work("token", 2)
        with noted_work() as inner:
            note_work("token", 3)
        note_work("token", 4)
    assert (outer, inner) == ({"token": 6}, {"token": 3})
