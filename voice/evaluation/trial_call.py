"""One simulated call to a service under trial, from dialling to the verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.caller_process import CallerProcess
from voice.evaluation.callers import OWN_PHRASINGS, CallReport, find_scenario
from voice.evaluation.database_changes import RowChange, changes, snapshot
from voice.evaluation.demo_operator import KnownCustomer
from voice.evaluation.judge import CallVerdict, judge
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
    verdict: CallVerdict
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
    before = snapshot(service.database)
    trial = await hold_trial_call(service, scenario, customer, seed, folder, phrasings)
    return judged(trial, customer, changes(before, snapshot(service.database)))


async def hold_trial_call(
    service: TrialService,
    scenario: str,
    customer: KnownCustomer,
    seed: int,
    folder: Path,
    phrasings: Path = OWN_PHRASINGS,
) -> TrialCall:
    """The same without judging it: for several calls at a time, which share the database.

    The service's CPU time is then that of all of them.
    """
    caller = CallerProcess(
        service.uri,
        scenario,
        customer.persona,
        seed,
        folder,
        phrasings,
        # The ears that suit the service's voice: the embedded ones do not understand a real one.
        recogniser=service.models.recogniser,
    )
    cpu = service.cpu_seconds
    try:
        report = await caller.call(CALL_LIMIT_SECONDS)
        if not report.answered:
            return TrialCall(scenario, seed, CallVerdict((f"not answered: {report.reason}",)))
        records = await ended_call(service.records, report)
        call = measure(report, read_events(records / "events.jsonl"))
    except VoiceError as error:
        return TrialCall(scenario, seed, CallVerdict((str(error),)))
    finally:
        await caller.kill()
    times = CpuTimes(service.cpu_seconds - cpu, report.cpu_seconds)
    return TrialCall(scenario, seed, CallVerdict(), call, times, records)


def judged(trial: TrialCall, customer: KnownCustomer, changed: Sequence[RowChange]) -> TrialCall:
    """The call with its verdict; `changed` are the rows that it may have changed."""
    if trial.call is None:
        return trial
    verdict = judge(trial.call, find_scenario(trial.scenario), customer.truth, changed)
    return replace(trial, verdict=verdict)


def changes_of(
    changed: Sequence[RowChange], customer: KnownCustomer, callers: Sequence[KnownCustomer]
) -> list[RowChange]:
    """What one of several callers at a time answers for: all but what concerns only others."""
    numbers = {caller.truth.customer_number for caller in callers}
    others = numbers - {customer.truth.customer_number}
    return [
        change
        for change in changed
        if not any(change.concerns("customer_number", number) for number in others)
    ]


async def ended_call(records: Path, report: CallReport) -> Path:
    """The folder of the call, once its last event is written; raises VoiceError without it."""
    deadline = time.monotonic() + _EVENTS_SECONDS
    while True:
        folder, events = find_events(records, report)
        if (events and isinstance(events[-1], CallEnded)) or time.monotonic() > deadline:
            return folder
        await asyncio.sleep(_CHECK_SECONDS)
