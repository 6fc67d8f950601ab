"""Collects the events of calls and lets a test wait for the one it is about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from voice.events import CallEvent, ClauseSpoken, IdentityRequested, is_kept

E = TypeVar("E", bound=CallEvent)


def attempt(number: int) -> Callable[[IdentityRequested], bool]:
    """Matches the request that opens this try at a PIN."""
    return lambda event: event.attempt == number


class EventLog:
    """An event sink; `wait` returns the first matching event, past or future."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        """Those that are kept; each at the position of its sequence number where it is one call."""
        self.passing: list[CallEvent] = []
        self._changed = asyncio.Event()
        self._calls: dict[str, EventLog] = {}

    def __call__(self, event: CallEvent) -> None:
        (self.events if is_kept(event) else self.passing).append(event)
        self._changed.set()
        if event.call_id in self._calls:
            self._calls[event.call_id](event)

    def only(self, call_id: str) -> EventLog:
        """A log of one call's future events."""
        return self._calls.setdefault(call_id, EventLog())

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def wait(
        self,
        kind: type[E],
        matches: Callable[[E], bool] = lambda event: True,
        after: int = 0,
        seconds: float = 20.0,
    ) -> E:
        """The first `kind` from position `after` on; raises AssertionError with all that came."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for event in self.events[after:]:
                        if isinstance(event, kind) and matches(event):
                            return event
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            seen = "\n".join(event.to_json() for event in self.events)
            raise AssertionError(f"no {kind.__name__} came; events:\n{seen}") from None

    async def clause(self, part: str, after: int = 0, seconds: float = 20.0) -> ClauseSpoken:
        """The first spoken clause that holds `part`."""
        return await self.wait(ClauseSpoken, lambda event: part in event.text, after, seconds)
