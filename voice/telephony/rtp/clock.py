"""One clock for all sessions: a tick every 20 ms, on absolute deadlines."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)

PERIOD_SECONDS = 0.02
RESYNC_SECONDS = 0.2
"""Further behind than this, missed ticks are given up instead of being made up for."""
FAILURES_BEFORE_REMOVAL = 3


class Ticking(Protocol):
    """Something that the clock drives."""

    def tick(self) -> None:
        """Called every 20 ms; must not wait."""

    def failed(self) -> None:
        """Called once when the clock has dropped it."""


class MediaClock:
    """Ticks every session; one that fails three times in a row is dropped, the others go on."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sessions: dict[Ticking, int] = {}
        self._task: asyncio.Task[None] | None = None
        self.ticks = 0
        self.resyncs = 0
        self.worst_late_ms = 0.0
        """The latest tick so far."""

    def add(self, session: Ticking) -> None:
        """Tick it from now on."""
        self._sessions[session] = 0

    def discard(self, session: Ticking) -> None:
        """Tick it no longer."""
        self._sessions.pop(session, None)

    def start(self) -> None:
        """Begin to tick on the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="media clock")

    async def stop(self) -> None:
        """Stop ticking."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        deadline = self._now()
        while True:
            deadline += PERIOD_SECONDS
            # Also when late: sockets must be served between two ticks.
            await asyncio.sleep(max(0.0, deadline - self._now()))
            late = self._now() - deadline
            self.worst_late_ms = max(self.worst_late_ms, late * 1000)
            if late > RESYNC_SECONDS:
                deadline = self._now()
                self.resyncs += 1
                log.warning("media clock: %.0f ms behind, missed ticks are given up", late * 1000)
            self.tick()

    def tick(self) -> None:
        """One tick of every session."""
        self.ticks += 1
        for session, failures in tuple(self._sessions.items()):
            try:
                session.tick()
            except Exception:  # noqa: BLE001 - one call's fault must not silence the others
                log.exception("media clock: a session failed")
                self._count_failure(session, failures + 1)
            else:
                if failures and session in self._sessions:
                    self._sessions[session] = 0

    def _count_failure(self, session: Ticking, failures: int) -> None:
        self._sessions[session] = failures
        if failures >= FAILURES_BEFORE_REMOVAL:
            self.discard(session)
            with contextlib.suppress(Exception):
                session.failed()
