"""The journal of one call: gives each event its number and time and hands it to the sinks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from voice.events import CallEvent, EventSink, is_kept
from voice.foreign_code import error_note

log = logging.getLogger(__name__)


class CallJournal:
    """Records the events of one call in order; `clock` and `wall` give seconds."""

    def __init__(
        self,
        call_id: str,
        sinks: Sequence[EventSink],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._call_id = call_id
        self._sinks = sinks
        self._clock = clock
        self._wall = wall
        self._began = clock()
        self._sequence = 0

    def now_ms(self) -> int:
        """Milliseconds since the call began."""
        return round((self._clock() - self._began) * 1000)

    def record(self, kind: type[CallEvent], /, **values: Any) -> None:
        """Make the next event of this kind and hand it to every sink."""
        event = kind(
            call_id=self._call_id,
            sequence=self._sequence,
            ms=self.now_ms(),
            wall_time=self._wall(),
            **values,
        )
        if is_kept(event):
            self._sequence += 1
        for sink in self._sinks:
            try:
                sink(event)
            except Exception as error:  # noqa: BLE001 - whoever listens must not end the call
                log.error("an event sink failed on %s: %s", event.name, error_note(error))
