"""An event loop whose time is what its timers say: it never waits."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

from voice.engine_steps import do

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

EPOCH = 1_767_225_600.0
"""Wall clock at virtual time 0: the beginning of 2026, UTC."""
_STARTED_SECONDS = 1000.0
"""A loop begins here: a clock at 0 would look as if nothing had been set yet."""


class NothingDue(RuntimeError):
    """Everything waits for something that no timer will bring: on a real clock, for ever."""


class _NeverWaiting(selectors.DefaultSelector):
    """Looks whether a file is ready; instead of waiting it moves the loop's clock."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """The files that are ready now; when there are none, so much time has passed."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise NothingDue("nothing is due any more")
        self._advance(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs everything in the order of its due times, and blocking work on the spot."""

    def __init__(self) -> None:
        self._virtual_now = _STARTED_SECONDS
        super().__init__(_NeverWaiting(self._pass))

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual_now

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Arguments], T],
        *args: *Arguments,
    ) -> asyncio.Future[T]:
        """Run `func` now: on a thread it would end at a time that no run repeats."""
        future: asyncio.Future[T] = self.create_future()
        do(partial(func, *args), future)
        return future

    def _pass(self, seconds: float) -> None:
        self._virtual_now += seconds


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time; raises NothingDue when it can never end."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def virtual_wall_clock() -> float:
    """UTC seconds since 1970 in the running virtual loop."""
    return EPOCH + asyncio.get_running_loop().time() - _STARTED_SECONDS
