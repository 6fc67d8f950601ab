"""`python -m voice.evaluation.batch.worker FOLDER`: a worker in a process of its own.

The first line on standard input is its assignment. It loads the models and says `ready`; then it
takes one task a line, and answers each with one line. The folder is for its files alone, and goes
when it ends.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import closing
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.batch.examiners import Assignment, answered, examiner_of
from voice.logs import configure_logging

USER_ERROR_STATUS = 2


def main() -> int:
    """Serve until standard input ends; the exit status."""
    configure_logging("error", f"evaluation-{os.getpid()}")
    scratch = Path(sys.argv[1])
    try:
        examiner = examiner_of(Assignment.from_json(sys.stdin.readline()), scratch)
        with closing(examiner):
            print("ready", flush=True)
            for line in sys.stdin:
                print(answered(examiner, line), flush=True)
    except VoiceError as error:
        print(f"voice: {error}", file=sys.stderr)
        return USER_ERROR_STATUS
    finally:
        # Who made it may have been killed.
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
