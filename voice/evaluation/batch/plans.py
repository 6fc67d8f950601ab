"""What a run does, in a file of its folder: an interrupted run goes on as it began."""

from __future__ import annotations

import datetime
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from voice.errors import VoiceError
from voice.evaluation.batch.result_files import ResultFiles

PLAN_FILE = "plan.json"
RESULTS_FOLDER = "calls"


def today() -> str:
    """UTC; SOURCE_DATE_EPOCH (seconds) stands for another day, for the same bytes on any."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = int(fixed) if fixed.isdecimal() else time.time()
    return datetime.datetime.fromtimestamp(now, datetime.UTC).date().isoformat()


@dataclass(frozen=True)
class SavedPlan:
    """A dataclass of plain values."""

    def to_json(self) -> str:
        """As it is saved."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote."""
        return cls(**json.loads(text))

    def save(self, file: Path) -> None:
        """Write JSON; raises VoiceError."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.to_json() + "\n", encoding="utf-8")
        except OSError as error:
            raise VoiceError(f"{file}: cannot be written: {error.strerror}") from None

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read it back; raises VoiceError when it is no plan of this version."""
        try:
            return cls.from_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError) as error:
            raise VoiceError(f"{file}: not the plan of a run: {error}") from None

    def prepare(self, folder: Path, fresh: bool) -> Self:
        """The run in `folder`, which is this one, begun or to be gone on with; raises VoiceError.

        A folder that holds another run is left alone, unless `fresh` says to begin anew.
        """
        file = folder / PLAN_FILE
        if file.exists():
            if fresh:
                ResultFiles(folder / RESULTS_FOLDER).remove()
            elif (begun := self.load(file)) != self:
                raise VoiceError(
                    f"{folder}: holds a run of other calls, settings, models or costs; "
                    "choose another --out, or --fresh to throw that run away"
                )
            else:
                return begun
        self.save(file)
        return self
