"""A run over many recordings: what its workers become, and its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from voice.evaluation.batch import (
    PLAN_FILE,
    RESULTS_FOLDER,
    Assignment,
    BatchTask,
    ResultFiles,
    RunOutcome,
    Workers,
    hashes_of,
    run_batch,
)
from voice.evaluation.recordings.call_result import Measured, to_json
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.plan import RecordingsPlan, models_of
from voice.settings import Settings

EXAMINER = "voice.evaluation.recordings.examiner:recordings_examiner"


def assignment_of(plan: RecordingsPlan) -> Assignment:
    """What a worker of this run becomes."""
    settings = Settings.model_validate_json(plan.settings)
    return Assignment(EXAMINER, plan.to_json(), hashes_of(models_of(settings)))


async def run(
    folder: Path,
    recordings: Iterator[ListedRecording],
    workers: Workers,
    advance: Callable[[], None],
) -> RunOutcome:
    """Evaluate all that has no result yet; `advance` is called for each recording.

    Raises VoiceError when no worker can be started.
    """
    plan = RecordingsPlan.load(folder / PLAN_FILE)

    def death(task: BatchTask, reason: str) -> str:
        """A recording that ends its workers is a failure of its own."""
        # Imported here: what judges a call imports the engines, which this process does not need.
        from voice.evaluation.recordings.recorded_call import begun

        result = begun(ListedRecording.from_json(task.values), plan.side)
        return to_json(replace(result, failures=(reason,)), Measured())

    tasks = (BatchTask(recording.index, recording.to_json()) for recording in recordings)
    results = ResultFiles(folder / RESULTS_FOLDER)
    return await run_batch(assignment_of(plan), tasks, results, workers, advance, death)
