"""What the voice predicts per 5 ms: log F0, voicing, mel-cepstrum and aperiodicity (by WORLD)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

warnings.filterwarnings("ignore", "pkg_resources is deprecated")  # pyworld asks for its version
import pyworld  # noqa: E402

SAMPLE_RATE: Final = 16_000
"""Hertz; of the teacher's analysed audio and of the finished voice."""
HOP: Final = 80
"""Samples per analysis frame (5 ms)."""
FFT_SIZE: Final = 512
BINS: Final = FFT_SIZE // 2 + 1
CEPSTRA: Final = 40
"""Mel-cepstral coefficients per frame."""
WARPING: Final = 0.42
"""All-pass constant of the mel scale at 16 kHz."""
SIZE: Final = 2 + CEPSTRA + 1
"""Features per frame: log F0, voiced (0 or 1), cepstrum, band aperiodicity in dB."""

_NOISE_ONLY: Final = -0.5
"""Decibels of aperiodicity above which a frame is noise, whatever the F0 tracker says."""

FloatArray = NDArray[np.float64]


def _warped_frequencies() -> FloatArray:
    omega = np.linspace(0.0, np.pi, BINS)
    bent: FloatArray = np.arctan2(WARPING * np.sin(omega), 1 - WARPING * np.cos(omega))
    return omega + 2 * bent


_MEL: Final = _warped_frequencies()
COSINES: Final[FloatArray] = np.cos(np.outer(np.arange(CEPSTRA), _MEL))
"""[CEPSTRA, BINS]: log magnitude = cepstrum @ COSINES."""
SINES: Final[FloatArray] = np.sin(np.outer(np.arange(CEPSTRA), _MEL))
"""[CEPSTRA, BINS]: minimum phase = -cepstrum @ SINES."""


def _cepstrum_fit() -> FloatArray:
    """[BINS, CEPSTRA]: least squares from log magnitude, every mel weighing the same."""
    weight = np.sqrt(np.gradient(_MEL))
    return (np.linalg.pinv(COSINES.T * weight[:, None]) * weight[None]).T


_FIT: Final = _cepstrum_fit()


@dataclass(frozen=True)
class PitchRange:
    """Where a teacher's F0 lies, in Hertz."""

    low: float
    high: float


def analyse(audio: FloatArray, pitch: PitchRange) -> NDArray[np.float32]:
    """Features [frames, SIZE] of `audio` (16 kHz, -1 to 1); F0 is interpolated where unvoiced."""
    f0, times = pyworld.dio(
        audio, SAMPLE_RATE, f0_floor=pitch.low, f0_ceil=pitch.high, frame_period=5.0
    )
    f0 = pyworld.stonemask(audio, f0, times, SAMPLE_RATE)
    spectrum = pyworld.cheaptrick(audio, f0, times, SAMPLE_RATE, f0_floor=max(pitch.low, 71.0))
    size = 2 * (spectrum.shape[1] - 1)
    periodicity = pyworld.d4c(audio, f0, times, SAMPLE_RATE, threshold=0.85, fft_size=size)
    band = pyworld.code_aperiodicity(periodicity, SAMPLE_RATE)[:, :1]
    log_magnitude = 0.5 * np.log(spectrum[:, :: size // FFT_SIZE] + 1e-16)
    voiced = (f0 > 0) & (band[:, 0] < _NOISE_ONLY)
    frames = np.arange(len(f0))
    log_f0 = (
        np.interp(frames, frames[voiced], np.log(f0[voiced]))
        if voiced.any()
        else np.full(len(f0), np.log(pitch.low))
    )
    columns = [log_f0[:, None], voiced[:, None], log_magnitude @ _FIT, band]
    return np.concatenate(columns, axis=1).astype(np.float32)
