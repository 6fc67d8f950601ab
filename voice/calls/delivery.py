"""How the assistant speaks in one call: as quick and as loud as the caller wants it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from voice.languages import Remark

_PACES = (0.8, 1.0, 1.25, 1.5)
"""Parts of the time that the voice needs by itself."""
_LIFTS_DB = (-6.0, 0.0, 6.0, 12.0)
_NATURAL = 1

DELIVERIES = frozenset({Remark.SLOWER, Remark.FASTER, Remark.LOUDER, Remark.SOFTER})
"""What callers say about it."""


class Delivery:
    """Changes by a step each time that the caller asks for it."""

    def __init__(self) -> None:
        self._pace = self._lift = _NATURAL

    @property
    def pace(self) -> float:
        """How long each word takes, in parts of what the voice needs by itself."""
        return _PACES[self._pace]

    @property
    def lift_db(self) -> float:
        """By how much what is said is louder than the voice by itself."""
        return _LIFTS_DB[self._lift]

    def adapt(self, asked: AbstractSet[Remark]) -> None:
        """Follow what the caller said about it."""
        slower = (Remark.SLOWER in asked) - (Remark.FASTER in asked)
        louder = (Remark.LOUDER in asked) - (Remark.SOFTER in asked)
        self._pace = min(max(self._pace + slower, 0), len(_PACES) - 1)
        self._lift = min(max(self._lift + louder, 0), len(_LIFTS_DB) - 1)
