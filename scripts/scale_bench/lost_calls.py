"""Calls that are lost when one node of three dies in traffic, or is drained: its own at most."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scale_bench.call_nodes import NODES, Caller, Region
from voice.evaluation.figures import BenchmarkResult
from voice.telephony.sip import CallRejected

CALLS_AT_ONCE = {True: 6, False: 24}
ROUNDS = {True: 1, False: 4}
NEW_CALLS = 2 * NODES
"""Placed right after a node is gone, when Kamailio does not know it yet."""


async def add(result: BenchmarkResult, quick: bool) -> None:
    """Add `node_kill_other_calls_lost` and `drain_calls_lost`, of real processes on this machine.

    A running call is lost when it ends otherwise than by its caller, or no sound comes for three
    seconds; a new one when it is not answered.
    """
    killed: list[bool] = []
    drained: list[bool] = []
    with tempfile.TemporaryDirectory(prefix="voice-nodes-") as folder:
        async with Region(Path(folder)) as region:
            for number in range(ROUNDS[quick]):
                killed += await _kill(region, number % NODES, CALLS_AT_ONCE[quick])
                drained += await _drain(region, (number + 1) % NODES, CALLS_AT_ONCE[quick])
                result.note_contention()
    result.count("node_kill_other_calls_lost", killed.count(False), len(killed))
    result.count("drain_calls_lost", drained.count(False), len(drained))


async def _kill(region: Region, number: int, calls: int) -> list[bool]:
    """Whether each call of the other nodes lives on, and each new one is answered."""
    async with region.callers(calls) as callers:
        region.nodes[number].kill()
        answered = await _call_anew(region)
        living = await _living([caller for caller in callers if caller.node != number])
    await region.replace(number)
    return [*answered, *living]


async def _drain(region: Region, number: int, calls: int) -> list[bool]:
    """The same of all calls, those of the node included, until their callers hang up."""
    async with region.callers(calls) as callers:
        region.nodes[number].ask_to_stop()
        answered = await _call_anew(region)
        living = await _living(callers)
    await region.nodes[number].ended()
    await region.replace(number)
    return [*answered, *living]


async def _living(callers: Sequence[Caller]) -> list[bool]:
    return await asyncio.gather(*(caller.hears() for caller in callers))


async def _call_anew(region: Region) -> list[bool]:
    outcomes = []
    for _ in range(NEW_CALLS):
        caller = Caller()
        try:
            await caller.dial(region.kamailio.address)
            outcomes.append(await caller.hears())
        except CallRejected:
            outcomes.append(False)
        finally:
            await caller.line.close()
    return outcomes
