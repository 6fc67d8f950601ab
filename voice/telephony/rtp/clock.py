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
        for session in tuple(self._sessions):
            if session not in self._sessions:
                continue
            try:
                session.tick()
            except Exception:  # one call's fault must not silence the others
                log.exception("media clock: a session failed")
                self._count(session, failed=True)
            else:
                self._count(session, failed=False)

    def _count(self, session: Ticking, *, failed: bool) -> None:
        """Failures in a row; a session that was discarded within its tick stays so."""
        if session not in self._sessions:
            return
        self._sessions[session] = self._sessions[session] + 1 if failed else 0
        if self._sessions[session] >= FAILURES_BEFORE_REMOVAL:
            self.discard(session)
            with contextlib.suppress(Exception):  # it is dropped either way
                session.failed()
