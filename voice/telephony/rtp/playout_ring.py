"""What waits to be played to the caller, and the ledger of what was."""

from __future__ import annotations

from collections import deque

import numpy as np

from voice.audio.levels import fade_out, ramp, with_gain
from voice.audio.pcm import Pcm, silence

FADE_MS = 20
SOFTEST_DB = -60.0


class PlayoutRing:
    """A bounded queue of samples; the oldest give way when it is full.

    The call process sends up to 100 ms ahead, which hides its stalls; the capacity leaves the
    socket's own unevenness room above that.
    """

    def __init__(self, sample_rate: int, capacity_ms: int = 200) -> None:
        self._capacity = sample_rate * capacity_ms // 1000
        self._fade = sample_rate * FADE_MS // 1000
        self._chunks: deque[Pcm] = deque()
        self._waiting = 0
        self.played = 0
        """Samples that left for the caller."""
        self.dropped = 0
        """Samples that never left: flushed, or pushed out."""
        self._gain_db = self._wanted_db = 0.0

    @property
    def waiting(self) -> int:
        """Samples that have yet to leave."""
        return self._waiting

    def push(self, pcm: Pcm) -> None:
        """Queue samples."""
        self._chunks.append(pcm)
        self._waiting += len(pcm)
        while self._waiting > self._capacity:
            self.dropped += len(self._take(min(self._waiting - self._capacity, 160)))

    def pull(self, samples: int) -> Pcm | None:
        """What plays next, padded with silence to `samples`; None when nothing waits."""
        if not self._waiting:
            return None
        taken = self._take(samples)
        self.played += len(taken)
        if self._gain_db or self._wanted_db:
            taken = ramp(taken, self._gain_db, self._wanted_db)
            self._gain_db = self._wanted_db
        if len(taken) < samples:
            return _joined([taken, silence(samples - len(taken))])
        return taken

    def duck(self, gain_db: float) -> None:
        """From now on what leaves is so much softer (negative); 0: as it came."""
        self._wanted_db = min(0.0, max(SOFTEST_DB, gain_db))

    def flush(self) -> None:
        """Drop what waits, but for the next 20 ms, which fade out; what follows is as it came."""
        last = fade_out(with_gain(self._take(self._fade), self._gain_db))
        self._gain_db = self._wanted_db = 0.0
        self.dropped += self._waiting
        self._chunks.clear()
        self._chunks.append(last)
        self._waiting = len(last)

    def _take(self, samples: int) -> Pcm:
        """Remove up to so many of the oldest samples."""
        parts: list[Pcm] = []
        missing = samples
        while missing and self._chunks:
            chunk = self._chunks.popleft()
            if len(chunk) > missing:
                self._chunks.appendleft(chunk[missing:])
                chunk = chunk[:missing]
            parts.append(chunk)
            missing -= len(chunk)
        self._waiting -= samples - missing
        return parts[0] if len(parts) == 1 else _joined(parts)


def _joined(parts: list[Pcm]) -> Pcm:
    return np.concatenate(parts) if parts else silence(0)
