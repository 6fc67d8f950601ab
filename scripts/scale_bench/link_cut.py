"""The link to the service of recognition and speech breaks in the middle of many calls at once."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scale_bench.engine_process import engine_process
from voice.evaluation.breakable_way import BreakableWay
from voice.evaluation.busy_load import LoadOutcome, hold_load, is_dropped
from voice.evaluation.demo_operator import open_books
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.measured_call import MeasuredCall
from voice.evaluation.trial_service import TrialService
from voice.events import CallEnded, EngineFailed, EngineFellBack, EngineReturned

LATE_MS = 2000
"""So much above the calls' median."""
HELD_OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "held_out"
_SEED = 7


@dataclass(frozen=True)
class Extent:
    """How many calls, and when their link is cut and mended, in seconds of the calls."""

    calls: int
    talk: float
    breaks: tuple[tuple[float, float], ...]


QUICK = Extent(2, 28, ((8, 14),))
FULL = Extent(10, 150, ((25, 45), (80, 100)))
"""The first break refuses connections; in the second one nothing comes through."""


async def add(result: BenchmarkResult, quick: bool) -> None:
    """No call is lost, a turn is late at most once, and the service is soon used again."""
    extent = QUICK if quick else FULL
    with tempfile.TemporaryDirectory(prefix="voice-bench-") as place:
        folder = Path(place)
        async with (
            engine_process(folder) as port,
            BreakableWay(port) as way,
            TrialService(folder / "node", _settings(way)) as service,
        ):
            customers = open_books(service.database, _SEED)[: extent.calls]
            breaking = asyncio.create_task(_break(way, service, extent))
            load = await hold_load(service, customers, extent.talk, folder, HELD_OUT)
            mended = await breaking
    _note(result, load, mended)


def _settings(way: BreakableWay) -> str:
    at = f'at = "{way.address}"'
    return (
        f"[recognition]\n{at}\n[speech]\n{at}\n"
        '[network]\nallow = ["127.0.0.1"]\n[sip]\nlisten = "127.0.0.1:0"\n'
        "[supervision]\nenabled = false\n"
    )


async def _break(way: BreakableWay, service: TrialService, extent: Extent) -> list[float]:
    """Break and mend the way; the wall times at which it was mended."""
    # Another process answers, and says so in a file.
    while not any(values.get("running_calls") for values in service.call_statistics()):  # noqa: ASYNC110
        await asyncio.sleep(0.25)
    began = time.monotonic()
    mended = []
    for number, (broken, whole) in enumerate(extent.breaks):
        await asyncio.sleep(began + broken - time.monotonic())
        if number % 2:
            way.hold_up()
        else:
            await way.cut()
        await asyncio.sleep(began + whole - time.monotonic())
        await way.mend()
        mended.append(time.time())
    return mended


def _note(result: BenchmarkResult, load: LoadOutcome, mended: Sequence[float]) -> None:
    calls = load.held
    latencies = sorted(_latencies(calls))
    usual = latencies[len(latencies) // 2] if latencies else 0.0
    late = [sum(one > usual + LATE_MS for one in _latencies([call])) for call in calls]
    misses = sum(turn.missed for call in calls for turn in call.turns)
    fell = sum(isinstance(event, EngineFellBack) for call in calls for event in call.events)
    back = [
        min(after) for moment in mended if (after := [s for s in _returns(calls, moment) if s > 0])
    ]
    result.count("link_cut_calls", len(load.calls), len(load.calls))
    result.count("link_cut_calls_lost", load.dropped, len(load.calls))
    result.count("link_cut_fallbacks", fell, len(calls))
    result.count("link_cut_late_turns_most", max(late, default=0), len(calls))
    result.count("link_cut_missed_turns", misses, sum(len(call.turns) for call in calls))
    result.count("link_cut_back_seconds", round(max(back, default=float("nan")), 2), len(back))
    result.rows.append(
        {
            "late_turns": late,
            "usual_ms": usual,
            "lost": [_end(call) for call in calls if is_dropped(call)],
            "faults": list(load.faults),
            "breaks": len(mended),
        }
    )


def _end(call: MeasuredCall) -> str:
    """How both sides say that it ended, and what failed before."""
    failed = [event.reason for event in call.events if isinstance(event, EngineFailed)]
    ended = [event.reason for event in call.events if isinstance(event, CallEnded)]
    return f"{call.report.reason}; {', '.join(ended)}; {', '.join(failed)}"


def _latencies(calls: Sequence[MeasuredCall]) -> list[float]:
    return [
        turn.voice_to_voice_ms
        for call in calls
        for turn in call.turns
        if turn.voice_to_voice_ms is not None
    ]


def _returns(calls: Sequence[MeasuredCall], moment: float) -> list[float]:
    """Seconds from a moment to each time that a service was used again."""
    return [
        event.wall_time - moment
        for call in calls
        for event in call.events
        if isinstance(event, EngineReturned)
    ]
