"""`python -m voice.evaluation.recordings.worker FOLDER`: evaluates what it is told to.

Loads the models once, says `ready`, then takes one recording a line (JSON) on standard input,
writes its result into the folder, and answers with one line: `done`, or `failed` and the reason
when the result could not be kept.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from voice.errors import VoiceError
from voice.logs import configure_logging
from voice.settings import Settings

if TYPE_CHECKING:
    from voice.evaluation.recordings.call_result import CallResult, Measured
    from voice.evaluation.recordings.manifest import Recording
    from voice.evaluation.recordings.plan import Plan

PLAN_FILE = "plan.json"
RESULTS_FOLDER = "calls"


def main() -> int:
    """Serve until standard input ends; the exit status."""
    configure_logging("error", f"evaluation-{os.getpid()}")
    folder = Path(sys.argv[1])
    try:
        with tempfile.TemporaryDirectory(prefix="voice-evaluation-") as scratch:
            _serve(folder, Path(scratch))
    except VoiceError as error:
        print(f"voice: {error}", file=sys.stderr)
        return 2
    return 0


def _serve(folder: Path, scratch: Path) -> None:
    # Loaded only now: the libraries read their switches from the environment when they load.
    from voice.calls.quiet import quiet_pipecat

    quiet_pipecat("error")
    from voice.evaluation.recordings.call_result import ResultFiles
    from voice.evaluation.recordings.manifest import Recording
    from voice.evaluation.recordings.plan import Plan

    examiner = _Examiner(Plan.load(folder / PLAN_FILE), scratch)
    # What is loaded stays: the collections after each call need not look at it.
    gc.collect()
    gc.freeze()
    results = ResultFiles(folder / RESULTS_FOLDER)
    print("ready", flush=True)
    for line in sys.stdin:
        values = json.loads(line)
        recording = Recording(**{**values, "path": Path(values["path"])})
        try:
            results.write(*examiner.evaluate(recording))
        except VoiceError as error:
            print(f"failed {error}", flush=True)
        else:
            print("done", flush=True)


class _Examiner:
    """The loaded engines and what is set up anew for each call."""

    def __init__(self, plan: Plan, scratch: Path) -> None:
        from voice.evaluation.virtual_time import CostTable, VirtualQueues, run_virtually
        from voice.evaluation.virtual_time.surroundings import Books, settings_for

        self._plan = plan
        self._books = Books(scratch)
        self._settings = settings_for(Settings.model_validate_json(plan.settings), scratch)
        self._queues = VirtualQueues(CostTable(**plan.costs) if plan.costs else None)
        if plan.part == "recognition":
            from voice.calls.engines import load_recogniser

            self._recogniser = load_recogniser(self._settings, self._queues)
            return
        from voice.calls.engines import load_engines

        self._books.open_anew()
        self._engines = run_virtually(load_engines(self._settings, self._queues))

    def evaluate(self, recording: Recording) -> tuple[CallResult, Measured]:
        """Evaluate one; whatever goes wrong is a failure of this one."""
        from voice.evaluation.recordings.call_result import Measured
        from voice.evaluation.recordings.recorded_call import begun

        self._queues.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            result = self._evaluate(recording)
        except VoiceError as error:
            result = replace(begun(recording, self._plan.side), failures=(str(error),))
        except Exception as error:  # noqa: BLE001 - one recording must not cost all the others
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            result = replace(begun(recording, self._plan.side), failures=(f"fault: {reason}",))
        # A pipeline is full of cycles: without this, memory grows for hundreds of calls.
        gc.collect()
        took = Measured(
            round(time.perf_counter() - wall, 4),
            round(time.process_time() - cpu, 4),
            {
                engine: round(sum(job.cpu_seconds for job in jobs), 4)
                for engine, jobs in sorted(self._queues.jobs.items())
            },
        )
        if self._plan.part == "recognition":
            return result, took
        by_table = {
            engine: round(sum(job.virtual_seconds for job in jobs), 4)
            for engine, jobs in sorted(self._queues.jobs.items())
        }
        return replace(result, engine_seconds=by_table), took

    def _evaluate(self, recording: Recording) -> CallResult:
        from voice.evaluation.recordings.recognition_only import recognise_only
        from voice.evaluation.recordings.recorded_call import evaluate_call
        from voice.evaluation.virtual_time import run_virtually

        plan, settings = self._plan, self._settings
        if plan.part == "recognition":
            return run_virtually(
                recognise_only(recording, plan.side, settings.turns, self._recogniser)
            )
        # Each call begins as in a new process: no phrase in the cache, the books unchanged.
        self._books.open_anew()
        self._engines.speaker.forget()
        return run_virtually(
            evaluate_call(recording, plan.side, plan.from_answer, settings, self._engines)
        )


if __name__ == "__main__":
    raise SystemExit(main())
