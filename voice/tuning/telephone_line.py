"""A telephone line: band limits, G.711, noise, clipping, lost packets, levels and rooms."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

Samples = NDArray[np.float32]

RATE_HZ = 8000
_BANDS_HZ = ((200, 3400), (280, 3450), (330, 3300), (100, 3700), (60, 3850))


@functools.cache
def _band(index: int) -> NDArray[np.float64]:
    sections: NDArray[np.float64] = butter(
        3, _BANDS_HZ[index], "bandpass", fs=RATE_HZ, output="sos"
    )
    return sections


def coloured_noise(length: int, exponent: float, random: np.random.Generator) -> Samples:
    """Noise whose power falls with frequency to the power of `exponent`; unit level."""
    size = 1 << (length - 1).bit_length()
    spectrum = np.fft.rfft(random.standard_normal(size))
    hertz = np.maximum(np.arange(len(spectrum)) * RATE_HZ / size, 60.0)
    noise = np.fft.irfft(spectrum / hertz ** (exponent / 2), size)[:length]
    return np.asarray(noise / (noise.std() + 1e-9), np.float32)


def hum(length: int, random: np.random.Generator) -> Samples:
    """The mains' harmonics; unit level."""
    mains = random.choice([50.0, 60.0])
    time = np.arange(length) / RATE_HZ
    wave = sum(
        random.uniform(0.1, 1.0) * np.sin(2 * np.pi * mains * k * time + random.uniform(0, 6.28))
        for k in range(2, 9)
    )
    return np.asarray(wave / (np.std(wave) + 1e-9), np.float32)


class TelephoneLine:
    """Turns clean speech at 8 kHz into what arrives over a telephone.

    Other speakers' utterances that went through are kept and serve as babble. Without `noisy`
    it has neither noise nor rooms nor a frequency response of its own, as a call over IP.
    """

    def __init__(self, random: np.random.Generator, noisy: bool = True) -> None:
        self._random = random
        self._noisy = noisy
        self._others: list[Samples] = []

    def __call__(self, speech: Samples) -> tuple[Samples, float]:
        """The line's output (8 kHz, -1..1) and by how many seconds the speech is shifted."""
        random = self._random
        loud = np.flatnonzero(np.abs(speech) > 0.01 * np.abs(speech).max())
        start = max(0, int(loud[0]) - 200)
        speech = speech[start : loud[-1] + 400]
        speech = speech / (np.sqrt(np.mean(speech**2)) + 1e-6)
        self._remember(speech)
        lead = int(RATE_HZ * random.uniform(0.02, 0.40))
        tail = int(RATE_HZ * random.uniform(0.05, 0.45))
        signal = np.concatenate(
            [np.zeros(lead, np.float32), speech, np.zeros(tail, np.float32)]
        ).astype(np.float32)
        if self._noisy:
            signal = self._disturbed(signal)
        signal = self._line(signal)
        return signal.astype(np.float32), (lead - start) / RATE_HZ

    def _remember(self, speech: Samples) -> None:
        if len(self._others) < 40:
            self._others.append(speech.astype(np.float32))
        else:
            self._others[self._random.integers(40)] = speech.astype(np.float32)

    def _disturbed(self, signal: Samples) -> Samples:
        random = self._random
        if random.random() < 0.15:
            signal = self._room(signal)
        if random.random() < 0.55:
            signal = self._equaliser(signal)
        if random.random() < 0.65:
            signal = signal + self._noise(len(signal))
        return signal

    def _room(self, signal: Samples) -> Samples:
        random = self._random
        seconds = random.uniform(0.05, 0.25)
        length = int(RATE_HZ * seconds)
        echo = random.standard_normal(length) * np.exp(-6.0 * np.arange(length) / length)
        response = np.concatenate([[1.0], echo * random.uniform(0.02, 0.12)])
        return np.asarray(fftconvolve(signal, response)[: len(signal)], np.float32)

    def _equaliser(self, signal: Samples) -> Samples:
        """A smooth random frequency response of +-8 dB."""
        size = 1 << (len(signal) - 1).bit_length()
        bins = size // 2 + 1
        points = self._random.uniform(-8, 8, 6)
        gain = np.interp(np.linspace(0, 5, bins), np.arange(6), points)
        spectrum = np.fft.rfft(signal, size) * 10 ** (gain / 20)
        return np.fft.irfft(spectrum, size)[: len(signal)].astype(np.float32)

    def _noise(self, length: int) -> Samples:
        random = self._random
        ratio_db = random.uniform(8, 40)
        kind = random.random()
        if kind < 0.7 or not self._others:
            noise = coloured_noise(length, random.uniform(0, 2), random)
        elif kind < 0.85:
            noise = hum(length, random)
        else:
            noise = np.zeros(length, np.float32)
            for _ in range(random.integers(2, 6)):
                other = self._others[random.integers(len(self._others))]
                noise += np.resize(np.roll(other, random.integers(len(other))), length)
            noise /= noise.std() + 1e-9
            ratio_db = max(ratio_db, 14.0)
        return (noise * 10 ** (-ratio_db / 20)).astype(np.float32)

    def _line(self, signal: Samples) -> Samples:
        random = self._random
        signal = sosfilt(_band(int(random.integers(len(_BANDS_HZ)))), signal)
        if random.random() < 0.08:
            limit = np.abs(signal).max() * random.uniform(0.25, 0.7)
            signal = np.clip(signal, -limit, limit)
        signal = signal / (np.abs(signal).max() + 1e-9) * 10 ** (-random.uniform(1, 26) / 20)
        if random.random() < 0.85:
            signal = companded(signal)
        if random.random() < 0.12:
            for _ in range(random.integers(1, 4)):
                at = random.integers(0, max(1, len(signal) - 160))
                signal[at : at + 160] = 0.0
        return signal.astype(np.float32)


def companded(signal: NDArray[np.floating]) -> NDArray[np.floating]:
    """Through G.711 mu-law's quantisation."""
    code = np.sign(signal) * np.log1p(255 * np.abs(signal)) / np.log(256)
    code = np.round(code * 127) / 127
    decoded: NDArray[np.floating] = np.sign(code) * np.expm1(np.abs(code) * np.log(256)) / 255
    return decoded
