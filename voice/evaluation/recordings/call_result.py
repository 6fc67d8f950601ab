"""What is kept of one evaluated call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from voice.errors import VoiceError
from voice.evaluation.batch import ResultFiles
from voice.evaluation.recordings.sound_files import Side
from voice.evaluation.word_errors import WordErrors
from voice.languages import DEFAULT


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


def to_json(result: CallResult, measured: Measured) -> str:
    """Both, in one line of ASCII: a name of a file may hold bytes that are no text."""
    return json.dumps({"result": asdict(result), "measured": asdict(measured)})


def read_result(file: Path) -> tuple[CallResult, Measured]:
    """What `to_json` wrote; raises VoiceError when it is missing or damaged."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        return _result(values["result"]), Measured(**values["measured"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VoiceError(f"{file}: not the result of a call: {error}") from None


def read_results(results: ResultFiles, count: int) -> Iterator[tuple[CallResult, Measured]]:
    """Those of the first `count` recordings, in order; missing ones are left out."""
    return (read_result(results.file(index)) for index in range(count) if results.has(index))


def _result(values: dict[str, Any]) -> CallResult:
    errors = values["errors"]
    values["errors"] = WordErrors(**errors) if errors is not None else None
    values["turns"] = tuple(TurnResult(**turn) for turn in values["turns"])
    values["heard"] = tuple(values["heard"])
    values["failures"], values["unmet"] = tuple(values["failures"]), tuple(values["unmet"])
    return CallResult(**values)
