"""Between sample rates: streaming with 3 ms of delay, or a whole recording at once."""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import numpy as np
import soxr
from numpy.typing import NDArray

from voice.audio.pcm import Pcm, silence

HALF_WIDTH_CYCLES = 24
"""The filter reaches so many samples of the lower rate to each side: 3 ms at 8 kHz."""
CUTOFF = 0.925
"""-6 dB point as a share of the lower Nyquist frequency: 3.7 kHz of 4; flat up to 3.4 kHz."""
KAISER_BETA = 5.65
"""Images and aliases 60 dB down."""


def resample(pcm: Pcm, source_hz: int, target_hz: int) -> Pcm:
    """A whole recording at another rate, at high quality and without delay."""
    if source_hz == target_hz:
        return pcm
    converted: Pcm = soxr.resample(pcm, source_hz, target_hz, quality="HQ")
    return converted


class Resampler:
    """Resamples a stream chunk by chunk: polyphase windowed sinc, at most 3 ms held back at 8 kHz.

    `push` any number of samples, and what is ready comes back; after `flush` the output has
    exactly the length of the input at the new rate and is aligned with it in time.
    """

    def __init__(self, source_hz: int, target_hz: int) -> None:
        divisor = gcd(source_hz, target_hz)
        self._up = target_hz // divisor
        self._down = source_hz // divisor
        self._same = source_hz == target_hz
        self._phases = _polyphase_filter(self._up, self._down)
        self._taps = self._phases.shape[1]
        self._half = self._taps // 2
        self._restart()

    def _restart(self) -> None:
        self._held = np.zeros(self._half - 1, np.float32)
        self._position = 0
        """Where the next output lies, in `1/up` input samples after the first complete window."""
        self._taken = 0
        self._given = 0

    @property
    def delay_samples(self) -> int:
        """How many input samples an output waits for."""
        return 0 if self._same else self._half

    def push(self, pcm: Pcm) -> Pcm:
        """Take samples at the source rate, return what is complete at the target rate."""
        if self._same or len(pcm) == 0:
            return pcm
        self._taken += len(pcm)
        self._held = np.concatenate((self._held, pcm.astype(np.float32)))
        windows = len(self._held) - self._taps + 1
        count = -(-(windows * self._up - self._position) // self._down)
        if windows <= 0 or count <= 0:
            return silence(0)
        ticks = self._position + self._down * np.arange(count)
        starts, phases = np.divmod(ticks, self._up)
        view = np.lib.stride_tricks.sliding_window_view(self._held, self._taps)
        output = np.einsum("ij,ij->i", view[starts], self._phases[phases])
        following = self._position + self._down * count
        consumed = min(following // self._up, len(self._held))
        self._held = self._held[consumed:]
        self._position = following - consumed * self._up
        self._given += count
        complete: Pcm = np.rint(output).clip(-32768, 32767).astype(np.int16)
        return complete

    def flush(self) -> Pcm:
        """The rest of the stream; the resampler is then ready for a new one."""
        if self._same:
            return silence(0)
        missing = -(-self._taken * self._up // self._down) - self._given
        rest = self.push(silence(self._taps + self._down // self._up))[:missing]
        self._restart()
        return rest


@lru_cache(maxsize=16)
def _polyphase_filter(up: int, down: int) -> NDArray[np.float32]:
    """One row of taps per output phase, shape (up, taps), each of unit gain."""
    slower = max(1.0, down / up)
    half = int(np.ceil(HALF_WIDTH_CYCLES * slower))
    offsets = np.arange(1 - half, half + 1) - np.arange(up)[:, np.newaxis] / up
    cutoff = CUTOFF / slower
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0, 1 - (offsets / half) ** 2)))
    taps = np.sinc(cutoff * offsets) * window
    unit_gain: NDArray[np.float32] = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
    return unit_gain
