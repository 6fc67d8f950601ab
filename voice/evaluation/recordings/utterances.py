"""Where a recorded caller speaks, by level alone: found with the whole recording at hand.

The call's own voice-activity detection is what is judged, so it is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.evaluation.latency import END_OF_SPEECH_DB

FRAME_MS = 20
BRIDGED_MS = 1000
"""A shorter pause lies within an utterance: who answers in it cuts in."""
SHORTEST_MS = 120
ABOVE_NOISE_DB = 12.0
NOISE_PERCENTILE = 10
QUIETEST_SPEECH_DBFS = -50.0


@dataclass(frozen=True)
class SpeechStretch:
    """A stretch of speech, in ms of the recording; the end is its last 20 ms above -40 dB."""

    start_ms: int
    end_ms: int


def utterances(peaks_dbfs: Sequence[float]) -> list[SpeechStretch]:
    """The utterances of a recording, from the peak level of each of its 20 ms."""
    peaks = np.asarray(peaks_dbfs, np.float64)
    if not len(peaks):
        return []
    noise = float(np.percentile(peaks, NOISE_PERCENTILE)) + ABOVE_NOISE_DB
    lowest = max(QUIETEST_SPEECH_DBFS, float(peaks.max()) + END_OF_SPEECH_DB)
    # Where most of a recording is speech, its quietest tenth is no noise.
    threshold = max(lowest, min(noise, float(peaks.max()) - ABOVE_NOISE_DB))
    loud = np.flatnonzero(peaks > threshold)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) * FRAME_MS > BRIDGED_MS) + 1
    return [
        SpeechStretch(int(run[0]) * FRAME_MS, _end_ms(peaks, run))
        for run in np.split(loud, breaks)
        if len(run) * FRAME_MS >= SHORTEST_MS
    ]


def _end_ms(peaks: NDArray[np.float64], run: NDArray[np.int64]) -> int:
    own = peaks[run].max() + END_OF_SPEECH_DB
    return (int(run[peaks[run] > own][-1]) + 1) * FRAME_MS
