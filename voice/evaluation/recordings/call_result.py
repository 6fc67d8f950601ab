"""What is kept of one evaluated call: one small file, written once and whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from voice.errors import VoiceError
from voice.evaluation.recordings.sound_files import Side
from voice.evaluation.word_errors import WordErrors
from voice.languages import DEFAULT

_PER_FOLDER = 1000


@dataclass(frozen=True)
class TurnResult:
    """One utterance of the caller and what became of it; ms are those of the recording."""

    start_ms: int
    end_ms: int
    recognised: str = ""
    response: str = ""
    voice_to_voice_ms: float | None = None
    end_of_turn_ms: float | None = None
    """From the caller's last sound to the decision that the turn was over."""
    cut_in: bool = False
    missed: bool = False
    cached: bool = False
    """The answer began with a fixed phrase from the cache: no latency of an engine."""
    stages_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CallResult:
    """One recording, evaluated; the same for the same recording, models, table and seed."""

    index: int
    name: str
    path: str
    side: Side = "left"
    """Where the caller is, in a stereo file."""
    groups: dict[str, str] = field(default_factory=dict)
    language: str = DEFAULT
    """What was spoken, as a tag; by it the words are compared."""
    failures: tuple[str, ...] = ()
    """Why it, or a part of it, could not be judged."""
    diverged: str = ""
    """Where and how the call left the way of the recorded one."""
    recording_seconds: float = 0.0
    """As its file says."""
    audio_seconds: float = 0.0
    """Of the recording, as far as it was heard."""
    call_seconds: float = 0.0
    """Virtual length of the call; 0 where only the recogniser ran."""
    reference: str | None = None
    recognised: str = ""
    heard: tuple[str, ...] = ()
    """The same turn by turn, as the call ended them."""
    errors: WordErrors | None = None
    turns: tuple[TurnResult, ...] = ()
    ended: str = ""
    task_success: bool | None = None
    unmet: tuple[str, ...] = ()
    """Conditions of the goal that were not met."""
    engine_seconds: dict[str, float] = field(default_factory=dict)
    """What each engine took, by the cost table."""


@dataclass(frozen=True)
class Measured:
    """What one evaluation of the call really took; differs from run to run."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of the whole process."""
    engine_cpu_seconds: dict[str, float] = field(default_factory=dict)


class ResultFiles:
    """The results of a run, one file each, found by the recording's index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, index: int) -> bool:
        """Whether this recording was evaluated before."""
        return self._file(index).exists()

    def write(self, result: CallResult, measured: Measured) -> None:
        """Keep a result, whole or not at all; raises VoiceError when the disk does not take it."""
        file = self._file(result.index)
        values = {"result": asdict(result), "measured": asdict(measured)}
        partial = file.with_name(f"{file.name}.{os.getpid()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("w", encoding="utf-8", errors="backslashreplace") as writing:
                writing.write(json.dumps(values, ensure_ascii=False) + "\n")
                writing.flush()
                os.fsync(writing.fileno())
            partial.replace(file)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise VoiceError(f"{file}: cannot be written: {error.strerror}") from None

    def read(self, index: int) -> tuple[CallResult, Measured]:
        """One result; raises VoiceError when it is missing or damaged."""
        file = self._file(index)
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
            return _result(values["result"]), Measured(**values["measured"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VoiceError(f"{file}: not the result of a call: {error}") from None

    def all(self, count: int) -> Iterator[tuple[CallResult, Measured]]:
        """The results of the first `count` recordings, in order; missing ones are left out."""
        return (self.read(index) for index in range(count) if self.has(index))

    def _file(self, index: int) -> Path:
        return self._folder / f"{index // _PER_FOLDER:04d}" / f"{index:07d}.json"


def _result(values: dict[str, Any]) -> CallResult:
    errors = values["errors"]
    values["errors"] = WordErrors(**errors) if errors is not None else None
    values["turns"] = tuple(TurnResult(**turn) for turn in values["turns"])
    values["heard"] = tuple(values["heard"])
    values["failures"], values["unmet"] = tuple(values["failures"]), tuple(values["unmet"])
    return CallResult(**values)
