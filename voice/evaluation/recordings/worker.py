"""`python -m voice.evaluation.recordings.worker FOLDER`: evaluates what it is told to.

Loads the models once, says `ready`, then takes one recording a line (JSON) on standard input,
writes its result into the folder, and answers with one line: `done`, or `failed` and the reason
when the result could not be kept.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from voice.errors import VoiceError
from voice.logs import configure_logging

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

    quiet_pipecat()
    from voice.evaluation.recordings.call_result import ResultFiles
    from voice.evaluation.recordings.examiner import Examiner
    from voice.evaluation.recordings.manifest import Recording
    from voice.evaluation.recordings.plan import Plan

    examiner = Examiner(Plan.load(folder / PLAN_FILE), scratch)
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


if __name__ == "__main__":
    raise SystemExit(main())
