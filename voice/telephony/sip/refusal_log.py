"""Says who is refused, but not at every datagram."""

from __future__ import annotations

import logging

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.message import PHRASES
from voice.telephony.sip.timers import Clock

LEVELS = {401: logging.INFO, 403: logging.WARNING, 503: logging.WARNING}
"""Of the statuses that are logged; 401 is also what each phone's first request gets."""
EVERY_SECONDS = 60.0
MAX_SOURCES = 1000
"""More sources within a minute, whose addresses are then likely forged, are not logged."""

log = logging.getLogger(__name__)


class RefusalLog:
    """One line for each source, status and minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logged_at: dict[tuple[str, int], float] = {}

    def note(self, status: int, source: Endpoint) -> None:
        """A request from there was answered with this status."""
        if status not in LEVELS:
            return
        now, key = self._clock.time(), (source[0], status)
        if now - self._logged_at.get(key, -EVERY_SECONDS) < EVERY_SECONDS:
            return
        # The oldest stand first.
        while self._logged_at and now - next(iter(self._logged_at.values())) >= EVERY_SECONDS:
            del self._logged_at[next(iter(self._logged_at))]
        if len(self._logged_at) < MAX_SOURCES:
            self._logged_at[key] = now
            text = "SIP requests from %s are answered %d %s"
            log.log(LEVELS[status], text, source[0], status, PHRASES[status])
