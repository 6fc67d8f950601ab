"""Whether a new voice may take the place of an old one: it has to be understood as well."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.voice.measurement import Measured
from voice.evaluation.word_errors import WordErrors

FILES: Final = ("voice.onnx", "voice.onnx.json", "README.md")
MOST_ERRORS: Final = 0.25
"""Of the words by telephone that may be misheard of a voice that replaces none."""


@dataclass(frozen=True)
class Verdict:
    """What was decided, and why."""

    accepted: bool
    reason: str


def judge(new: Measured, old: Measured | None) -> Verdict:
    """Both heard the same sentences: by telephone, which counts, and in full band."""
    heard = new.voice.telephone
    if old is None:
        accepted = heard.rate <= MOST_ERRORS
        limit = f", {MOST_ERRORS:.0%} allowed for a first voice"
        return Verdict(accepted, f"{_errors(heard)} by telephone{limit}")
    before = old.voice.telephone
    accepted = heard.edits < before.edits or (
        heard.edits == before.edits and new.voice.full_band.edits <= old.voice.full_band.edits
    )
    return Verdict(accepted, f"{_errors(heard)} by telephone, {_errors(before)} of the old voice")


def _errors(heard: WordErrors) -> str:
    return f"{heard.edits} of {heard.words} words wrong"


def put_in_place(new: Path, place: Path) -> None:
    """Copy a voice that was accepted to where it is used."""
    place.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(new / name, place / name)
