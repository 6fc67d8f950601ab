"""How much an engine's job did, counted by the engine in units that a cost table can price.

The units: `frame` (10 ms of sound, encoded), `token` (decoded), `prompt_token` (read), `clause`
and `second` (of speech, synthesised). Counting costs nothing where nobody listens.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

Work = dict[str, float]
"""Amount by unit."""

_counting = threading.local()


def note_work(unit: str, amount: float) -> None:
    """Called by an engine, within its job and on its job's thread."""
    work: Work | None = getattr(_counting, "work", None)
    if work is not None:
        work[unit] = work.get(unit, 0.0) + amount


@contextmanager
def noted_work() -> Iterator[Work]:
    """What the jobs that run inside on this thread note."""
    outer = getattr(_counting, "work", None)
    work: Work = {}
    _counting.work = work
    try:
        yield work
    finally:
        _counting.work = outer
