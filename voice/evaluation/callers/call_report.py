"""What a simulated caller writes down about its call; the only thing that leaves its process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from voice.errors import VoiceError
from voice.evaluation.callers.ears import HeardTurn
from voice.evaluation.latency import AudibleRun

MASKED = "(PIN)"


class GaveUp(StrEnum):
    """Reasons of a caller who ends a call because nothing comes of it."""

    NO_ANSWER = "no answer"
    TOO_LONG = "the call lasted too long"


@dataclass(frozen=True)
class SpokenTurn:
    """One thing that the caller said or typed; times are wall-clock seconds."""

    intent: str
    reference: str
    """The words, or `(PIN)` for a secret."""
    start: float
    """Send time of the first packet."""
    end: float
    """Send time of the packet with the last sample above -40 dB of the utterance's peak."""
    by_keys: bool = False
    interrupts: bool = False
    missed: bool = False
    """No assistant audio came within ten seconds."""


@dataclass
class CallReport:
    """One call from the caller's side."""

    scenario: str
    seed: int
    number: str
    call_id: str = ""
    dialled: float = 0.0
    answered: float = 0.0
    ended: float = 0.0
    ended_by: str = ""
    """`caller`, `assistant`, or `nobody` when it was never answered."""
    reason: str = ""
    turns: list[SpokenTurn] = field(default_factory=list)
    heard: list[HeardTurn] = field(default_factory=list)
    audible: list[AudibleRun] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    """Requests that were answered, as the caller understood it."""
    packet_gaps_ms: list[float] = field(default_factory=list)
    """Distances between successive packets of a talkspurt, by the kernel's receive times."""
    cpu_seconds: float = 0.0
    """CPU time of the caller's process during the call."""

    def save(self, file: Path) -> None:
        """Write JSON."""
        file.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, file: Path) -> CallReport:
        """Read it back; raises VoiceError when it is not a report."""
        try:
            values: dict[str, Any] = json.loads(file.read_text())
            values["turns"] = [SpokenTurn(**turn) for turn in values["turns"]]
            values["heard"] = [HeardTurn(**turn) for turn in values["heard"]]
            values["audible"] = [AudibleRun(**run) for run in values["audible"]]
            return cls(**values)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise VoiceError(f"{file}: not a caller's report: {error}") from None
