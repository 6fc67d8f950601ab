"""The parts in virtual time, each in a process of its own: what they load burdens no other part."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from voice.logs import configure_logging

if TYPE_CHECKING:
    from conversation_bench.dialogues import Dialogue
    from conversation_bench.manners import BackChannel, Dictation, EchoCall
    from conversation_bench.virtual_house import VirtualHouse

T = TypeVar("T")


async def beside(work: Callable[[int, float], T], count: int, seconds: float) -> T:
    """`work(count, until)` in a new process; it stops by itself at that `time.monotonic()`."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, work, count, time.monotonic() + seconds)


def manners(count: int, until: float) -> tuple[list[Dictation], list[BackChannel], list[EchoCall]]:
    """Numbers in groups, back-channels that fell into an answer, and lines with an echo.

    So many seeds of each, or as many as there is time for.
    """
    with _house() as house:
        from conversation_bench.manners import dictate, echo, nod

        found: tuple[list[Dictation], list[BackChannel], list[EchoCall]] = ([], [], [])
        for seed in range(count):
            if time.monotonic() > until:
                break
            found[0].append(dictate(house, seed))
            nodded = nod(house, seed)
            found[1].extend([nodded] if nodded.measured else [])
            found[2].append(echo(house, seed))
    return found


def dialogues(count: int, until: float) -> list[Dialogue]:
    """The first so many difficult callers."""
    with _house() as house:
        from conversation_bench.dialogue_scenario import load
        from conversation_bench.dialogues import play

        return [
            play(house, caller, number)
            for number, caller in enumerate(load()[:count])
            if time.monotonic() < until
        ]


@contextmanager
def _house() -> Iterator[VirtualHouse]:
    configure_logging("error", "bench")
    # Loaded only now: pipecat prints a banner unless its logging was set before.
    from voice.calls.quiet import quiet_pipecat

    quiet_pipecat()
    from conversation_bench.virtual_house import VirtualHouse

    with (
        tempfile.TemporaryDirectory(prefix="voice-bench-") as scratch,
        closing(VirtualHouse(Path(scratch))) as house,
    ):
        # What is loaded stays: the collections after each call need not look at it.
        gc.collect()
        gc.freeze()
        yield house
