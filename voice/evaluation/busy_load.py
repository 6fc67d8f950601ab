"""Callers who keep a service busy, one or several at a time, and what it did meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.caller_process import CallerProcess
from voice.evaluation.callers import OWN_PHRASINGS, GaveUp
from voice.evaluation.demo_operator import KnownCustomer
from voice.evaluation.measured_call import MeasuredCall, find_events, measure
from voice.evaluation.report import CpuTimes
from voice.evaluation.trial_service import TrialService
from voice.events import CallEnded
from voice.telemetry import Stalls

SCENARIO = "busy"
CALL_MARGIN_SECONDS = 120.0
SHORTEST_CALL_SECONDS = 15.0
"""Less time left is not worth another call."""
_CHECK_SECONDS = 0.25


@dataclass(frozen=True)
class LoadOutcome:
    """What came out of a load."""

    calls: tuple[MeasuredCall | None, ...]
    """None for a call that could not be held at all."""
    faults: tuple[str, ...]
    """Why not."""
    stalls: tuple[Stalls, ...]
    """The heartbeats of each call process since the first call was answered."""
    cpu: CpuTimes
    """Seconds on each side since then."""
    seconds: float
    """How long that was."""

    @property
    def held(self) -> list[MeasuredCall]:
        """The calls that took place."""
        return [call for call in self.calls if call is not None]

    @property
    def dropped(self) -> int:
        """Calls that were lost by a fault of the service."""
        return sum(call is None or is_dropped(call) for call in self.calls)

    @property
    def most_at_once(self) -> int:
        """How many calls were really under way at the same time."""
        answered = [call.report for call in self.held if call.report.answered]
        return max(
            (
                sum(other.answered <= call.answered < other.ended for other in answered)
                for call in answered
            ),
            default=0,
        )


async def hold_load(
    service: TrialService,
    customers: Sequence[KnownCustomer],
    seconds: float,
    folder: Path,
    phrasings: Path = OWN_PHRASINGS,
) -> LoadOutcome:
    """Let each of the customers talk for so long; who is hung up on dials again."""
    faults: list[str] = []
    first_answer = asyncio.create_task(_at_first_answer(service))
    try:
        lines = await asyncio.gather(
            *(
                _busy_line(service, customer, number, seconds, folder, phrasings, faults)
                for number, customer in enumerate(customers)
            )
        )
    finally:
        first_answer.cancel()
        await asyncio.gather(first_answer, return_exceptions=True)
    calls = tuple(call for line in lines for call in line)
    spoken = sum(call.report.cpu_seconds for call in calls if call is not None)
    if first_answer.cancelled():
        return LoadOutcome(calls, tuple(faults), (), CpuTimes(0.0, spoken), 0.0)
    began, cpu, before = first_answer.result()
    stalls = tuple(
        after.since(earlier) for after, earlier in zip(_stalls(service), before, strict=False)
    )
    times = CpuTimes(service.cpu_seconds - cpu, spoken)
    return LoadOutcome(calls, tuple(faults), stalls, times, time.monotonic() - began)


def is_dropped(call: MeasuredCall) -> bool:
    """Not answered, answered by silence, without an end, or ended by a fault of the service."""
    report = call.report
    if not report.answered or report.reason in (GaveUp.NO_ANSWER, GaveUp.TOO_LONG):
        return True
    ends = [event for event in call.events if isinstance(event, CallEnded)]
    return not ends or ends[0].by == "system"


async def _busy_line(
    service: TrialService,
    customer: KnownCustomer,
    number: int,
    seconds: float,
    folder: Path,
    phrasings: Path,
    faults: list[str],
) -> list[MeasuredCall | None]:
    """One telephone that is kept busy."""
    until = time.monotonic() + seconds
    calls: list[MeasuredCall | None] = []
    while not calls or until - time.monotonic() > SHORTEST_CALL_SECONDS:
        left = max(1.0, until - time.monotonic())
        seed = 100 * number + len(calls)
        own = folder / f"caller-{number}-{len(calls)}"
        ears = service.models.recogniser
        caller = CallerProcess(
            service.uri, SCENARIO, customer.persona, seed, own, phrasings, left, ears
        )
        try:
            report = await caller.call(left + CALL_MARGIN_SECONDS)
            calls.append(measure(report, find_events(service.records, report)[1]))
        except VoiceError as error:
            faults.append(str(error))
            calls.append(None)
    return calls


async def _at_first_answer(service: TrialService) -> tuple[float, float, list[Stalls]]:
    """Time, CPU time and heartbeats when calls are under way: until then the service idles."""
    while True:
        if any(values.get("running_calls") for values in service.call_statistics()):
            return time.monotonic(), service.cpu_seconds, _stalls(service)
        await asyncio.sleep(_CHECK_SECONDS)


def _stalls(service: TrialService) -> list[Stalls]:
    return [Stalls.read(values["stalls"]) for values in service.call_statistics()]
