"""What a run does, written into its folder, so that an interrupted run goes on as it began."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from voice.errors import VoiceError
from voice.evaluation.recordings.manifest import Recording
from voice.evaluation.recordings.sound_files import Side
from voice.evaluation.word_errors import NORMALISER
from voice.model_folders import ModelKind, find_model
from voice.settings import Settings

Part = Literal["all", "recognition"]

PLAN_FILE = "plan.json"
RESULTS_FOLDER = "calls"


def _today() -> str:
    """UTC; SOURCE_DATE_EPOCH (seconds) stands for another day, for the same bytes on any."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = int(fixed) if fixed.isdecimal() else time.time()
    return datetime.datetime.fromtimestamp(now, datetime.UTC).date().isoformat()


@dataclass(frozen=True)
class Plan:
    """One run; `fingerprint` tells it from runs of other recordings, settings or models."""

    recordings: int
    fingerprint: str
    part: Part
    side: Side
    from_answer: bool
    seed: int
    settings: str
    """As JSON."""
    costs: dict[str, Any] | None
    """The cost table; None where it is not needed."""
    normaliser: str = NORMALISER
    day: str = field(default_factory=_today, compare=False)
    """On which the run began, as ISO 8601 writes it; a run may take several."""

    def to_json(self) -> str:
        """As it is saved."""
        return json.dumps(asdict(self), indent=1)

    def save(self, file: Path) -> None:
        """Write JSON; raises VoiceError."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.to_json() + "\n", encoding="utf-8")
        except OSError as error:
            raise VoiceError(f"{file}: cannot be written: {error.strerror}") from None

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """What `to_json` wrote."""
        return cls(**json.loads(text))

    @classmethod
    def load(cls, file: Path) -> Plan:
        """Read it back; raises VoiceError when it is no plan of this version."""
        try:
            return cls.from_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError) as error:
            raise VoiceError(f"{file}: not the plan of a run: {error}") from None


def fingerprint_of(recordings: Iterable[Recording], settings: Settings) -> tuple[int, str]:
    """How many recordings there are, and what tells them and the models from others."""
    digest, count = hashlib.sha256(), 0
    for recording in recordings:
        count += 1
        known = (recording.name, recording.text, recording.groups, recording.goal)
        digest.update(repr((*known, recording.caller_number)).encode())
    models: tuple[tuple[ModelKind, str], ...] = (
        ("asr_models", settings.recognition.model),
        ("response_models", settings.response.model),
        ("tts_voices", settings.speech.voice),
        *(("tts_voices", voice) for voice in settings.speech.voices.values()),
    )
    for kind, name in models:
        folder = Path(find_model(kind, name))
        files = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        for file in files:
            if file.is_file():
                digest.update(
                    f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}".encode()
                )
    return count, digest.hexdigest()
