"""The line with which a process tells its parent that it is ready, or why it cannot start."""

from __future__ import annotations

import sys

READY, FAILED = "ready", "cannot-start"


def say_ready(what: str) -> None:
    """Print `ready WHAT` in one piece: the log's thread may write to the same place meanwhile."""
    _say(READY, what)


def say_failed(reason: object) -> None:
    """Print `cannot-start REASON`: the parent tells it, once for all of its processes."""
    _say(FAILED, reason)


def _say(word: str, rest: object) -> None:
    sys.stdout.write(f"{word} {rest}\n")
    sys.stdout.flush()
