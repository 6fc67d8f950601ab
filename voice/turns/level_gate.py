"""A gate that follows the noise floor, so that room tone and hum never count as speech."""

from __future__ import annotations

from collections import deque

_HISTORY_FRAMES = 150
"""Three seconds of 20 ms frames, from which the floor is taken."""
_FLOOR_PERCENTILE = 0.15
"""Even fluent speech is quieter than its mean for that share of the time."""
_SILENT_LINE_DBFS = -72.0
"""Below is a digitally silent line, or a lost packet, which says nothing about the room."""
_SILENT_LINE_FRAMES = 5
"""So much in a row is no lost packet: the line's floor is below that."""
_QUIETEST_FLOOR_DBFS = -66.0
_LOUDEST_FLOOR_DBFS = -24.0
_LOUDEST_EARLY_FLOOR_DBFS = -38.0
"""Before three seconds are known, louder sound may as well be a caller who speaks at once."""
_SETTLING_FRAMES = 20
"""Nothing passes in the first 0.4 s of a call: the line is not known yet."""
_REFRESH_FRAMES = 5
_LIFTED_FLOOR_DBFS = -50.0
_MOST_LIFT_DB = 15.0


class LevelGate:
    """Lets a frame pass that is clearly louder than the line's noise.

    The floor is a low percentile of the last three seconds: a hum that sets in is taken as noise
    once it has lasted that long, while speech keeps its own dips and so never closes the gate.
    """

    def __init__(self, margin_db: float = 7.0) -> None:
        self._margin = margin_db
        self._levels: deque[float] = deque(maxlen=_HISTORY_FRAMES)
        self._frames = self._silent_frames = 0
        self.floor_dbfs = _QUIETEST_FLOOR_DBFS
        """The noise floor as it is known now."""

    def passes(self, level_dbfs: float) -> bool:
        """Take the level of the next 20 ms frame; True when it stands out of the noise."""
        silent = level_dbfs <= _SILENT_LINE_DBFS
        self._silent_frames = self._silent_frames + 1 if silent else 0
        if not silent or self._silent_frames >= _SILENT_LINE_FRAMES:
            self._levels.append(max(level_dbfs, _SILENT_LINE_DBFS))
        self._frames += 1
        if self._frames % _REFRESH_FRAMES == 0 and self._levels:
            self._refresh()
        settled = self._frames > _SETTLING_FRAMES
        return settled and level_dbfs > self.floor_dbfs + self._margin

    @property
    def lift_db(self) -> float:
        """By how much a quiet line's sound is raised for detectors that miss quiet voices."""
        return min(max(_LIFTED_FLOOR_DBFS - self.floor_dbfs, 0.0), _MOST_LIFT_DB)

    def _refresh(self) -> None:
        low = sorted(self._levels)[int(len(self._levels) * _FLOOR_PERCENTILE)]
        known = len(self._levels) == _HISTORY_FRAMES
        highest = _LOUDEST_FLOOR_DBFS if known else _LOUDEST_EARLY_FLOOR_DBFS
        self.floor_dbfs = min(max(low, _QUIETEST_FLOOR_DBFS), highest)
