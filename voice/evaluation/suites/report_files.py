"""What a run of a suite leaves: report.json, the same for the same run, and run.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import voice
from voice.evaluation.batch import RESULTS_FOLDER, ResultFiles, RunOutcome, write_whole
from voice.evaluation.recordings.limits import Limit
from voice.evaluation.recordings.verdict import judged_limits
from voice.evaluation.suites.call_result import read_results
from voice.evaluation.suites.plan import SuitePlan
from voice.evaluation.suites.suite_file import Suite
from voice.evaluation.suites.summary import summarised

REPORT, TIMES = "report.json", "run.json"
INTERVALS_SEED = 1


def write_reports(
    folder: Path,
    plan: SuitePlan,
    outcome: RunOutcome,
    workers: int,
    wall_seconds: float,
    limits: Sequence[Limit] = (),
) -> dict[str, Any]:
    """Write both and return the report; raises VoiceError when the disk takes them not."""
    suite = Suite.model_validate_json(plan.suite)
    count = len(suite.callers) * plan.seeds
    results = read_results(ResultFiles(folder / RESULTS_FOLDER), count)
    report = summarised(results, plan.seeds, INTERVALS_SEED, _about(plan, suite))
    report["limits"] = judged_limits(limits, report)
    write_whole(folder / REPORT, [json.dumps(report, indent=1, ensure_ascii=False), "\n"])
    took = outcome.times(workers, wall_seconds)
    write_whole(folder / TIMES, [json.dumps(took, indent=1), "\n"])
    return report


def _about(plan: SuitePlan, suite: Suite) -> dict[str, Any]:
    """The head of a report."""
    settings = json.loads(plan.settings)
    return {
        "report": "callers",
        "about": suite.about,
        "seeds": plan.seeds,
        "way": plan.way,
        "models": plan.models,
        "costs_machine": plan.costs["machine"] if plan.costs else "",
        "day": plan.day,
        "version": voice.__version__,
        "settings": {
            part: settings[part] for part in ("recognition", "response", "speech", "turns")
        },
    }
