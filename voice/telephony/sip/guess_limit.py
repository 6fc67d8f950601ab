"""Wrong passwords: counted by source, and by source and user; slowed, then refused for a time."""

from __future__ import annotations

import logging
from collections.abc import Callable

from voice.telephony.sip.grammar import printable

PER_USER, PER_SOURCE = 5, 20
"""So many wrong passwords of one source for one user, or for any users, and it is refused."""
REFUSED_SECONDS = 600.0
"""For how long; a count is forgotten so long after the last wrong password."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 4.0
"""How long the answer to a wrong password waits; the pause doubles with each."""
MAX_COUNTS = 10_000

log = logging.getLogger(__name__)


class GuessLimit:
    """Keeps the counts; `now` in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._counts: dict[tuple[str, str | None], tuple[int, float]] = {}
        """By source and user (None: any): how many, and when the last one came."""

    def refuses(self, host: str, user: str | None = None) -> bool:
        """Whether credentials from there, or for this user from there, are not even looked at."""
        return self._count(host, user) >= (PER_SOURCE if user is None else PER_USER)

    def wrong(self, host: str, user: str) -> float:
        """Count a wrong password and log it; returns the seconds that the answer is to wait."""
        of_user, of_source = self._add(host, user), self._add(host, None)
        refused = of_user >= PER_USER or of_source >= PER_SOURCE
        # The line that docs/telephony.md gives the filter of fail2ban for.
        log.warning(
            "wrong SIP credentials from %s for user %r (%d of %d)%s",
            host,
            printable(user, 40),
            of_user,
            PER_USER,
            f", refused for {REFUSED_SECONDS:.0f} s" if refused else "",
        )
        return min(FIRST_PAUSE_SECONDS * 2.0 ** (of_source - 1), LONGEST_PAUSE_SECONDS)

    def right(self, host: str, user: str) -> None:
        """The user has given the right password from there."""
        self._counts.pop((host, user), None)

    def _count(self, host: str, user: str | None) -> int:
        count, last = self._counts.get((host, user), (0, 0.0))
        return count if self._now() - last < REFUSED_SECONDS else 0

    def _add(self, host: str, user: str | None) -> int:
        count = self._count(host, user) + 1
        # The latest stands last, so that the oldest goes first when there are too many.
        self._counts.pop((host, user), None)
        if len(self._counts) >= MAX_COUNTS:
            self._counts.pop(next(iter(self._counts)))
        self._counts[host, user] = (count, self._now())
        return count
