"""The timer values of RFC 3261 (table 4) and the clock that runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Handle(Protocol):
    """A timer that is running."""

    def cancel(self) -> None:
        """Stop it; harmless when it has fired."""


class Clock(Protocol):
    """The part of an event loop that the state machines use."""

    def time(self) -> float:
        """Seconds since some moment."""

    def call_later(self, delay: float, callback: Callable[..., Any], *args: Any) -> Handle:
        """Call back after so many seconds."""


@dataclass(frozen=True)
class Timers:
    """Seconds; the derived values follow RFC 3261 for an unreliable transport."""

    t1: float = 0.5
    """Estimated round trip."""
    t2: float = 4.0
    """Longest distance between repetitions."""
    t4: float = 5.0
    """Longest life of a message in the network."""

    @property
    def timeout(self) -> float:
        """Timers B, F, H, J, L and M: when to give up."""
        return 64 * self.t1

    @property
    def linger(self) -> float:
        """Timer D: how long a final refusal may be repeated to us."""
        return max(32.0, 64 * self.t1)


class Repeater:
    """Calls back at growing intervals until it is stopped."""

    def __init__(
        self, clock: Clock, again: Callable[[], None], first: float, limit: float | None
    ) -> None:
        self._clock = clock
        self._again = again
        self.interval = first
        self._limit = limit
        self._handle: Handle | None = clock.call_later(first, self._fire)

    def _fire(self) -> None:
        self.interval *= 2
        if self._limit is not None:
            self.interval = min(self.interval, self._limit)
        self._handle = self._clock.call_later(self.interval, self._fire)
        self._again()

    def stop(self) -> None:
        """No call back after this."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class Deadline:
    """Something that happens once, later; what is set anew takes the place of what was set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._handle: Handle | None = None

    def set(self, seconds: float, then: Callable[[], None]) -> None:
        """Let it happen after so many seconds."""
        self.cancel()
        self._handle = self._clock.call_later(seconds, then)

    def cancel(self) -> None:
        """It does not happen; harmless when it has."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
