"""Silence around speech, and how loud it is: all voices begin at once and sound as loud."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm

Samples = NDArray[np.float32]

LEVEL_DBFS = -23.0
"""Speech level (RMS while it sounds) that every voice is brought to."""
LOUDEST_GAIN = 30.0

ONSET_MARGIN = 0.015
"""Seconds kept before the first sound, which may begin softly."""
QUIET = 10 ** (-50 / 20)
"""Amplitude (RMS of 5 ms) below which the levelled voice is silent."""
PAUSE_AFTER = {".": 0.2, "!": 0.2, "?": 0.2, "…": 0.25, ",": 0.1, ";": 0.15, ":": 0.15}
"""Seconds of silence after a clause that ends so."""
PAUSE_ELSE = 0.05
_FRAME = 0.005


def trim(samples: Samples, sample_rate: int, pause: float) -> tuple[Samples, float]:
    """The speech with `pause` seconds of silence at its end, and how many seconds went in front.

    All silence gives no samples.
    """
    start, sounding_end = _sounding(samples, sample_rate)
    if not sounding_end:
        return samples[:0], 0.0
    end = sounding_end + round(pause * sample_rate)
    kept = samples[start:end]
    return np.pad(kept, (0, end - start - len(kept))), start / sample_rate


def onset(samples: Samples, sample_rate: int) -> int:
    """How many samples precede the speech; of an "s" a telephone carries next to nothing."""
    return _sounding(samples, sample_rate)[0]


def _sounding(samples: Samples, sample_rate: int) -> tuple[int, int]:
    """Where the speech begins, with the margin before it, and where it ends; 0, 0 without any."""
    frame = round(_FRAME * sample_rate)
    padded = np.pad(samples, (0, -len(samples) % frame)).reshape(-1, frame)
    loud = np.flatnonzero(np.sqrt((padded**2).mean(axis=1)) > QUIET)
    if not len(loud):
        return 0, 0
    start = max(0, int(loud[0]) * frame - round(ONSET_MARGIN * sample_rate))
    return start, min(len(samples), (int(loud[-1]) + 1) * frame)


def pause_after(text: str) -> float:
    """Seconds of silence that belong after `text`."""
    return PAUSE_AFTER.get(text.rstrip(" \"'”’)")[-1:], PAUSE_ELSE)


def speech_level(samples: Samples, sample_rate: int) -> float:
    """RMS (-1 to 1) of the frames that sound: those within 30 dB of the loudest."""
    frame = round(0.02 * sample_rate)
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    power = (whole.astype(np.float64) ** 2).mean(axis=1)
    if not len(power) or power.max() <= 0:
        return 0.0
    return float(np.sqrt(power[power > power.max() / 1000].mean()))


def levelling_gain(level: float) -> float:
    """What brings speech of that level to LEVEL_DBFS."""
    return float(min(LOUDEST_GAIN, 10 ** (LEVEL_DBFS / 20) / level))


def levelled(pcm: Pcm, sample_rate: int) -> Pcm:
    """Sound that is more than silence, brought to LEVEL_DBFS."""
    samples = pcm.astype(np.float32) / np.float32(32768)
    gain = levelling_gain(speech_level(samples, sample_rate))
    louder: Pcm = np.rint(samples * gain * 32767).clip(-32767, 32767).astype(np.int16)
    return louder
