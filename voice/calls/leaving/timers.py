"""The two clocks of a call: the caller's silence, and its length."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_WARNING_SECONDS = 60.0


class SilenceTimer:
    """Runs while it is the caller's turn to speak; noise that is no speech only holds it."""

    def __init__(self, seconds: float, expired: Callable[[], None]) -> None:
        self._seconds = seconds
        self._expired = expired
        self._handle: asyncio.TimerHandle | None = None
        self._deadline = 0.0

    def start(self, seconds: float | None = None) -> None:
        """The assistant has finished: the caller has all the time, or so much of it."""
        seconds = self._seconds if seconds is None else seconds
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._arm(seconds)

    def hold(self) -> None:
        """Somebody speaks."""
        if self._handle:
            self._handle.cancel()
            self._handle = None

    def resume(self) -> None:
        """It was nothing: the caller has the rest of the time."""
        rest = self._deadline - asyncio.get_running_loop().time()
        self._arm(max(rest, 0.0))

    def _arm(self, seconds: float) -> None:
        self.hold()
        self._handle = asyncio.get_running_loop().call_later(seconds, self._expired)


class LengthTimer:
    """Warns before the call's greatest length is reached, and says when it is."""

    def __init__(
        self, seconds: float, warn: Callable[[], None], expired: Callable[[], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        before = max(seconds / 2, seconds - _WARNING_SECONDS)
        self._handles = [loop.call_later(before, warn), loop.call_later(seconds, expired)]

    def cancel(self) -> None:
        """The call is over."""
        for handle in self._handles:
            handle.cancel()
