"""Calls to code that is not ours: tools and identity checks, which may fail, hang or block.

A plain function runs on threads of its own, so that one that blocks holds up nobody else; an
`async` one runs on the event loop and must not block. Either has a deadline that it cannot
outlast, and an error of which nothing is kept but its class and where it came from: its text may
hold whatever it was called with.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, overload

from voice.engine_queue import EngineQueue
from voice.errors import VoiceError

log = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")

_THREADS = 8
"""For each function; those that never come back have up to so many more to replace them ..."""
_MOST_STUCK = 24
_WAITING = 64
_STUCK_SECONDS = 5.0


class NothingDone(Exception):
    """Foreign code raises it when it fails and is certain that it has changed nothing."""


class ForeignError(VoiceError):
    """Foreign code failed, or gave no answer in time; the message is safe to keep."""

    def __init__(
        self, name: str, reason: str, timed_out: bool = False, nothing_done: bool = False
    ) -> None:
        super().__init__(f"{name}: {reason}")
        self.reason = reason
        """Class and id of the error, or what went wrong in our own words."""
        self.timed_out = timed_out
        """It may still be running, and do what it was asked to."""
        self.nothing_done = nothing_done
        """It has said that it changed nothing, and will not."""


def error_note(error: BaseException) -> str:
    """What may be kept of an error: its class and an id of the place where it was raised."""
    if isinstance(error, ForeignError):
        return error.reason
    return f"{type(error).__name__} {hashlib.sha256(place_of(error).encode()).hexdigest()[:6]}"


def place_of(error: BaseException) -> str:
    """File and line where an error was raised, those of Python's own importing left out."""
    place = type(error).__module__
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith("<frozen "):
            place = f"{Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class Threads(Executor):
    """A few daemon threads for blocking work of one kind; lost ones are replaced, for a while."""

    def __init__(self, name: str) -> None:
        self._queue = EngineQueue(
            name, _THREADS, _WAITING, stuck_seconds=_STUCK_SECONDS, most_stuck=_MOST_STUCK
        )

    @property
    def stuck(self) -> int:
        """How many threads are lost, for now, to work that does not end."""
        return self._queue.stuck

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See Executor.submit; raises EngineBusy or EngineStuck when nothing more can be taken."""
        return self._queue.submit(partial(fn, *args, **kwargs))


_threads: dict[str, Threads] = {}


def threads_of(name: str) -> Threads:
    """The threads on which the work of this name is done, in all calls of the process."""
    return _threads.get(name) or _threads.setdefault(name, Threads(name))


def stuck_threads() -> int:
    """How many threads of the process are lost, for now, to foreign code that does not end."""
    return sum(threads.stuck for threads in _threads.values())


async def off_loop(name: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Blocking work on the threads of `name`, so that neither the event loop nor others wait."""
    work = partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(threads_of(name), work)


@overload
async def call_foreign(
    name: str,
    seconds: float,
    function: Callable[P, Coroutine[Any, Any, T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T: ...


@overload
async def call_foreign(
    name: str,
    seconds: float,
    function: Callable[P, T | Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T: ...


async def call_foreign(
    name: str,
    seconds: float,
    function: Callable[P, T | Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """The function's result within so many seconds; raises ForeignError when there is none.

    `name` says in logs what was called. A function that is out of time is cancelled, or left
    behind where that is not possible.
    """
    work = asyncio.ensure_future(_awaited(name, function, *args, **kwargs))
    work.add_done_callback(_forget)
    try:
        done, _ = await asyncio.wait({work}, timeout=seconds)
    finally:
        work.cancel()
    if not done:
        log.error("%s: no answer within %g s", name, seconds)
        raise ForeignError(name, "TimeoutError", timed_out=True)
    if work.cancelled():
        raise ForeignError(name, "CancelledError")
    error = work.exception()
    if error is None:
        return work.result()
    if isinstance(error, ForeignError):
        log.error("%s failed: %s", name, error.reason)
        raise error
    log.error("%s failed: %s (%s)", name, error_note(error), place_of(error))
    raise ForeignError(name, error_note(error), nothing_done=isinstance(error, NothingDone))


async def _awaited(
    name: str,
    function: Callable[P, T | Awaitable[T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    try:
        if inspect.iscoroutinefunction(function):
            result: T | Awaitable[T] = function(*args, **kwargs)
        else:
            result = await off_loop(name, function, *args, **kwargs)
        return await result if inspect.isawaitable(result) else result
    except (SystemExit, KeyboardInterrupt) as error:  # raised in a task, they end the process
        raise RuntimeError(type(error).__name__).with_traceback(error.__traceback__) from None


def _forget(work: asyncio.Future[T]) -> None:
    """What becomes of work that nobody waits for any more is nobody's concern."""
    if not work.cancelled():
        work.exception()
