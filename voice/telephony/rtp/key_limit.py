"""Lets through as many keys as a person or a dialler presses."""

from __future__ import annotations

KEYS_PER_SECOND = 5.0
BURST = 32
"""Keys that may come at once: a card number and more, from a dialler's memory."""


class KeyLimit:
    """A bucket that each key takes a token from; time refills it."""

    def __init__(self) -> None:
        self._tokens = float(BURST)
        self._filled_at: float | None = None

    def admits(self, now: float) -> bool:
        """Whether a key pressed at `now` (seconds) counts."""
        if self._filled_at is not None:
            refill = (now - self._filled_at) * KEYS_PER_SECOND
            self._tokens = min(self._tokens + refill, BURST)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
