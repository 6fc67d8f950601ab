"""The caller's own voice is near; a television or somebody else in the room is softer."""

from __future__ import annotations

from collections import deque

_SOFTER_DB = 14.0
"""So much below the caller's own voice is somebody else's, or the television's."""
_SYLLABLE_FRAMES = 15
"""The loudest of the last 300 ms counts: softer sounds of the caller lie between louder ones."""
_TURNS = 3
"""The softest of the last few turns counts: one loud sound locks no caller out."""
_SHORTEST_FRAMES = 10
_LOUD = 0.8
"""Percentile of the levels of a turn's frames that counts as its own."""


class Foreground:
    """Learns from one caller's turns how loud they are, on the levels of 20 ms frames."""

    def __init__(self) -> None:
        self._turns: deque[float] = deque(maxlen=_TURNS)
        self._turn: list[float] = []
        self._recent: deque[float] = deque(maxlen=_SYLLABLE_FRAMES)

    def is_near(self, level_dbfs: float) -> bool:
        """Whether voice of this level in the next frame may be the caller's own."""
        self._recent.append(level_dbfs)
        return not self._turns or max(self._recent) >= min(self._turns) - _SOFTER_DB

    def quiet(self) -> None:
        """The next frame holds no voice."""
        if self._recent:
            self._recent.popleft()

    def spoke(self, level_dbfs: float) -> None:
        """A frame of the caller's turn holds voice of this level."""
        self._turn.append(level_dbfs)

    def turn_over(self) -> None:
        """What was heard since the turn before was the caller."""
        if len(self._turn) >= _SHORTEST_FRAMES:
            self._turns.append(sorted(self._turn)[int(_LOUD * len(self._turn))])
        self._turn.clear()
