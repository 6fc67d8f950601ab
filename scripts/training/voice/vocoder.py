"""Features to sound without a trained weight: pulses and noise through a minimum-phase filter.

Everything is a matrix product, a convolution or a sum, so the whole of it lies in the ONNX graph.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.voice.features import BINS, COSINES, FFT_SIZE, HOP, SAMPLE_RATE, SINES

_NOISE_SAMPLES: Final = 65_521
"""Length of the noise that is repeated; prime, so that it meets no period."""
_TOP_HARMONIC_HZ: Final = 7800.0
_LOUDEST_LOG: Final = 6.0
"""Limit of the filter's log magnitude; a broken prediction cannot explode."""


def _buffer(values: np.ndarray) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)


class SourceFilterVocoder(nn.Module):
    """log F0, voicing, mel-cepstrum and aperiodicity per 5 ms -> waveform at 16 kHz."""

    def __init__(self) -> None:
        super().__init__()
        window_time, fft_time = np.arange(2 * HOP), np.arange(FFT_SIZE)
        bins = np.arange(BINS)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * window_time / (2 * HOP))
        turn = 2 * np.pi * np.outer(bins, window_time) / FFT_SIZE
        analysis = np.concatenate([window * np.cos(turn), -window * np.sin(turn)])
        twice = np.where((bins == 0) | (bins == BINS - 1), 1.0, 2.0)[:, None] / FFT_SIZE
        turn = 2 * np.pi * np.outer(bins, fft_time) / FFT_SIZE
        synthesis = np.concatenate([twice * np.cos(turn), -twice * np.sin(turn)])
        hertz = bins * SAMPLE_RATE / FFT_SIZE
        nyquist = SAMPLE_RATE / 2
        noise = np.random.default_rng(7).standard_normal(_NOISE_SAMPLES)
        self.register_buffer("analysis", _buffer(analysis)[:, None])
        self.register_buffer("synthesis", _buffer(synthesis)[:, None])
        self.register_buffer("cosines", _buffer(COSINES))
        self.register_buffer("sines", _buffer(-SINES))
        self.register_buffer("noise", _buffer(noise))
        # aperiodicity (dB) by frequency: WORLD's line through 3 kHz, and the least there is
        self.register_buffer("base", _buffer(np.interp(hertz, [0, 3000, nyquist], [-60, 0, 0])))
        self.register_buffer("slope", _buffer(np.interp(hertz, [0, 3000, nyquist], [0, 1, 0])))
        self.register_buffer(
            "least",
            _buffer(np.interp(hertz, [0, 2000, 4500, nyquist], [-48.0, -30.0, -14.0, -6.0])),
        )

    def forward(
        self, log_f0: Tensor, voiced: Tensor, cepstrum: Tensor, band: Tensor, noise_gain: Tensor
    ) -> Tensor:
        """Each [batch, frames] (cepstrum [batch, frames, CEPSTRA]) -> [batch, 1, frames * HOP]."""
        samples = log_f0.shape[1] * HOP
        pulses = self._spectra(self._pulses(torch.exp(log_f0)))
        index = torch.arange(samples, device=log_f0.device)
        index = index - torch.div(index, _NOISE_SAMPLES, rounding_mode="floor") * _NOISE_SAMPLES
        noise = self._spectra(self.noise[index].unsqueeze(0) * noise_gain)
        decibel = torch.maximum(self.base + band.unsqueeze(-1) * self.slope, self.least)
        noisy = torch.pow(10.0, decibel.clamp(max=0.0) / 20)
        share = voiced.unsqueeze(-1)
        magnitude = torch.exp((cepstrum @ self.cosines).clamp(max=_LOUDEST_LOG))
        of_pulses = magnitude * share * torch.sqrt((1 - noisy * noisy).clamp(min=1e-6))
        of_noise = magnitude * torch.sqrt(share * noisy * noisy + (1 - share))
        spectrum = pulses * torch.cat([of_pulses, of_pulses], 2).transpose(1, 2)
        spectrum = spectrum + noise * torch.cat([of_noise, of_noise], 2).transpose(1, 2)
        real, imaginary = spectrum[:, :BINS], spectrum[:, BINS:]
        phase = (cepstrum @ self.sines).transpose(1, 2)
        cosine, sine = torch.cos(phase), torch.sin(phase)
        turned = torch.cat([real * cosine - imaginary * sine, real * sine + imaginary * cosine], 1)
        wave = functional.conv_transpose1d(turned, self.synthesis, stride=HOP)
        return wave[:, :, HOP : HOP + samples]

    def _spectra(self, excitation: Tensor) -> Tensor:
        """[batch, samples] -> real and imaginary parts [batch, 2 * BINS, frames]."""
        padded = functional.pad(excitation, (HOP, 0)).unsqueeze(1)
        return functional.conv1d(padded, self.analysis, stride=HOP)

    def _pulses(self, f0: Tensor) -> Tensor:
        """Band-limited pulses of unit power: all harmonics up to 7.8 kHz as one closed sum."""
        hertz = functional.interpolate(
            f0.unsqueeze(1), scale_factor=float(HOP), mode="linear", align_corners=False
        ).squeeze(1)
        turns = torch.cumsum(hertz.double() / SAMPLE_RATE, 1)  # float32 drifts in long sentences
        half = (turns - torch.floor(turns)).float() * math.pi
        order = 2 * torch.floor(_TOP_HARMONIC_HZ / hertz) + 1
        sine = torch.sin(half)
        at_peak = sine.abs() < 1e-4
        safe = torch.where(at_peak, torch.ones_like(sine), sine)
        kernel = torch.where(at_peak, order, torch.sin(order * half) / safe)
        return 0.5 * (kernel - 1) * torch.sqrt(4 * hertz / SAMPLE_RATE)
