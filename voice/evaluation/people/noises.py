"""Sounds of a line on which nobody says a word: noises, tones and music, made by numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm

SAMPLE_RATE = 8000
"""Hz."""
SECONDS = 12.0
_FULL_SCALE = 32767.0
_LOWEST_HZ = 60.0
"""Below, coloured noise grows no louder: no telephone would carry it."""

Sound = NDArray[np.float64]
"""Samples at SAMPLE_RATE, full scale +-1, shape (n,)."""


def noises(seed: int = 1) -> Mapping[str, Pcm]:
    """Twelve of them, SECONDS each, the same for the same seed."""
    return {kind: noise(kind, seed) for kind in KINDS}


def noise(kind: str, seed: int = 1) -> Pcm:
    """One of KINDS."""
    return _to_pcm(_RECIPES[kind](np.random.default_rng([seed, KINDS.index(kind)])))


def _to_pcm(sound: Sound) -> Pcm:
    pcm: Pcm = np.rint(sound.clip(-1, 1) * _FULL_SCALE).astype(np.int16)
    return pcm


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def _coloured(random: np.random.Generator, seconds: float, slope: float, peak: float) -> Sound:
    """Noise whose power falls with frequency to the `slope`: 0 white, 1 pink, 2 brown."""
    count = _samples(seconds)
    spectrum = np.fft.rfft(random.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    shaped = spectrum / np.maximum(hertz, _LOWEST_HZ) ** (slope / 2)
    noise: Sound = np.fft.irfft(shaped, count)
    return _at_peak(noise, peak)


def _at_peak(sound: Sound, peak: float) -> Sound:
    loudest: Sound = sound * (peak / np.abs(sound).max())
    return loudest


def _tones(seconds: float, frequencies: Sequence[float], peak: float) -> Sound:
    """Sines of these Hz at once."""
    angles = 2 * np.pi * np.outer(frequencies, np.arange(_samples(seconds)) / SAMPLE_RATE)
    return _at_peak(np.sin(angles).sum(axis=0), peak)


def _swelling(sound: Sound) -> Sound:
    """From nothing to full and back."""
    swollen: Sound = sound * np.hanning(len(sound))
    return swollen


def _again_and_again(piece: Callable[[], Sound], pause_seconds: float) -> Sound:
    """Pieces with pauses between them, until SECONDS are full."""
    pause = np.zeros(_samples(pause_seconds))
    parts: list[Sound] = []
    while sum(map(len, parts)) < _samples(SECONDS):
        parts += [pause, piece()]
    return np.concatenate(parts)[: _samples(SECONDS)]


def _hum(_: np.random.Generator) -> Sound:
    """Of the mains, with its harmonics."""
    hum = np.zeros(_samples(SECONDS))
    for number in (1, 2, 3, 5, 7):
        hum += _tones(SECONDS, [50.0 * number], 0.3 / number)
    return hum


def _crackle(random: np.random.Generator) -> Sound:
    """A bad contact: clicks at random, some of them many at once."""
    clicks = random.random(_samples(SECONDS)) < 0.002
    heights = random.uniform(-0.9, 0.9, len(clicks)) * clicks
    return np.convolve(heights, np.exp(-np.arange(24) / 6.0), "same")


def _typing(random: np.random.Generator) -> Sound:
    """Keys of a keyboard beside the telephone."""

    def key() -> Sound:
        stroke = _coloured(random, 0.03, 0.0, random.uniform(0.2, 0.6))
        gap = np.zeros(_samples(random.uniform(0.06, 0.3)))
        return np.concatenate([stroke * np.exp(-np.arange(len(stroke)) / 60.0), gap])

    return _again_and_again(lambda: np.concatenate([key() for _ in range(12)]), 0.8)


def _melody(random: np.random.Generator) -> Sound:
    """Music on hold: plucked chords of a scale, each note with overtones."""
    scale = 220.0 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16]) / 12)

    def chord() -> Sound:
        fading = np.exp(-np.arange(_samples(0.4)) / 1500.0)
        sound = np.zeros(len(fading))
        for root in random.choice(scale, 3, replace=False):
            sound += _tones(0.4, [root, 2 * root, 3 * root], 0.25)
        return sound * fading

    return _again_and_again(chord, 0.0)


_RECIPES: Mapping[str, Callable[[np.random.Generator], Sound]] = {
    "silence": lambda random: _coloured(random, SECONDS, 0.0, 0.001),
    "rumble": lambda random: _coloured(random, SECONDS, 2.0, 0.5),
    "gusts": lambda random: _again_and_again(
        lambda: _swelling(_coloured(random, 1.5, 2.0, 0.95)), 1.6
    ),
    "coughs": lambda random: _again_and_again(
        lambda: _swelling(_coloured(random, 0.35, 1.0, 0.8)), 1.6
    ),
    "breath": lambda random: _again_and_again(
        lambda: _swelling(_coloured(random, 1.1, 0.5, 0.15)), 0.9
    ),
    "ringing": lambda _: _again_and_again(lambda: _tones(2.0, [440, 480], 0.6), 2.0),
    "busy": lambda _: _again_and_again(lambda: _tones(0.5, [480, 620], 0.6), 0.5),
    "fax": lambda _: _again_and_again(lambda: _tones(0.5, [1100], 0.5), 3.0),
    "hum": _hum,
    "crackle": _crackle,
    "typing": _typing,
    "melody": _melody,
}
KINDS = tuple(_RECIPES)
