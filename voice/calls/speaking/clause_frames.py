"""A clause's sound as it is sent: frame by frame, each as soon as it is made."""

from __future__ import annotations

from functools import partial
from math import ceil

import numpy as np

from voice.audio import Pcm
from voice.calls.failures import patiently
from voice.speech import SpokenClause

FRAME_SECONDS = 0.02


class ClauseFrames:
    """Frames of FRAME_SECONDS; the last one is filled up with silence."""

    def __init__(self, spoken: SpokenClause, patience: float) -> None:
        """So many seconds are waited for a frame that is not made yet."""
        self._spoken = spoken
        self._patience = patience
        self.length = round(spoken.sample_rate * FRAME_SECONDS)
        """Samples of each."""

    def __len__(self) -> int:
        return ceil(len(self._spoken.pcm) / self.length)

    async def at(self, number: int) -> Pcm:
        """One frame; raises EngineFault where the voice does not make it."""
        start, end = number * self.length, (number + 1) * self.length
        if self._spoken.to_come is not None:
            await patiently(partial(self._spoken.made, end), self._patience, ())
        frame = self._spoken.pcm[start:end]
        missing = self.length - len(frame)
        return np.pad(frame, (0, missing)) if missing else frame
