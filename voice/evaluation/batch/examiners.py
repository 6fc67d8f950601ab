"""What a worker does, wherever it runs: it becomes an examiner, and answers each task by a line."""

from __future__ import annotations

import base64
import json
import os
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import voice
from voice.errors import VoiceError
from voice.evaluation.batch.model_hashes import ModelHash, require_same

_SETTINGS = "VOICE_"
"""How the variables of the settings begin."""
GIVEN = "given"
_DONE, _FAILED = "done ", "failed "


class NotExamined(VoiceError):
    """There is no result of a task, but may be another time."""


class Examiner(Protocol):
    """Examines one task after the other, with models that were loaded once."""

    def examine(self, task: str) -> str:
        """The task's result, both as JSON in one line; raises NotExamined."""
        ...

    def close(self) -> None:
        """Free what the end of the process does not."""
        ...


@dataclass(frozen=True)
class Assignment:
    """What a worker is to become."""

    examiner: str
    """`package.module:function`, which makes an Examiner of the plan and a folder of its own."""
    plan: str
    """As JSON."""
    models: Sequence[ModelHash] = ()
    """Which models the work is done with: others of the same name would give other results."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What the examiner finds in the folder GIVEN of its own one: base64, by relative path."""
    version: str = voice.__version__
    """Of the code that gave the assignment; another one would judge differently."""

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Assignment:
        """What `to_json` wrote."""
        told = json.loads(line)
        return cls(**{**told, "models": [ModelHash(**model) for model in told["models"]]})


def examiner_of(assignment: Assignment, scratch: Path) -> Examiner:
    """Load what is needed; raises VoiceError. `scratch` is a folder of its own."""
    if assignment.version != voice.__version__:
        raise VoiceError(
            f"version {voice.__version__} of voice is installed there, "
            f"and {assignment.version} is needed"
        )
    require_same(assignment.models)
    for place, content in assignment.files.items():
        file = scratch / GIVEN / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(content))
    for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
        del os.environ[name]  # would win over the plan's, which hold what the run began with
    # Imported here: the libraries read their switches from the environment when they load.
    from voice.calls.quiet import quiet_pipecat

    quiet_pipecat()
    make: Callable[[str, Path], Examiner] = pkgutil.resolve_name(assignment.examiner)
    return make(assignment.plan, scratch)


def answered(examiner: Examiner, task: str) -> str:
    """The answer to a task, in one line."""
    try:
        return _DONE + examiner.examine(task)
    except NotExamined as reason:
        return _FAILED + _printable(reason)


def result_of(answer: str) -> str:
    """The result in an answer; raises NotExamined."""
    if answer.startswith(_DONE):
        return answer.removeprefix(_DONE)
    raise NotExamined(answer.removeprefix(_FAILED))


def _printable(reason: NotExamined) -> str:
    """In one line; a name of a file may hold bytes that are no text."""
    return " ".join(str(reason).split()).encode(errors="backslashreplace").decode()
