"""How unevenly packets have arrived of late."""

from __future__ import annotations

import bisect
from collections import deque

WINDOW_SECONDS = 8.0
"""So long one bad moment of the line counts."""
MOST_PACKETS = 800
"""The window's packets of 10 ms; a sender of more is remembered for less time."""
LATE_SHARE = 0.005
"""So many packets may come later than the spread says."""
DISCONTINUITY_SECONDS = 2.0
"""No line delays so unevenly: the sender's timestamps have begun anew."""


class ArrivalSpread:
    """The time between the fastest packets of the last seconds and nearly the slowest.

    A quantile, so that a single hiccup passes; of a window, so that a bad minute is forgotten, and
    a route that has become longer for all packets as well.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque()
        """Arrival and transit, in the order of arrival."""
        self._sorted: list[float] = []
        """The same transits."""

    def add(self, arrival: float, sent: float) -> None:
        """A packet with a timestamp of `sent` seconds has arrived at `arrival` seconds."""
        transit = arrival - sent
        if self._recent and abs(transit - self._recent[-1][1]) > DISCONTINUITY_SECONDS:
            self._recent.clear()
            self._sorted.clear()
        self._recent.append((arrival, transit))
        bisect.insort(self._sorted, transit)
        while len(self._recent) > MOST_PACKETS or arrival - self._recent[0][0] > WINDOW_SECONDS:
            _, forgotten = self._recent.popleft()
            del self._sorted[bisect.bisect_left(self._sorted, forgotten)]

    @property
    def seconds(self) -> float:
        """The spread; 0 before any packet has come."""
        if not self._sorted:
            return 0.0
        allowed = int(len(self._sorted) * LATE_SHARE)
        return self._sorted[-1 - allowed] - self._sorted[0]
