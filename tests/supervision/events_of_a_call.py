"""Events for tests: one call's journal without a call."""

from __future__ import annotations

from typing import Any

from voice.events import CallEvent, CallStarted

NUMBER = "+4915550001234"


class EventsOfACall:
    def __init__(self, call_id: str = "c1", wall: float = 1000.0) -> None:
        self.call_id = call_id
        self.sequence = -1
        self.ms = 0
        self.wall = wall

    def next(self, event_type: type[CallEvent], /, **values: Any) -> CallEvent:
        self.sequence += 1
        self.ms += 100
        return event_type(
            call_id=self.call_id,
            sequence=self.sequence,
            ms=self.ms,
            wall_time=self.wall + self.ms / 1000,
            **values,
        )

    def started(self, number: str | None = NUMBER, called: str = "100") -> CallEvent:
        return self.next(CallStarted, caller_number=number, called=called)
