"""What comes over a telephone when nobody speaks: silence, noise, tones, clicks, music, breath."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from voice.tuning.telephone_line import RATE_HZ, Samples, coloured_noise, companded, hum

_DTMF_LOW, _DTMF_HIGH = (697, 770, 852, 941), (1209, 1336, 1477)
_SIGNALLING = ((350, 440), (440, 480), (480, 620), (425,), (400, 450), (1400,), (1100,), (2100,))


def _time(length: int) -> NDArray[np.float64]:
    return np.arange(length) / RATE_HZ


def _tones(length: int, frequencies: tuple[float, ...]) -> Samples:
    wave = sum(np.sin(2 * np.pi * hertz * _time(length)) for hertz in frequencies)
    return np.asarray(wave / len(frequencies), np.float32)


def _silence(length: int, random: np.random.Generator) -> Samples:
    """Nothing, or the last bit of the codec flickering."""
    if random.random() < 0.4:
        return np.zeros(length, np.float32)
    return np.asarray(random.integers(-1, 2, length) * random.choice([1, 8]) / 32768, np.float32)


def _noise(length: int, random: np.random.Generator) -> Samples:
    slow = np.interp(_time(length), np.arange(12), random.uniform(0.2, 1.0, 12))
    steady = coloured_noise(length, random.uniform(0, 2), random)
    return (steady * (slow if random.random() < 0.5 else 1.0)).astype(np.float32)


def _signalling(length: int, random: np.random.Generator) -> Samples:
    tone = _tones(length, _SIGNALLING[random.integers(len(_SIGNALLING))])
    on, off = random.choice([(9.0, 0.1), (0.25, 0.25), (0.5, 0.5), (1.0, 4.0), (0.4, 0.2)])
    return np.where(_time(length) % (on + off) < on, tone, 0).astype(np.float32)


def _keys(length: int, random: np.random.Generator) -> Samples:
    signal = np.zeros(length, np.float32)
    for _ in range(random.integers(1, 6)):
        duration = int(RATE_HZ * random.uniform(0.05, 0.3))
        at = random.integers(0, max(1, length - duration))
        key = (random.choice(_DTMF_LOW), random.choice(_DTMF_HIGH))
        stretch = signal[at : at + duration]
        stretch += _tones(len(stretch), key)
    return signal


def _bursts(length: int, random: np.random.Generator) -> Samples:
    """Breaths, coughs, knocks and clicks: shaped noise of 5 to 500 ms."""
    signal = np.zeros(length, np.float32)
    for _ in range(random.integers(1, 6)):
        duration = int(RATE_HZ * 10 ** random.uniform(-2.3, -0.3))
        at = random.integers(0, max(1, length - duration))
        stretch = signal[at : at + duration]
        attack = random.uniform(0.02, 0.6)
        place = np.linspace(0, 1, len(stretch))
        shape = np.where(place < attack, place / attack, ((1 - place) / (1 - attack)) ** 2)
        stretch += coloured_noise(len(stretch) + 2, random.uniform(0, 2.5), random)[2:] * shape
    return signal


def _music(length: int, random: np.random.Generator) -> Samples:
    signal = np.zeros(length, np.float32)
    step = int(RATE_HZ * random.uniform(0.12, 0.6))
    for at in range(0, length, step):
        root = 110 * 2 ** (random.integers(0, 25) / 12)
        chord = tuple(root * ratio for ratio in random.choice([1, 1.26, 1.5, 2, 3, 4], 3))
        note = _tones(min(step, length - at), chord)
        signal[at : at + len(note)] += note * np.exp(
            -np.linspace(0, random.uniform(0, 4), len(note))
        )
    return signal


def _hum(length: int, random: np.random.Generator) -> Samples:
    return hum(length, random)


_KINDS: tuple[Callable[[int, np.random.Generator], Samples], ...] = (
    _silence, _noise, _noise, _signalling, _keys, _bursts, _bursts, _music, _hum,
)  # fmt: skip


def disturbance(random: np.random.Generator) -> Samples:
    """0.4 to 6 s of no speech, as it arrives at 8 kHz."""
    length = int(RATE_HZ * random.uniform(0.4, 6.0))
    signal = _KINDS[random.integers(len(_KINDS))](length, random)
    if random.random() < 0.5:
        signal = signal + coloured_noise(length, 1.0, random) * 10 ** random.uniform(-4, -1.3)
    peak = float(np.abs(signal).max())
    if peak > 0.001:
        signal = signal / peak * 10 ** (-random.uniform(2, 55) / 20)
    return companded(signal).astype(np.float32)
