"""How many threads speak a clause, where the settings do not say."""

from __future__ import annotations

import os

_MOST = 4
"""What is done in one step of a model is too little to be shared by more."""


def threads_for(workers: int) -> int:
    """Of each of so many workers on this machine: together no more than there are cores."""
    return max(1, min(_MOST, len(os.sched_getaffinity(0)) // workers))
