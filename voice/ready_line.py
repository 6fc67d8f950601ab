"""The line with which a process tells its parent that it is ready."""

from __future__ import annotations

import sys


def say_ready(what: str) -> None:
    """Print `ready WHAT` in one piece: the log's thread may write to the same place meanwhile."""
    sys.stdout.write(f"ready {what}\n")
    sys.stdout.flush()
