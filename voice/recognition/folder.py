"""A recogniser's folder: found, checked, and loaded by faster-whisper."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from numpy.typing import NDArray

from voice.errors import ModelError
from voice.model_folders import find_model
from voice.recognition.dialect import Dialect, read_dialect
from voice.recognition.errors import UnusableComputeType, UnusableDevice
from voice.recognition.greedy_search import GreedySearch
from voice.recognition.shared_encoder import decoder_alone
from voice.tokenizer_files import read_tokenizer

DESCRIPTION = "voice.json"
"""Beside the model: what our own models need differently from OpenAI's."""

SILENCE = "silence.npy"
"""Beside a model that reads short windows: what the decoder is given behind them, encoder states of
silence by position; float16 or float32, shape (positions of 20 ms, width)."""

_WHISPERS_SECONDS = 30.0
LONGEST_WINDOW_SECONDS = 29.0
"""A Whisper model has positions for 30 s, padding included."""

_REQUIRED = ("model.bin", "config.json", "tokenizer.json")
_MIB = 1 << 20


@dataclass(frozen=True)
class Description:
    """How a model wants to be used; the defaults suit OpenAI's Whisper models."""

    minimum_window_seconds: float = 10.0
    """Shorter audio is padded to this: models trained on 30 s lose words in short windows."""
    longest_window_seconds: float = LONGEST_WINDOW_SECONDS
    """Longer audio is cut at a quiet place."""
    longest_pause_seconds: float = 0.0
    """Longer pauses in what is said are shortened to this, for a model that stops reading there; 0:
    it reads over them. Of variants beside their base, the base's counts."""
    no_speech_threshold: float = 0.6
    """From this probability on, nobody spoke."""
    no_speech_confidence: float = 0.4
    """Unless the words are more certain than this (mean probability of a piece)."""
    confidence_slope: float = 1.0
    """Confidence is the mean log-probability of a piece, times this ..."""
    confidence_offset: float = 0.0
    """... plus this, exponentiated, at most 1."""
    length_penalty: float = 0.0
    """A beam compares hypotheses by their log-probability over their length to this power. By the
    mean of a piece (1), a Whisper model says twice what is said once and alone."""
    doubt_below: float = 0.0
    """A window whose pieces are less probable in the mean is read again, slower and faster."""
    silence_seconds: float = 0.0
    """So far from the start of a window the decoder is given encoder states, behind a shorter one
    those of SILENCE; 0 where it needs none but the window's."""
    dialect: Dialect | None = None
    """Of a variant: what it understands."""

    @property
    def window(self) -> tuple[float, float, float]:
        """What its decoder expects of an encoder's states: those of another may lack it."""
        return self.minimum_window_seconds, self.longest_window_seconds, self.silence_seconds


@dataclass(frozen=True)
class LoadedWhisper:
    """A model and how it wants to be used."""

    whisper: WhisperModel
    description: Description
    name: str
    silence: NDArray[np.float32] | None = None
    """See SILENCE; None for a model that needs none."""
    encodes: bool = True
    """False: it holds no encoder, and reads what its base's encoder makes of a window."""
    greedy: GreedySearch | None = None
    """What searches greedily instead of `whisper`, where that is quicker."""
    word_times: bool = False
    """Whether final transcripts say when each word was said, which takes a tenth more time."""


def load(
    model: str | Path,
    *,
    workers: int,
    compute_type: str,
    device: str = "cpu",
    threads: int = 1,
    word_times: bool = False,
    base: LoadedWhisper | None = None,
) -> LoadedWhisper:
    """Open a folder, or an embedded or installed model by its name; raises ModelError.

    `device` and `compute_type` are CTranslate2's; `threads` is the number for each worker. `base`:
    a loaded model; of one with the same encoder the decoder alone is loaded.
    """
    folder = Path(find_model("asr_models", str(model)))
    if not folder.is_dir():
        raise ModelError(
            f"recogniser {model}: neither a folder nor an installed model; `voice models pull` "
            "fetches those of `voice models list` from the hosts of [network] allow"
        )
    _check(folder)
    description, silence = _description(folder), _silence(folder)
    if description.silence_seconds and silence is None:
        raise ModelError(f"recogniser {folder}: it lacks {SILENCE}")
    with _decoder_alone(folder, description, base) as alone:
        try:
            whisper = WhisperModel(
                str(alone or folder),
                device=device,
                compute_type=compute_type,
                cpu_threads=threads,
                num_workers=workers,
            )
        except (OSError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise _refusal(folder, device, compute_type, error) from None
    # A variant does without: it would take as much memory once more.
    gains = base is None and device == "cpu" and compute_type == "int8"
    greedy, encodes = GreedySearch.of(folder, threads) if gains else None, alone is None
    return LoadedWhisper(whisper, description, str(folder), silence, encodes, greedy, word_times)


def _decoder_alone(
    folder: Path, description: Description, base: LoadedWhisper | None
) -> AbstractContextManager[Path | None]:
    """A variant without its encoder; None where that is not the one of its base."""
    dialect = description.dialect
    if base is None or dialect is None or not dialect.shares_encoder:
        return nullcontext()
    if description.window != base.description.window:
        return nullcontext()
    return decoder_alone(folder, Path(base.name))


def _silence(folder: Path) -> NDArray[np.float32] | None:
    file = folder / SILENCE
    if not file.exists():
        return None
    try:
        states: NDArray[np.float32] = np.load(file, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError) as error:
        raise ModelError(f"recogniser {file}: cannot be read: {error}") from None
    if states.ndim != 2 or not np.isfinite(states).all():
        raise ModelError(f"recogniser {file}: no table of encoder states")
    return states


def _check(folder: Path) -> None:
    missing = [name for name in _REQUIRED if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise ModelError(f"recogniser {folder}: not a Whisper folder, it lacks {missing[0]}")
    _read_json(folder / "config.json")
    read_tokenizer(folder / "tokenizer.json")
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
    dialect = read_dialect(told.pop("dialect"), file) if "dialect" in told else None
    for key, value in told.items():
        if key not in known:
            raise ModelError(f"recogniser {file}: unknown key {key}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ModelError(f"recogniser {file}: {key} must be a number")
    description = Description(**told, dialect=dialect)
    if not 0 <= description.minimum_window_seconds <= _WHISPERS_SECONDS:
        raise ModelError(
            f"recogniser {file}: minimum_window_seconds must be at least 0 and at most"
            f" {_WHISPERS_SECONDS:g}"
        )
    if not 0 < description.longest_window_seconds <= LONGEST_WINDOW_SECONDS:
        raise ModelError(
            f"recogniser {file}: longest_window_seconds must be above 0 and at most"
            f" {LONGEST_WINDOW_SECONDS:g}"
        )
    if not 0 <= description.longest_pause_seconds <= _WHISPERS_SECONDS:
        raise ModelError(
            f"recogniser {file}: longest_pause_seconds must be at least 0 and at most"
            f" {_WHISPERS_SECONDS:g}"
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


def _refusal(folder: Path, device: str, compute_type: str, error: Exception) -> ModelError:
    """One line for the user, and which part of the settings it is about."""
    first_line = (str(error) or type(error).__name__).strip().splitlines()[0]
    wanted = f"recogniser {folder}: {device} with {compute_type}: {first_line}"
    if "compute type" in first_line:
        return UnusableComputeType(wanted)
    if device != "cpu":
        return UnusableDevice(wanted)
    size = (folder / "model.bin").stat().st_size / _MIB
    return ModelError(f"recogniser {folder}: damaged ({first_line}; model.bin has {size:.1f} MiB)")
