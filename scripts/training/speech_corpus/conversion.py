"""One recorded voice turned into many: WORLD analysis, changed and put together again."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pyworld
from numpy.typing import NDArray
from scipy.signal import resample_poly

from training.speech_corpus.speech import Speech

RATE_HZ = 16000
_FRAME_MS = 5.0
_FFT_SIZE = 1024
_FORMANTS = (0.80, 1.25)
_PITCH = (0.5, 1.6)
_PITCH_HZ = (70.0, 320.0)


@dataclass(frozen=True)
class Analysis:
    """An utterance as WORLD sees it, in frames of 5 ms."""

    pitch: NDArray[np.float64]
    envelope: NDArray[np.float64]
    """(frames, 513) power."""
    aperiodicity: NDArray[np.float64]
    speech: Speech


def analyse(speech: Speech) -> Analysis:
    """Pitch, spectral envelope and aperiodicity of an utterance, at 16 kHz."""
    if speech.rate_hz == RATE_HZ:
        samples = speech.samples.astype(np.float64)
    else:
        samples = resample_poly(speech.samples, RATE_HZ, speech.rate_hz).astype(np.float64)
    coarse, times = pyworld.dio(samples, RATE_HZ, frame_period=_FRAME_MS)
    pitch = pyworld.stonemask(samples, coarse, times, RATE_HZ)
    envelope = pyworld.cheaptrick(samples, pitch, times, RATE_HZ, fft_size=_FFT_SIZE)
    aperiodicity = pyworld.d4c(samples, pitch, times, RATE_HZ, fft_size=_FFT_SIZE)
    return Analysis(pitch, envelope, aperiodicity, speech)


def another_speaker(analysis: Analysis, choices: random.Random) -> Speech:
    """The utterance by a random pseudo-speaker: formants, pitch, tempo, breath and smoothness."""
    pitch, envelope, breath = analysis.pitch, analysis.envelope, analysis.aperiodicity
    formants = choices.uniform(*_FORMANTS)
    envelope = np.exp(_warped(np.log(envelope + 1e-12), formants))
    if choices.random() < 0.5:
        envelope = _smoothed(envelope, choices.randint(18, 40))
    voiced = pitch > 0
    median = float(np.median(pitch[voiced])) if voiced.any() else 120.0
    # Small formant scale = long vocal tract = low voice, as in people; with a wide scatter.
    factor = float(np.clip(formants**1.6 * choices.lognormvariate(-0.08, 0.3), *_PITCH))
    centre = float(np.clip(median * factor, *_PITCH_HZ))
    liveliness = choices.choice([0.15, 0.5, 0.8, 1.0, 1.3, 1.7])
    pitch = np.where(voiced, centre * (np.maximum(pitch, 1.0) / median) ** liveliness, 0.0)
    breath = np.clip(breath ** choices.uniform(0.55, 1.9), 1e-4, 1.0)
    if choices.random() < 0.12:
        pitch = np.zeros_like(pitch)  # a whisper
    tempo = choices.uniform(0.8, 1.3)
    frame_ms = _FRAME_MS * tempo
    samples = pyworld.synthesize(
        np.ascontiguousarray(pitch),
        np.ascontiguousarray(envelope),
        np.ascontiguousarray(breath),
        RATE_HZ,
        frame_ms,
    )
    phones = tuple((start * tempo, phone) for start, phone in analysis.speech.phones)
    peak = float(np.abs(samples).max()) + 1e-9
    return Speech(
        (samples / peak * 0.7).astype(np.float32), RATE_HZ, phones, analysis.speech.inventory
    )


def _warped(spectrum: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Formants multiplied by `scale` (linear in frequency)."""
    bins = spectrum.shape[1]
    place = np.minimum(np.arange(bins) / scale, bins - 1.001)
    below = place.astype(int)
    part = place - below
    warped: NDArray[np.float64] = spectrum[:, below] * (1 - part) + spectrum[:, below + 1] * part
    return warped


def _smoothed(envelope: NDArray[np.float64], coefficients: int) -> NDArray[np.float64]:
    """The envelope as so many mel-cepstra tell it: the timbre of a parametric vocoder."""
    coded = pyworld.code_spectral_envelope(np.ascontiguousarray(envelope), RATE_HZ, coefficients)
    decoded: NDArray[np.float64] = pyworld.decode_spectral_envelope(coded, RATE_HZ, _FFT_SIZE)
    return decoded
