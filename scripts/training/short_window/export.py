"""Writes what was learned: a difference from the base, and the states of silence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from training.short_window.distillation import SHORTEST_FRAMES, Distillation
from voice.models.difference import DIFFERENCE, save_difference
from voice.models.download import hash_of
from voice.recognition.folder import DESCRIPTION, SILENCE


def export(run: Distillation, base: Path, target: Path) -> None:
    """Fill the folder of a variant; it is merged with its base when it is installed."""
    target.mkdir(parents=True, exist_ok=True)
    about = {"base": base.name, "window": "speech and 0.5 s, at least 2 s"}
    save_difference(
        target / DIFFERENCE, hash_of(base / "model.bin"), run.network.difference(), about
    )
    np.save(target / SILENCE, run.silence.numpy().astype(np.float16))
    description = {"minimum_window_seconds": SHORTEST_FRAMES / 100}
    (target / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n")
