"""Evaluates recordings one by one, with engines that are loaded once for all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from voice.calls.engines import load_engines, load_recogniser
from voice.errors import VoiceError
from voice.evaluation.recordings.call_result import CallResult, Measured, to_json
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.plan import RecordingsPlan
from voice.evaluation.recordings.recognition_only import recognise_only
from voice.evaluation.recordings.recorded_call import begun, evaluate_call
from voice.evaluation.recordings.stores import StoreError, on_this_machine
from voice.evaluation.virtual_time import CostTable, VirtualQueues, run_virtually
from voice.evaluation.virtual_time.queues import Job
from voice.evaluation.virtual_time.surroundings import Books, settings_of_worker
from voice.foreign_code import error_note


def recordings_examiner(plan: str, scratch: Path) -> RecordingExaminer:
    """What a worker becomes; raises VoiceError."""
    return RecordingExaminer(RecordingsPlan.from_json(plan), scratch)


class RecordingExaminer:
    """Carries out a plan; what one recording does leaves nothing behind for the next."""

    def __init__(self, plan: RecordingsPlan, scratch: Path) -> None:
        """Loads the models; raises ModelError or ConfigError. `scratch` is a folder of its own."""
        self._plan = plan
        self._settings = settings_of_worker(plan.settings, scratch)
        self._queues = VirtualQueues(CostTable(**plan.costs) if plan.costs else None)
        whole = plan.part == "all"
        self._evaluate = self._whole_calls(scratch) if whole else self._recognition()
        # What is loaded stays: the collections after each call need not look at it.
        gc.collect()
        gc.freeze()

    def examine(self, task: str) -> str:
        """See batch.Examiner."""
        return to_json(*self.evaluate(ListedRecording.from_json(task)))

    def close(self) -> None:
        """See batch.Examiner: the engines end with the process."""

    def evaluate(self, recording: ListedRecording) -> tuple[CallResult, Measured]:
        """Evaluate one; whatever goes wrong is a failure of this one.

        Raises StoreError when nothing can be said of it, because its store does not answer.
        """
        self._queues.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            result = self._examined(recording)
        except StoreError:
            raise
        except VoiceError as error:
            result = self._failed(recording, str(error))
        except Exception as error:  # noqa: BLE001 - one recording must not cost all the others
            # Its text may hold whatever was said.
            result = self._failed(recording, f"fault: {error_note(error)}")
        # A pipeline is full of cycles: without this, memory grows for hundreds of calls.
        gc.collect()
        took = Measured(
            round(time.perf_counter() - wall, 4),
            round(time.process_time() - cpu, 4),
            self._by_engine(lambda job: job.cpu_seconds),
        )
        if self._plan.costs is None:
            return result, took
        by_table = self._by_engine(lambda job: job.virtual_seconds)
        return replace(result, engine_seconds=by_table), took

    def _examined(self, recording: ListedRecording) -> CallResult:
        """Evaluate it where it is, or a copy of it, whose name nobody needs to know."""
        with on_this_machine(recording.place) as file:
            result = self._evaluate(replace(recording, path=file))
        told = (reason.replace(str(file), recording.place) for reason in result.failures)
        return replace(result, failures=tuple(told))

    def _whole_calls(self, scratch: Path) -> Callable[[ListedRecording], CallResult]:
        plan, settings, books = self._plan, self._settings, Books(scratch)
        books.open_anew()
        engines = run_virtually(load_engines(settings, self._queues))

        def evaluate(recording: ListedRecording) -> CallResult:
            # Each call begins as in a new process: no phrase in the cache, the books unchanged.
            books.open_anew()
            engines.voices.forget()
            return run_virtually(
                evaluate_call(recording, plan.side, plan.from_answer, settings, engines)
            )

        return evaluate

    def _recognition(self) -> Callable[[ListedRecording], CallResult]:
        recogniser = load_recogniser(self._settings, self._queues)
        side, turns = self._plan.side, self._settings.turns
        return lambda recording: run_virtually(recognise_only(recording, side, turns, recogniser))

    def _failed(self, recording: ListedRecording, reason: str) -> CallResult:
        return replace(begun(recording, self._plan.side), failures=(reason,))

    def _by_engine(self, seconds: Callable[[Job], float]) -> dict[str, float]:
        """The sum over all jobs of each engine."""
        return {
            engine: round(sum(map(seconds, jobs)), 4)
            for engine, jobs in sorted(self._queues.jobs.items())
        }
