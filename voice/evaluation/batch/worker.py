"""`python -m voice.evaluation.batch.worker`: a worker in a process of its own.

The first line on standard input is its assignment. It loads the models and says `ready`; then it
takes one task a line, and answers each with one line.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.batch.examiners import Assignment, answered, examiner_of
from voice.logs import configure_logging

USER_ERROR_STATUS = 2


def main() -> int:
    """Serve until standard input ends; the exit status."""
    configure_logging("error", f"evaluation-{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(prefix="voice-evaluation-") as scratch:
            examiner = examiner_of(Assignment.from_json(sys.stdin.readline()), Path(scratch))
            with closing(examiner):
                print("ready", flush=True)
                for line in sys.stdin:
                    print(answered(examiner, line), flush=True)
    except VoiceError as error:
        print(f"voice: {error}", file=sys.stderr)
        return USER_ERROR_STATUS
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
