"""What a run leaves: report.json and report.html, the same for the same run; run.json, which times.

Wall and CPU times differ from run to run, so they live apart in run.json.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import voice
from voice.errors import VoiceError
from voice.evaluation.batch import (
    PLAN_FILE,
    RESULTS_FOLDER,
    ResultFiles,
    RunOutcome,
    write_whole,
)
from voice.evaluation.recordings.call_result import CallResult, Measured, read_results
from voice.evaluation.recordings.limits import Limit
from voice.evaluation.recordings.page import page_of
from voice.evaluation.recordings.plan import RecordingsPlan
from voice.evaluation.recordings.summary import summarised
from voice.evaluation.recordings.verdict import judged_limits

REPORT, PAGE, TIMES = "report.json", "report.html", "run.json"


@dataclass
class _Times:
    """What all calls of a run really took."""

    calls: int = 0
    audio_seconds: float = 0.0
    call_seconds: float = 0.0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    engine_cpu_seconds: Counter[str] = field(default_factory=Counter)

    def add(self, result: CallResult, took: Measured) -> None:
        self.calls += 1
        self.audio_seconds += result.audio_seconds
        self.call_seconds += result.call_seconds
        self.wall_seconds += took.wall_seconds
        self.cpu_seconds += took.cpu_seconds
        self.engine_cpu_seconds.update(took.engine_cpu_seconds)


def write_reports(
    folder: Path,
    plan: RecordingsPlan,
    outcome: RunOutcome,
    jobs: int,
    wall_seconds: float,
    limits: Sequence[Limit] = (),
) -> dict[str, Any]:
    """Write all three and return the report; raises VoiceError when the disk takes them not."""
    results = ResultFiles(folder / RESULTS_FOLDER)
    times = _Times()
    report = summarised(_noted(results, plan, times), plan.seed, about(plan))
    report["limits"] = judged_limits(limits, report)
    write_whole(folder / REPORT, [json.dumps(report, indent=1, ensure_ascii=False), "\n"])
    write_whole(folder / PAGE, page_of(report, results_of(folder)))
    took = {**outcome.times(jobs, wall_seconds), **_totals(times)}
    write_whole(folder / TIMES, [json.dumps(took, indent=1), "\n"])
    return report


def about(plan: RecordingsPlan) -> dict[str, Any]:
    """The head of a report."""
    return {
        "report": "recordings",
        "part": plan.part,
        "normaliser": plan.normaliser,
        "seed": plan.seed,
        "fingerprint": plan.fingerprint,
        "recordings": plan.recordings,
        "costs_machine": plan.costs["machine"] if plan.costs else "",
        "day": plan.day,
        "version": voice.__version__,
        "settings": _settings(json.loads(plan.settings)),
    }


def _settings(settings: dict[str, Any]) -> dict[str, Any]:
    """What decides how a caller is understood and answered."""
    parts: dict[str, Any] = {
        part: settings[part] for part in ("recognition", "response", "speech", "turns")
    }
    return parts


def read_report(folder: Path) -> dict[str, Any]:
    """The report of a run; raises VoiceError when the folder holds none."""
    try:
        report: dict[str, Any] = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        if report["report"] != "recordings":
            raise ValueError("a report of something else")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VoiceError(f"{folder / REPORT}: no report of evaluated recordings: {error}") from None
    return report


def results_of(folder: Path) -> Iterator[CallResult]:
    """The results of a run, in order."""
    count = RecordingsPlan.load(folder / PLAN_FILE).recordings
    results = ResultFiles(folder / RESULTS_FOLDER)
    return (result for result, _ in read_results(results, count))


def _noted(results: ResultFiles, plan: RecordingsPlan, times: _Times) -> Iterator[CallResult]:
    for result, took in read_results(results, plan.recordings):
        times.add(result, took)
        yield result


def _totals(times: _Times) -> dict[str, Any]:
    return {
        "calls": times.calls,
        "audio_seconds": round(times.audio_seconds, 2),
        "call_seconds": round(times.call_seconds, 2),
        "worker_seconds": round(times.wall_seconds, 2),
        "cpu_seconds": round(times.cpu_seconds, 2),
        "engine_cpu_seconds": {
            engine: round(seconds, 2)
            for engine, seconds in sorted(times.engine_cpu_seconds.items())
        },
        "times_real_time_of_one_worker": {
            "audio": _each_second(times.audio_seconds, times),
            "calls": _each_second(times.call_seconds, times),
        },
    }


def _each_second(seconds: float, times: _Times) -> float | None:
    """So many seconds of recordings, or calls, for each second of a worker."""
    return round(seconds / times.wall_seconds, 2) if times.wall_seconds else None
