"""An examiner of callers, as a worker becomes one for a suite of one seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.evaluation.recordings.evaluated import COSTS
from voice.evaluation.callers import OWN_PHRASINGS, Phrasings
from voice.evaluation.suites.examiner import CallersExaminer, callers_examiner
from voice.evaluation.suites.plan import SuitePlan, Way
from voice.evaluation.suites.suite_file import Suite
from voice.settings import Settings


def examiner_of(
    callers: Sequence[Mapping[str, Any]],
    scratch: Path,
    *,
    way: Way = "virtual",
    settings: Settings | None = None,
) -> CallersExaminer:
    """With the packaged phrasings; `callers` as a suite file has them."""
    plan = SuitePlan(
        suite=Suite.model_validate({"callers": callers}).model_dump_json(),
        phrasings=Phrasings.load(OWN_PHRASINGS).by_intent,
        seeds=1,
        way=way,
        models="",
        settings=(settings or Settings()).model_dump_json(),
        costs=asdict(COSTS) if way == "virtual" else None,
    )
    return callers_examiner(plan.to_json(), scratch)
