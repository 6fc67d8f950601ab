"""How loud audio is, and making it louder, softer, or fade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice.audio.pcm import Pcm, samples_in

FULL_SCALE = 32768.0
SILENCE_DBFS = -100.0
"""What digital silence measures; nothing measures less."""


def dbfs(pcm: Pcm) -> float:
    """Root mean square in dB below full scale (a full-scale square wave is 0)."""
    if len(pcm) == 0:
        return SILENCE_DBFS
    samples = pcm.astype(np.float32)
    return _decibel(float(np.sqrt(np.dot(samples, samples) / len(samples))))


def peak_dbfs(pcm: Pcm) -> float:
    """The largest sample in dB below full scale."""
    return _decibel(float(np.abs(pcm.astype(np.int32)).max())) if len(pcm) else SILENCE_DBFS


def frame_levels(pcm: Pcm, sample_rate: int, frame_ms: float = 20) -> NDArray[np.float64]:
    """The level in dBFS of each whole frame, shape (frames,)."""
    length = samples_in(frame_ms, sample_rate)
    frames = pcm[: len(pcm) // length * length].reshape(-1, length).astype(np.float64)
    power = np.maximum(np.mean(frames**2, axis=1), 1e-9)
    levels: NDArray[np.float64] = 10 * np.log10(power / FULL_SCALE**2)
    return np.maximum(levels, SILENCE_DBFS)


def with_gain(pcm: Pcm, decibel: float) -> Pcm:
    """Louder (positive) or softer (negative), clipped."""
    return _scaled(pcm, 10 ** (decibel / 20))


def fade_out(pcm: Pcm) -> Pcm:
    """From full to nothing, linearly, over the whole of `pcm`."""
    return _scaled(pcm, np.linspace(1, 0, len(pcm)))


def fade_in(pcm: Pcm) -> Pcm:
    """From nothing to full, linearly, over the whole of `pcm`."""
    return _scaled(pcm, np.linspace(0, 1, len(pcm)))


def ramp(pcm: Pcm, from_db: float, to_db: float) -> Pcm:
    """From one gain to the other, evenly in decibels, over the whole of `pcm`; clipped."""
    return _scaled(pcm, 10 ** (np.linspace(from_db, to_db, len(pcm)) / 20))


def _scaled(pcm: Pcm, factor: float | NDArray[np.float64]) -> Pcm:
    scaled: Pcm = np.rint(pcm * factor).clip(-32768, 32767).astype(np.int16)
    return scaled


def _decibel(amplitude: float) -> float:
    if amplitude <= 0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, float(20 * np.log10(amplitude / FULL_SCALE)))
