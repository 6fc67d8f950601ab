"""Sound without the constant that a faulty line adds to it."""

from __future__ import annotations

import numpy as np

from voice.audio.pcm import Pcm

_FOLLOWING = 0.1
"""How far a frame's mean moves what is taken for the offset: of 20 ms frames, it follows a step
within half a second and leaves voices alone."""


class OffsetRemover:
    """Takes a slowly changing DC offset from one stream of frames."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def removed(self, frame: Pcm) -> Pcm:
        """The next frame without it, clipped."""
        mean = float(frame.mean()) if len(frame) else 0.0
        if self._offset is None:
            self._offset = mean
        self._offset += _FOLLOWING * (mean - self._offset)
        offset = round(self._offset)
        if not offset:
            return frame
        moved: Pcm = (frame.astype(np.int32) - offset).clip(-32768, 32767).astype(np.int16)
        return moved
