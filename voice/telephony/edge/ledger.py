"""Tells the call process what the caller has heard so far."""

from __future__ import annotations

from collections.abc import Callable

from voice.telephony.leg import Played
from voice.telephony.rtp import PlayoutRing

REPORT_TICKS = 5
"""While audio plays, a report every 100 ms."""


class Ledger:
    """Watches the ring at every tick and reports when the call process needs to know."""

    def __init__(self, ring: PlayoutRing, tell: Callable[[Played], None]) -> None:
        self._ring = ring
        self._tell = tell
        self._reported = (0, 0)
        self._ticks = 0
        self._flushed = False

    def flush(self) -> None:
        """Drop what waits; the answer goes out once the fade has been sent."""
        self._ring.flush()
        self._flushed = True
        if not self._ring.waiting:
            self.report()

    def tick(self) -> None:
        """Called after every frame."""
        self._ticks += 1
        news = (self._ring.played, self._ring.dropped) != self._reported
        due = self._ticks >= REPORT_TICKS or not self._ring.waiting
        if self._flushed or (news and due):
            self.report()

    def report(self) -> None:
        """Say now what was played."""
        played, dropped, flushed = self._ring.played, self._ring.dropped, self._flushed
        self._reported, self._ticks, self._flushed = (played, dropped), 0, False
        self._tell(Played(samples=played, dropped=dropped, flushed=flushed))
