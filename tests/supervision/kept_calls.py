"""Calls of the last weeks in a records directory, as the call processes leave them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.supervision.events_of_a_call import EventsOfACall
from voice.events import CallEnded, CallEvent, IdentityDecided, ToolCalled
from voice.records import EVENTS

DAY = 86_400.0


@dataclass(frozen=True)
class KeptCall:
    """What a test wants of one; `days` is how long ago it began."""

    id: str
    days: float = 0.0
    number: str = "+4915550001234"
    tool: str = "get_plan"
    end: str = "hang-up"
    wrong_pins: int = 0

    def events(self) -> list[CallEvent]:
        make = EventsOfACall(self.id, wall=time.time() - self.days * DAY)
        wrong: list[tuple[type[CallEvent], dict[str, Any]]] = [
            (IdentityDecided, {"accepted": False, "level": "verified"})
        ] * self.wrong_pins
        return [
            make.started(self.number),
            make.next(ToolCalled, tool=self.tool),
            *(make.next(kind, **values) for kind, values in wrong),
            make.next(CallEnded, reason=self.end, by="caller", duration_ms=61_000),
        ]

    def write(self, records: Path) -> None:
        folder = records / self.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / EVENTS).write_text("".join(event.to_json() + "\n" for event in self.events()))
