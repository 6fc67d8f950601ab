"""The training material: sentences spoken, aligned and analysed, kept in shards on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from training.voice.features import HOP, SAMPLE_RATE, SIZE, PitchRange, analyse
from training.voice.teacher import Teacher, Utterance
from voice.errors import ModelError

SHARD: Final = 25
"""Sentences per shard; a finished shard is not made again."""
FRAMES_PER_SECOND: Final = 100
"""Durations are counted in frames of 10 ms: two analysis frames."""
_LEAD: Final = 0.03
_TAIL: Final = 0.09
"""Seconds of the silence around a sentence that are kept."""


@dataclass(frozen=True)
class Example:
    """One sentence: phoneme ids [n], frames of 10 ms per id [n], features [2 * frames, SIZE]."""

    ids: NDArray[np.int64]
    frames: NDArray[np.int64]
    features: NDArray[np.float32]

    @property
    def length(self) -> int:
        """Frames of 10 ms."""
        return int(self.frames.sum())


def prepare(teacher: Teacher, sentences: list[str], folder: Path) -> Iterator[Path]:
    """Make the shards that `folder` lacks, and yield each one's path once it is there.

    Raises ModelError when none of a shard's sentences can be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, len(sentences), SHARD):
        shard = folder / f"shard-{first // SHARD:03d}.npz"
        if not shard.exists():
            spoken = teacher.speak(sentences[first : first + SHARD])
            made = (_example(utterance, teacher.pitch) for utterance in spoken if utterance)
            usable = [example for example in made if example is not None]
            if not usable:
                raise ModelError(f"{shard}: nothing that the teacher said can be learned from")
            _write(usable, shard)
        yield shard


def read(shard: Path) -> list[Example]:
    """The examples of one shard."""
    with np.load(shard) as data:
        phonemes = np.cumsum(data["phonemes_each"])[:-1]
        ids, frames = np.split(data["ids"], phonemes), np.split(data["frames"], phonemes)
        ends = np.cumsum([2 * int(part.sum()) for part in frames])[:-1]
        features = np.split(data["features"].astype(np.float32), ends)
    return [Example(*parts) for parts in zip(ids, frames, features, strict=True)]


def _write(examples: list[Example], shard: Path) -> None:
    unfinished = shard.with_suffix(".part.npz")
    np.savez(
        unfinished,
        phonemes_each=[len(example.ids) for example in examples],
        ids=np.concatenate([example.ids for example in examples]),
        frames=np.concatenate([example.frames for example in examples]),
        features=np.concatenate([example.features for example in examples]).astype(np.float16),
    )
    os.replace(unfinished, shard)


def _example(utterance: Utterance, pitch: PitchRange) -> Example | None:
    """The sentence analysed; None where it hardly sounds."""
    seconds, start = _trim(utterance.seconds)
    edges = np.concatenate([[0.0], np.cumsum(np.maximum(seconds, 0.0))])
    places: NDArray[np.int64] = np.round(edges * FRAMES_PER_SECOND).astype(np.int64)
    frames = places[1:] - places[:-1]
    features = analyse(utterance.audio, pitch)
    first = round(start * SAMPLE_RATE / HOP)
    wanted = features[first : first + 2 * int(frames.sum())]
    missing = 2 * int(frames.sum()) - len(wanted)
    if missing > 4 or wanted[:, 1].sum() < 5:
        return None
    wanted = np.pad(wanted, ((0, missing), (0, 0)), mode="edge").reshape(-1, SIZE)
    ids = [DEFAULT_PHONEME_ID_MAP[phoneme][0] for phoneme in utterance.phonemes]
    return Example(np.array(ids, dtype=np.int64), frames, wanted)


def _trim(seconds: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Shorten the silence around the sentence; the times, and where the audio now starts."""
    trimmed = seconds.copy()
    cut = max(0.0, seconds[0] - _LEAD)
    trimmed[0] -= cut
    trimmed[-1] = min(seconds[-1], _TAIL)
    return trimmed, cut
