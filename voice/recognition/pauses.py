"""Long pauses within a recording are shortened for models that stop reading at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm, frame_levels
from voice.recognition.features import RATE_HZ

_FRAME_MS = 20
_FRAME = RATE_HZ * _FRAME_MS // 1000
_NOISE_SPREAD_DB = 6.0
"""Frames of a line's noise lie this far above its quietest at most."""
_UNHEARD_DB = 35.0
"""What lies so far below the speech is no part of it, whatever it is."""
_LEAST_DEPTH_DB = 12.0
"""What lies less far below may be speech."""


@dataclass(frozen=True)
class Shortened:
    """A recording at RATE_HZ without the middles of its long pauses."""

    pcm: Pcm
    parts: tuple[tuple[int, int], ...]
    """Where each part that was kept begins: (its first sample here, the same in the original)."""

    @property
    def groups(self) -> Iterator[tuple[int, Pcm]]:
        """Those parts: (first sample here, samples)."""
        begins = [here for here, _ in self.parts]
        return zip(begins, np.split(self.pcm, begins[1:]), strict=True)

    def original(self, sample: int) -> int:
        """Where that sample lies in the original."""
        return max(sample - here + there for here, there in self.parts if here <= sample)


def shortened(pcm: Pcm, longest_seconds: float) -> Shortened:
    """Cut pauses of a recording at RATE_HZ down to `longest_seconds`; 0 leaves all as it is.

    Only what is plainly no speech counts as a pause: where noise hides the pauses, none is found.
    """
    if not longest_seconds:
        return Shortened(pcm, ((0, 0),))
    kept = np.ones(len(pcm), bool)
    half = round(longest_seconds * RATE_HZ / 2)
    for first, end in _pauses(pcm):
        kept[first + half : max(0, end - half)] = False
    starts = np.flatnonzero(kept & ~np.concatenate([[False], kept[:-1]]))
    here = np.cumsum(kept)[starts] - 1
    parts = tuple(zip(here.tolist(), starts.tolist(), strict=True))
    return Shortened(pcm[kept], parts or ((0, 0),))


def _pauses(pcm: Pcm) -> NDArray[np.int64]:
    """Stretches without speech, as first samples and ends, shape (pauses, 2)."""
    levels = frame_levels(pcm, RATE_HZ, _FRAME_MS)
    if not len(levels):
        return np.zeros((0, 2), np.int64)
    noise, speech = np.percentile(levels, [10, 95])
    most = min(max(noise + _NOISE_SPREAD_DB, speech - _UNHEARD_DB), speech - _LEAST_DEPTH_DB)
    edges = np.flatnonzero(np.diff(levels <= most, prepend=False, append=False))
    return edges.reshape(-1, 2) * _FRAME
