"""The one kind of audio inside: mono int16 samples in a numpy array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]
"""Mono PCM, shape (n,), full scale +-32768; the sample rate travels beside it."""

_LITTLE_ENDIAN = np.dtype("<i2")


def silence(samples: int) -> Pcm:
    """So many zero samples."""
    return np.zeros(samples, np.int16)


def interleaved(left: Pcm, right: Pcm) -> NDArray[np.int16]:
    """Both sides as frames, shape (n, 2); the shorter one is followed by silence."""
    both = np.zeros((max(len(left), len(right)), 2), np.int16)
    both[: len(left), 0] = left
    both[: len(right), 1] = right
    return both


def to_bytes(pcm: Pcm) -> bytes:
    """Signed 16-bit little-endian bytes."""
    return pcm.astype(_LITTLE_ENDIAN, copy=False).tobytes()


def from_bytes(data: bytes | bytearray | memoryview) -> Pcm:
    """Samples from signed 16-bit little-endian bytes; raises ValueError on half a sample."""
    if len(data) % 2:
        raise ValueError(f"PCM of {len(data)} bytes ends within a sample")
    return np.frombuffer(data, _LITTLE_ENDIAN).astype(np.int16, copy=False)


def samples_in(milliseconds: float, sample_rate: int) -> int:
    """How many samples last so many milliseconds, rounded."""
    return round(milliseconds * sample_rate / 1000)


def seconds_of(pcm: Pcm, sample_rate: int) -> float:
    """How long the samples last."""
    return len(pcm) / sample_rate


def mixed(*voices: Pcm) -> Pcm:
    """The sum of all voices, clipped; shorter ones are followed by silence."""
    total = np.zeros(max((len(voice) for voice in voices), default=0), np.int32)
    for voice in voices:
        total[: len(voice)] += voice
    return total.clip(-32768, 32767).astype(np.int16)
