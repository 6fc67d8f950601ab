"""A run over many recordings: what its workers become, and its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.batch import (
    Assignment,
    ResultFiles,
    RunOutcome,
    Task,
    Workers,
    run_batch,
)
from voice.evaluation.recordings.call_result import Measured, to_json
from voice.evaluation.recordings.manifest import Recording
from voice.evaluation.recordings.plan import PLAN_FILE, RESULTS_FOLDER, Plan

EXAMINER = "voice.evaluation.recordings.examiner:recordings_examiner"


def prepare(folder: Path, plan: Plan, fresh: bool) -> ResultFiles:
    """The results of the run in `folder`, to be gone on with; raises VoiceError.

    A folder that holds another run is left alone, unless `fresh` says to begin anew.
    """
    results = ResultFiles(folder / RESULTS_FOLDER)
    file = folder / PLAN_FILE
    if file.exists():
        if fresh:
            results.remove()
        elif Plan.load(file) != plan:
            raise VoiceError(
                f"{folder}: holds a run of other recordings, settings, models or costs; "
                "choose another --out, or --fresh to throw that run away"
            )
        else:
            return results
    plan.save(file)
    return results


def assignment_of(plan: Plan) -> Assignment:
    """What a worker of this run becomes."""
    return Assignment(EXAMINER, plan.to_json())


async def run(
    folder: Path,
    recordings: Iterator[Recording],
    workers: Workers,
    advance: Callable[[], None],
) -> RunOutcome:
    """Evaluate all that has no result yet; `advance` is called for each recording.

    Raises VoiceError when no worker can be started.
    """
    plan = Plan.load(folder / PLAN_FILE)

    def death(task: Task, reason: str) -> str:
        """A recording that ends its workers is a failure of its own."""
        # Imported here: what judges a call imports the engines, which this process does not need.
        from voice.evaluation.recordings.recorded_call import begun

        result = begun(Recording.from_json(task.values), plan.side)
        return to_json(replace(result, failures=(reason,)), Measured())

    tasks = (Task(recording.index, recording.to_json()) for recording in recordings)
    results = ResultFiles(folder / RESULTS_FOLDER)
    return await run_batch(assignment_of(plan), tasks, results, workers, advance, death)
