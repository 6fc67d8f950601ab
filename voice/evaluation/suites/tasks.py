"""A run of a suite: what its workers become, and its tasks."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from voice.evaluation.batch import (
    RESULTS_FOLDER,
    Assignment,
    BatchTask,
    ResultFiles,
    RunOutcome,
    Workers,
    hashes_of,
    run_batch,
)
from voice.evaluation.recordings.plan import models_of
from voice.evaluation.suites.call_result import CallerResult
from voice.evaluation.suites.plan import SuitePlan
from voice.evaluation.suites.suite_file import Suite, SuiteCaller
from voice.settings import Settings

EXAMINER = "voice.evaluation.suites.examiner:callers_examiner"
NOTHING: Mapping[str, bytes] = {}


def begun(index: int, caller: SuiteCaller, seed: int) -> CallerResult:
    """The result of a call of which nothing is known yet."""
    return CallerResult(index=index, caller=caller.name, seed=seed, groups=caller.groups)


def tasks_of(suite: Suite, seeds: int) -> Iterator[BatchTask]:
    """Every caller with every seed."""
    for number in range(len(suite.callers)):
        for seed in range(1, seeds + 1):
            index = number * seeds + seed - 1
            told = {"index": index, "caller": number, "seed": seed}
            yield BatchTask(index, json.dumps(told))


async def run(
    folder: Path,
    plan: SuitePlan,
    workers: Workers,
    advance: Callable[[], None],
    spoken: Mapping[str, bytes] = NOTHING,
) -> RunOutcome:
    """Hold all calls that have no result yet; `advance` is called for each.

    `spoken` are sounds that workers need not make, as `KeptSpeech.files` gives them. Raises
    VoiceError when no worker can be started.
    """
    suite = Suite.model_validate_json(plan.suite)

    def death(task: BatchTask, reason: str) -> str:
        """A call that ends its workers is a failure of its own."""
        told = json.loads(task.values)
        result = begun(told["index"], suite.callers[told["caller"]], told["seed"])
        return replace(result, failures=(reason,)).to_json()

    files = {place: base64.b64encode(content).decode() for place, content in spoken.items()}
    models = hashes_of(models_of(Settings.model_validate_json(plan.settings)))
    return await run_batch(
        Assignment(EXAMINER, plan.to_json(), models, files),
        tasks_of(suite, plan.seeds),
        ResultFiles(folder / RESULTS_FOLDER),
        workers,
        advance,
        death,
    )
