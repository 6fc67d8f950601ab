"""Fills gaps of lost packets with the voice's last pitch period, fading to silence."""

from __future__ import annotations

import numpy as np

from voice.audio.pcm import Pcm, silence

HISTORY = 400
SHORTEST_PERIOD, LONGEST_PERIOD = 20, 133
"""Samples at 8 kHz: voices of 400 to 60 Hz."""
COMPARED = 160
BLEND = 32
"""Samples over which real sound takes over again."""
GAINS = (0.9, 0.6, 0.3)
"""For the first, second and third lost frame of 20 ms; silence after that."""


class Concealer:
    """Sees every frame that is played, and makes up the ones that are missing."""

    def __init__(self) -> None:
        self._history = np.zeros(HISTORY, np.int16)
        self._lost = 0

    def heard(self, frame: Pcm) -> Pcm:
        """A frame that came; after a gap its beginning is blended with what was made up."""
        if self._lost:
            bridge = self._continued(BLEND)
            ramp = np.linspace(0, 1, BLEND, endpoint=False)
            frame = frame.copy()
            frame[:BLEND] = frame[:BLEND] * ramp + bridge[: len(frame[:BLEND])] * (1 - ramp)
            self._lost = 0
        self._remember(frame)
        return frame

    def missing(self, samples: int) -> Pcm:
        """Something to hear in place of a frame that did not come."""
        frame = self._continued(samples)
        self._lost += 1
        self._remember(frame)
        return frame

    def quiet(self, samples: int) -> Pcm:
        """Nothing was sent here."""
        return self.heard(silence(samples))

    def _continued(self, samples: int) -> Pcm:
        if self._lost >= len(GAINS):
            return silence(samples)
        period = self._period()
        cycle = self._history[-period:]
        start = GAINS[self._lost - 1] if self._lost else 1.0
        gains = np.linspace(start, GAINS[self._lost], samples) / start
        repeated: Pcm = (np.resize(cycle, samples) * gains).astype(np.int16)
        return repeated

    def _period(self) -> int:
        """The lag at which the recent past resembles itself most."""
        past = self._history.astype(np.float64)
        recent = past[-COMPARED:]
        if not recent.any():
            return LONGEST_PERIOD
        reach = past[-COMPARED - LONGEST_PERIOD : -SHORTEST_PERIOD]
        products = np.correlate(reach, recent, "valid")
        energies = np.convolve(reach**2, np.ones(COMPARED), "valid")
        likeness = products / np.sqrt(energies + 1.0)
        return LONGEST_PERIOD - int(np.argmax(likeness))

    def _remember(self, frame: Pcm) -> None:
        self._history = np.concatenate((self._history, frame))[-HISTORY:]
