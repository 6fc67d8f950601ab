"""Jobs in steps: what an engine does for several at once at hardly more than the cost of one.

Such a job is a generator: it yields a `Share` of work, is sent what came of it, and returns its
result. Whoever has several jobs at hand may do shares that are alike together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar

A = TypeVar("A")
R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """What one job needs of work that may be done for several."""

    do: Callable[[Sequence[Any]], Sequence[Any]]
    """Takes requests that are alike, and returns what comes of each, in order."""
    request: Any
    alike: Hashable
    """Requests for which this is equal, too, are alike."""

    def fits(self, other: Share) -> bool:
        """Whether both may be done together."""
        return self.do == other.do and self.alike == other.alike


Steps: TypeAlias = Generator[Share, Any, T]
"""A job that is done in steps, and what it returns."""


def shared(do: Callable[[Sequence[A]], Sequence[R]], request: A, alike: Hashable) -> Steps[R]:
    """What comes of one request; for `yield from` within a job."""
    result: R = yield Share(do, request, alike)
    return result


def in_one(function: Callable[[], T]) -> Steps[T]:
    """A job that is done whole and shares nothing."""
    yield from ()
    return function()


def alone(steps: Steps[T]) -> T:
    """Do a job on the spot and for itself; raises what it raises."""
    try:
        share = next(steps)
        while True:
            (result,) = share.do([share.request])
            share = steps.send(result)
    except StopIteration as end:
        ended: T = end.value
        return ended


def done_together(shares: Sequence[Share]) -> list[Future[Any]]:
    """What comes of some alike shares; where they fail together, each is done for itself."""
    whole: Future[Sequence[Any]] = Future()
    do(partial(shares[0].do, [share.request for share in shares]), whole)
    if whole.exception() is None:
        return [_known(result) for result in whole.result()]
    if len(shares) == 1:
        return [whole]
    return [outcome for share in shares for outcome in done_together([share])]


def resumed(steps: Steps[Any], outcome: Future[Any]) -> Share:
    """Go on with a job by what came of its share; its next share. Raises StopIteration."""
    error = outcome.exception()
    return steps.send(outcome.result()) if error is None else steps.throw(error)


def _known(result: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(result)
    return future


def do(job: Callable[[], T], future: Future[T] | asyncio.Future[T]) -> None:
    """Do a job now; what it returns or raises is the future's, for whoever awaits it."""
    try:
        result = job()
    except BaseException as error:  # noqa: BLE001 - handed on whole
        future.set_exception(error)
    else:
        future.set_result(result)
