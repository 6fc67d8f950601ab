"""Louder without clipping: loud moments are held down, the others are lifted."""

from __future__ import annotations

import numpy as np

from voice.audio.pcm import Pcm

CEILING = 10 ** (-1 / 20)
"""Of full scale: what no sample exceeds."""
_BLOCK_SECONDS = 0.005


def lifted(pcm: Pcm, decibel: float, sample_rate: int) -> Pcm:
    """By so many decibels louder, or softer where negative, as far as no peak comes over -1 dBFS.

    Around each peak the gain falls and rises over 5 ms, which is not heard as a change.
    """
    if not len(pcm):
        return pcm
    gain = 10 ** (decibel / 20)
    block = max(1, round(_BLOCK_SECONDS * sample_rate))
    padded = np.pad(pcm.astype(np.float64), (0, -len(pcm) % block)).reshape(-1, block)
    peaks = np.abs(padded).max(axis=1, initial=1.0)
    most = np.minimum(gain, CEILING * 32768 / peaks)
    edges = np.minimum(np.append(most[:1], most), np.append(most, most[-1:]))
    at = np.arange(padded.size) / block
    louder: Pcm = np.rint(padded.reshape(-1) * np.interp(at, np.arange(len(edges)), edges)).astype(
        np.int16
    )[: len(pcm)]
    return louder
