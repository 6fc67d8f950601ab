"""A worker as an actor of a Ray cluster: what is loaded on its node."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.batch.examiners import Assignment, Examiner, answered, examiner_of
from voice.logs import configure_logging
from voice.network import isolate


class ExaminerActor:
    """Loads its models once, then examines what it is given, one task at a time."""

    def __init__(self, room: str | None = None) -> None:
        """Keeps its files in the folder `room`, or where its node keeps such."""
        self._scratch = tempfile.TemporaryDirectory(prefix="voice-evaluation-", dir=room)
        self._examiner: Examiner | None = None

    def load(self, assignment: str) -> str:
        """Become what the assignment says; why that cannot be, or nothing."""
        isolate(os.environ)
        configure_logging("error", f"evaluation-{os.getpid()}")
        try:
            told = Assignment.from_json(assignment)
            self._examiner = examiner_of(told, Path(self._scratch.name))
        except VoiceError as error:
            return str(error)
        return ""

    def examine(self, task: str) -> str:
        """The answer to a task."""
        assert self._examiner is not None
        return answered(self._examiner, task)

    def close(self) -> str:
        """Leave nothing behind."""
        if self._examiner is not None:
            self._examiner.close()
        self._scratch.cleanup()
        return ""
