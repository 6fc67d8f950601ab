"""Tells the assistant's own voice coming back from the caller's: by correlation with what was sent.

A loudspeaker or a bad hybrid returns the outgoing sound some tens to hundreds of milliseconds
later, softer but otherwise alike; a caller's voice is not alike.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm

_OUT_SECONDS = 0.9
"""Longest echo path: ring, network both ways, and the room."""
_IN_SECONDS = 0.16
_LIKENESS = 0.45
"""Normalised correlation from which on it counts as echo; strange speech stays below 0.3."""
_FRAMES_PER_SECOND = 50


class EchoGuard:
    """Keeps the last second sent and the last moments received of one call."""

    def __init__(self) -> None:
        self._out: deque[Pcm] = deque(maxlen=round(_OUT_SECONDS * _FRAMES_PER_SECOND))
        self._in: deque[Pcm] = deque(maxlen=round(_IN_SECONDS * _FRAMES_PER_SECOND))

    def sent(self, frame: Pcm) -> None:
        """This frame goes out."""
        self._out.append(frame)

    def received(self, frame: Pcm) -> None:
        """This frame came in."""
        self._in.append(frame)

    def is_echo(self) -> bool:
        """Whether what came in just now is what went out a little earlier (0.5 ms of CPU)."""
        if not self._out or len(self._in) < (self._in.maxlen or 0):
            return False
        received = np.concatenate(list(self._in)).astype(np.float32)
        sent = np.concatenate(list(self._out)).astype(np.float32)
        return _likeness(received, sent) >= _LIKENESS


def _likeness(received: NDArray[np.float32], sent: NDArray[np.float32]) -> float:
    """Largest normalised correlation of `received` with any stretch of `sent`, 0 to 1."""
    length = len(received)
    energy = float(np.dot(received, received))
    if energy <= 0 or len(sent) < length:
        return 0.0
    size = 1 << (len(sent) + length - 1).bit_length()
    product = np.fft.rfft(sent, size) * np.conj(np.fft.rfft(received, size))
    correlation = np.fft.irfft(product, size)[: len(sent) - length + 1]
    summed = np.concatenate([[0.0], np.cumsum(sent.astype(np.float64) ** 2)])
    stretches = summed[length:] - summed[:-length]
    loud = stretches > 1e-3 * stretches.max()
    if not loud.any():
        return 0.0
    return float(np.max(np.abs(correlation[loud]) / np.sqrt(stretches[loud] * energy)))
