"""Somebody else's function on somebody else's machine: how it fails, and when it is left alone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

from voice.circuit_breaker import CircuitBreaker
from voice.foreign_code import ForeignError
from voice.http_client import Reach
from voice.settings.tools import Reached

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
"""Seconds before a call is made again; they double."""
_NEARLY = 0.9
"""Of the time that a tool has: a call that ends after that has been cut off at its deadline."""


class RemoteFailed(ForeignError):
    """A call gave nothing that can be used; the reason quotes nothing of what came."""

    def __init__(
        self, source: str, reason: str, *, nothing_done: bool = False, passing: bool = False
    ) -> None:
        super().__init__(source, reason, nothing_done=nothing_done)
        self.passing = passing
        """The other side is at fault, and may do better in a moment."""


class OtherSide:
    """What all tools of one source share: its name, its circuit breaker, its patience."""

    def __init__(self, source: str, settings: Reached, seconds: float) -> None:
        """`source` names it in events and errors; `seconds` is the deadline of a tool."""
        self.source = source
        self._settings = settings
        self._seconds = seconds
        self._breaker: CircuitBreaker | None = None
        self._choices = random.Random(source)

    @property
    def left_alone(self) -> bool:
        """Whether it has failed so often that it is not asked for now."""
        return self._breaker is not None and self._breaker.is_open

    def failed(
        self, reason: str, *, nothing_done: bool = False, passing: bool = False
    ) -> RemoteFailed:
        """The error of a call of it."""
        return RemoteFailed(self.source, reason, nothing_done=nothing_done, passing=passing)

    async def call(self, once: Callable[[], Awaitable[T]], may_repeat: bool) -> T:
        """Make a call, and again where that is safe; raises RemoteFailed.

        `may_repeat`: what is asked for twice is done once, or changes nothing.
        """
        for pause in (*self._pauses(), None):
            try:
                async with self._counted():
                    return await once()
            except RemoteFailed as failure:
                again = failure.passing and (may_repeat or failure.nothing_done)
                if pause is None or not again or self.left_alone:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        """Whether it succeeds counts for the circuit breaker."""
        clock = asyncio.get_running_loop().time
        breaker, began = self._open_breaker(clock), clock()
        if not breaker.admits():
            raise self.failed("has failed often and is left alone for now", nothing_done=True)
        try:
            yield
        except RemoteFailed as failure:
            if failure.passing:
                breaker.failed()
            raise
        except asyncio.CancelledError:
            if clock() - began >= _NEARLY * self._seconds:
                breaker.failed()
            raise
        breaker.succeeded()

    def _open_breaker(self, clock: Callable[[], float]) -> CircuitBreaker:
        if self._breaker is None:
            wanted = self._settings
            self._breaker = CircuitBreaker(wanted.failures, wanted.rest_seconds, clock)
        return self._breaker

    def _pauses(self) -> Iterator[float]:
        """Before the second try, the third, and so on, with jitter."""
        for number in range(self._settings.tries - 1):
            longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number)
            yield self._choices.uniform(longest / 2, longest)


def reach_of(settings: Reached, allow: list[str]) -> Reach:
    """What calls of a source may reach."""
    return Reach(allow, settings.hosts, settings.networks, settings.most_bytes)
