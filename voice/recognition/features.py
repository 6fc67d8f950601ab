"""From samples to mel frames, in windows as long as the audio and no longer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from voice.audio import Pcm, frame_levels, peak_dbfs

RATE_HZ = 16000
FRAMES_PER_SECOND = 100
PADDING_SECONDS = 0.5
"""Of silence behind the speech in every window: without it a Whisper model says things twice."""

_FULL_SCALE = 32768.0
_QUIETEST_PEAK_DBFS = -20.0
"""Softer speech is raised to this peak: the models know ordinary telephone levels."""
_MOST_GAIN_DB = 30.0
_SEARCHED_SHARE = 0.6
"""A cut lies in the last 40 % of a window."""
_MEASURE_MS = 200


def mel(pcm: Pcm, extractor: FeatureExtractor, minimum_seconds: float) -> NDArray[np.float32]:
    """Log-mel frames of 10 ms, shape (1, bins, even number of frames); `pcm` is at 16 kHz.

    At least PADDING_SECONDS of padding follow the audio; it is zero in normalised log-mel, as
    faster-whisper pads.
    """
    samples = pcm.astype(np.float32) / _FULL_SCALE * _gain(pcm)
    frames = len(pcm) // extractor.hop_length
    features = extractor(samples)[:, :frames]
    wanted = max(
        frames + round(PADDING_SECONDS * FRAMES_PER_SECOND),
        round(minimum_seconds * FRAMES_PER_SECOND),
    )
    wanted += wanted % 2
    padded = np.zeros((1, features.shape[0], wanted), np.float32)
    padded[0, :, :frames] = features
    return padded


def _gain(pcm: Pcm) -> float:
    missing_db = _QUIETEST_PEAK_DBFS - peak_dbfs(pcm)
    return float(10 ** (min(max(missing_db, 0.0), _MOST_GAIN_DB) / 20))


def windows(pcm: Pcm, longest_seconds: float) -> Iterator[tuple[int, Pcm]]:
    """Cut audio at 16 kHz into pieces of at most `longest_seconds`: (first sample, piece)."""
    longest = int(longest_seconds * RATE_HZ)
    start = 0
    while len(pcm) - start > longest:
        earliest = start + int(longest * _SEARCHED_SHARE)
        levels = frame_levels(pcm[earliest : start + longest], RATE_HZ, _MEASURE_MS)
        step = RATE_HZ * _MEASURE_MS // 1000
        end = earliest + int(np.argmin(levels)) * step + step // 2
        yield start, pcm[start:end]
        start = end
    yield start, pcm[start:]
