"""One simulated call to a service under trial, from dialling to the verdict."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.caller_process import CallerProcess
from voice.evaluation.callers import OWN_PHRASINGS, CallReport, find_scenario
from voice.evaluation.database_changes import changes, snapshot
from voice.evaluation.demo_operator import KnownCustomer
from voice.evaluation.judge import Verdict, judge
from voice.evaluation.measured_call import MeasuredCall, find_events, measure, read_events
from voice.evaluation.report import CpuTimes
from voice.evaluation.trial_service import TrialService
from voice.events import CallEnded

CALL_LIMIT_SECONDS = 240.0
_EVENTS_SECONDS = 5.0
"""The service writes its last event shortly after the caller hung up."""
_CHECK_SECONDS = 0.05


@dataclass(frozen=True)
class TrialCall:
    """What came out of one call; `call` is None when it failed before it could be measured."""

    scenario: str
    seed: int
    verdict: Verdict
    call: MeasuredCall | None = None
    cpu: CpuTimes = CpuTimes(0.0, 0.0)
    records: Path | None = None
    """The service's folder of this call."""


async def place_trial_call(
    service: TrialService,
    scenario: str,
    customer: KnownCustomer,
    seed: int,
    folder: Path,
    phrasings: Path = OWN_PHRASINGS,
) -> TrialCall:
    """Hold one call and judge it; a call that fails in any way is a verdict, not an exception."""
    caller = CallerProcess(service.uri, scenario, customer.persona, seed, folder, phrasings)
    before, cpu = snapshot(service.database), service.cpu_seconds
    try:
        report = await caller.call(CALL_LIMIT_SECONDS)
        records = await _ended_call(service.records, report)
    except VoiceError as error:
        return TrialCall(scenario, seed, Verdict((str(error),)))
    finally:
        await caller.kill()
    call = measure(report, read_events(records / "events.jsonl"))
    changed = changes(before, snapshot(service.database))
    verdict = judge(call, find_scenario(scenario), customer.truth, changed)
    times = CpuTimes(service.cpu_seconds - cpu, report.cpu_seconds)
    return TrialCall(scenario, seed, verdict, call, times, records)


async def _ended_call(records: Path, report: CallReport) -> Path:
    """The folder of the call, once its last event is written; raises VoiceError without it."""
    deadline = time.monotonic() + _EVENTS_SECONDS
    while True:
        folder, events = find_events(records, report)
        if isinstance(events[-1], CallEnded) or time.monotonic() > deadline:
            return folder
        await asyncio.sleep(_CHECK_SECONDS)
