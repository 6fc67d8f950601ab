"""Variants: a folder with a difference and its entry, and the whole model that is made of it.

The entry (`variant.yaml`) is one of the catalogue without sources: the difference lies beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from voice.model_folders import VARIANT
from voice.models.difference import DIFFERENCE, merge, save_difference
from voice.models.download import disk_error, hash_of

SILENCE_SECONDS = "silence_seconds"
"""In a variant's description: how far from a window's start its decoder wants encoder states."""

_WEIGHTS = "model.bin"
_SILENCE = "silence.npy"
_FRAMES_PER_SECOND = 100


def write_variant(
    folder: Path, entry: Mapping[str, Any], base: Path, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Fill `folder` with a difference from the weights in the file `base`, and with its entry.

    `entry` is what the catalogue says of it; its name is the folder's, its file is added.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / DIFFERENCE
    save_difference(file, hash_of(base), arrays, {"base": str(entry["base"])})
    known = {"path": DIFFERENCE, "size": file.stat().st_size, "sha256": hash_of(file)}
    text = yaml.safe_dump({"name": folder.name, **entry, "files": [known]}, sort_keys=False)
    (folder / VARIANT).write_text(text, "utf-8")


def assemble(
    base: Path, files: Iterable[str], staging: Path, silence_seconds: float = 0.0
) -> list[str]:
    """Make a whole model in `staging`, where the difference lies; returns the names of its files.

    What else its base has of `files` is copied, so that the base may be removed later. With
    `silence_seconds`, the states of so much silence are made, too: those of the base, as a tuned
    encoder imitates it. Raises ModelError when the difference does not fit or the disk is full.
    """
    try:
        merge(base / _WEIGHTS, staging / DIFFERENCE, staging / _WEIGHTS)
        made = [_WEIGHTS]
        for name in files:
            if not (staging / name).exists():
                shutil.copyfile(base / name, staging / name)
                made.append(name)
        if silence_seconds:
            np.save(staging / _SILENCE, silent_states(base, silence_seconds))
            made.append(_SILENCE)
    except OSError as error:
        raise disk_error(staging / _WEIGHTS, error) from None
    return made


def silent_states(model: Path, seconds: float) -> NDArray[np.float16]:
    """What the encoder makes of silence, shape (positions of 20 ms, width)."""
    import ctranslate2  # only an install needs it, and it takes its time

    whisper = ctranslate2.models.Whisper(str(model), compute_type="float32", intra_threads=1)
    frames = round(seconds * _FRAMES_PER_SECOND)
    silence = ctranslate2.StorageView.from_array(np.zeros((1, whisper.n_mels, frames), np.float32))
    states: NDArray[np.float32] = np.array(whisper.encode(silence, to_cpu=True))[0]
    return states.astype(np.float16)
