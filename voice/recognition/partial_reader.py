"""Reads a turn while it is spoken, as often as the engine has time for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voice.engine_queue import EngineBusy, EngineStuck
from voice.foreign_code import error_note
from voice.recognition.session import RecognitionSession
from voice.recognition.stable_words import Partial

log = logging.getLogger(__name__)


class PartialReader:
    """Reads one call's turns while they are spoken, and tells of each reading that is new.

    At least `interval_seconds` lie between the beginnings of two readings. A reading that takes
    longer than that is followed by as much rest as it took too long. None begins in a pause:
    nothing new is said there, and the careful reading that comes at its end is not kept waiting.
    """

    def __init__(
        self,
        session: RecognitionSession,
        interval_seconds: float,
        tell: Callable[[Partial], None],
    ) -> None:
        self._session = session
        self._pace = session.pace
        self._interval = interval_seconds
        self._tell = tell
        self._began = self._due = 0.0
        self._reading: asyncio.Task[None] | None = None

    def heard(self, voiced: bool) -> bool:
        """The session was fed with 20 ms more of the turn; whether a reading begins, at once."""
        now = asyncio.get_running_loop().time()
        if self._reading is not None or not voiced or now < self._due:
            return False
        if not self._pace.begins(self, now):
            return False
        self._began = now
        self._reading = asyncio.create_task(self._read())
        self._reading.add_done_callback(self._ended)
        return True

    def stop(self) -> None:
        """Something more urgent is about to be read, or nothing any more."""
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> None:
        try:
            partial = await self._session.partial()
        except (EngineBusy, EngineStuck):
            return  # The next one comes soon.
        if partial is not None:
            self._tell(partial)

    def _ended(self, reading: asyncio.Task[None]) -> None:
        self._reading = None
        now = asyncio.get_running_loop().time()
        took = now - self._began
        self._due = self._began + max(self._interval, 2 * took - self._interval)
        self._pace.ended(self, now, took)
        if not reading.cancelled() and (error := reading.exception()) is not None:
            log.warning("a partial transcript failed: %s", error_note(error))
