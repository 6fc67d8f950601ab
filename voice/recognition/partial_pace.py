"""How an engine's time is shared among the turns that are read while they are spoken."""

from __future__ import annotations

_FORGOTTEN_SECONDS = 0.1
"""A call that has not asked again for so long speaks no more, or waits no more."""


class PartialPace:
    """Shares an engine's time among the calls that speak at once; one for each engine.

    One call alone may have one reading after the other. Several take turns, and each reading is
    followed by as much rest as it took, its waiting included: more calls, or a slower machine,
    mean fewer readings for each, and what is more urgent finds the engine free half of the time.
    """

    def __init__(self, workers: int = 1) -> None:
        """So many readings may be under way at once."""
        self._workers = workers
        self._reading = 0
        self._asking: dict[object, float] = {}
        """Those who want to read, first come first, and when they last said so."""
        self._last: object = None
        self._ended = 0.0
        """When it did; later than now where the loop's clock has begun anew."""
        self._rested = 0.0
        """When others than the last one may read."""

    def begins(self, reader: object, now: float) -> bool:
        """Whether this one reads now; asked again and again while it wants to."""
        self._asking[reader] = now
        late = now - _FORGOTTEN_SECONDS
        self._asking = {one: at for one, at in self._asking.items() if late <= at <= now}
        alone = len(self._asking) == 1 and self._last is reader
        if self._reading >= self._workers or next(iter(self._asking)) is not reader:
            return False
        if not alone and self._ended <= now < self._rested:
            return False
        del self._asking[reader]
        self._reading += 1
        return True

    def ended(self, reader: object, now: float, took: float) -> None:
        """It has read, for so many seconds."""
        self._reading -= 1
        self._last = reader
        self._ended = now
        self._rested = now + took / self._workers
