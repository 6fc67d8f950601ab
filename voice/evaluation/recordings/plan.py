"""What a run does, written into its folder, so that an interrupted run goes on as it began."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from voice.evaluation.batch.plans import SavedPlan, today
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.sound_files import Side
from voice.evaluation.word_errors import NORMALISER
from voice.model_folders import ModelKind, find_model
from voice.models import models_named
from voice.settings import Settings

Part = Literal["all", "recognition"]


@dataclass(frozen=True)
class RecordingsPlan(SavedPlan):
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
    day: str = field(default_factory=today, compare=False)
    """On which the run began, as ISO 8601 writes it; a run may take several."""


def fingerprint_of(recordings: Iterable[ListedRecording], settings: Settings) -> tuple[int, str]:
    """How many recordings there are, and what tells them and the models from others."""
    digest, count = hashlib.sha256(), 0
    for recording in recordings:
        count += 1
        known = (recording.name, recording.text, recording.groups, recording.goal)
        digest.update(repr((*known, recording.caller_number)).encode())
    return count, hashlib.sha256(digest.digest() + fingerprint_of_models(settings)).hexdigest()


def models_of(settings: Settings) -> list[tuple[ModelKind, str]]:
    """The models that calls are answered with."""
    return [(kind, name) for _, kind, name in models_named(settings)]


def fingerprint_of_models(settings: Settings) -> bytes:
    """What tells the files of the models from others."""
    digest = hashlib.sha256()
    for kind, name in models_of(settings):
        folder = Path(find_model(kind, name))
        files = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        for file in files:
            if file.is_file():
                digest.update(
                    f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}".encode()
                )
    return digest.digest()
