"""The virtual-time loop: order and times as on a real clock, without the waiting."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from voice.evaluation.virtual_time import EPOCH, NothingDue, run_virtually, virtual_wall_clock


def test_an_hour_passes_at_once() -> None:
    async def sleep() -> float:
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time() - began

    began = time.monotonic()
    assert run_virtually(sleep()) == pytest.approx(3600)
    assert time.monotonic() - began < 5


def test_timers_keep_their_order_and_times() -> None:
    async def record() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        began, seen = loop.time(), []

        async def wait(name: str, *pauses: float) -> None:
            for pause in pauses:
                await asyncio.sleep(pause)
                seen.append((name, round(loop.time() - began, 6)))

        await asyncio.gather(wait("a", 0.3, 0.3), wait("b", 0.2, 0.2), wait("c", 0.5))
        return seen

    expected = [("b", 0.2), ("a", 0.3), ("b", 0.4), ("c", 0.5), ("a", 0.6)]
    assert run_virtually(record()) == expected
    assert run_virtually(record()) == expected


def test_a_timeout_comes_in_virtual_time() -> None:
    async def wait() -> None:
        async with asyncio.timeout(60):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run_virtually(wait())


def test_what_would_wait_for_ever_says_so() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingDue):
        run_virtually(wait())


def test_blocking_work_takes_no_virtual_time_and_its_error_arrives() -> None:
    async def work() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        return await asyncio.to_thread(sum, [1, 2]), loop.time() - began

    async def fail() -> None:
        await asyncio.to_thread(int, "x")

    assert run_virtually(work()) == (3, 0.0)
    with pytest.raises(ValueError, match="invalid literal"):
        run_virtually(fail())


def test_sockets_inside_the_process_work() -> None:
    async def echo() -> bytes:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        theirs.sendall(b"hello")
        await asyncio.sleep(1)
        got = await reader.readexactly(5)
        writer.close()
        theirs.close()
        return got

    assert run_virtually(echo()) == b"hello"


def test_the_wall_clock_goes_along() -> None:
    async def day() -> float:
        await asyncio.sleep(86_400)
        return virtual_wall_clock()

    assert run_virtually(day()) == pytest.approx(EPOCH + 86_400)
