"""A recogniser's folder: found, checked, and loaded by faster-whisper."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faster_whisper import WhisperModel

from voice.errors import ModelError
from voice.model_folders import find_model

DESCRIPTION = "voice.json"
"""Beside the model: what our own models need differently from OpenAI's."""

LONGEST_WINDOW_SECONDS = 29.0
"""A Whisper model has positions for 30 s, padding included."""

_REQUIRED = ("model.bin", "config.json", "tokenizer.json")
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_MIB = 1 << 20


@dataclass(frozen=True)
class Description:
    """How a model wants to be used; the defaults suit OpenAI's Whisper models."""

    minimum_window_seconds: float = 10.0
    """Shorter audio is padded to this: models trained on 30 s lose words in short windows."""
    longest_window_seconds: float = LONGEST_WINDOW_SECONDS
    """Longer audio is cut at a quiet place."""
    no_speech_threshold: float = 0.6
    """From this probability on, nobody spoke."""
    no_speech_confidence: float = 0.4
    """Unless the words are more certain than this (mean probability of a piece)."""
    confidence_slope: float = 1.0
    """Confidence is the mean log-probability of a piece, times this ..."""
    confidence_offset: float = 0.0
    """... plus this, exponentiated, at most 1."""
    doubt_below: float = 0.0
    """A window whose pieces are less probable in the mean is read again, slower and faster."""


@dataclass(frozen=True)
class LoadedWhisper:
    """A model and how it wants to be used."""

    whisper: WhisperModel
    description: Description
    name: str


def load(model: str | Path, *, workers: int, compute_type: str) -> LoadedWhisper:
    """Open a folder, an embedded model's name or a hub name; raises ModelError."""
    name = find_model("asr_models", str(model))
    folder = Path(name)
    if folder.is_dir():
        _check(folder)
        description = _description(folder)
    elif _HUB_NAME.fullmatch(name) and not name.startswith("."):
        description = Description()
    else:
        raise ModelError(f"recogniser {name}: no such folder")
    try:
        whisper = WhisperModel(
            name, device="cpu", compute_type=compute_type, cpu_threads=1, num_workers=workers
        )
    except Exception as error:  # noqa: BLE001 - the tokenizer's parser raises bare Exception
        raise ModelError(_reason(name, folder, error)) from None
    return LoadedWhisper(whisper, description, name)


def _check(folder: Path) -> None:
    missing = [name for name in _REQUIRED if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise ModelError(f"recogniser {folder}: not a Whisper folder, it lacks {missing[0]}")
    _read_json(folder / "config.json")
    with (folder / "model.bin").open("rb") as file:
        head = file.read(64)
    if b"WhisperSpec" not in head:
        raise ModelError(f"recogniser {folder}: model.bin is not a CTranslate2 Whisper model")


def _description(folder: Path) -> Description:
    file = folder / DESCRIPTION
    if not file.exists():
        return Description()
    told = _read_json(file)
    known = Description.__dataclass_fields__
    for key, value in told.items():
        if key not in known:
            raise ModelError(f"recogniser {file}: unknown key {key}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ModelError(f"recogniser {file}: {key} must be a number")
    description = Description(**told)
    if not 0 < description.longest_window_seconds <= LONGEST_WINDOW_SECONDS:
        raise ModelError(
            f"recogniser {file}: longest_window_seconds must be above 0 and at most"
            f" {LONGEST_WINDOW_SECONDS:g}"
        )
    return description


def _read_json(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"recogniser {file}: cannot be read: {error}") from None
    if not isinstance(told, dict):
        raise ModelError(f"recogniser {file}: a table of keys was expected")
    return told


def _reason(name: str, folder: Path, error: Exception) -> str:
    """One line for the user."""
    first_line = (str(error) or type(error).__name__).strip().splitlines()[0]
    if folder.is_dir():
        size = (folder / "model.bin").stat().st_size / _MIB
        return f"recogniser {name}: damaged ({first_line}; model.bin has {size:.1f} MiB)"
    if isinstance(error, ValueError) and "Invalid model size" in first_line:
        return f"recogniser {name}: neither a folder nor a known Whisper model"
    return f"recogniser {name}: not on this machine, and not fetched from the hub: {first_line}"
