"""Where the tasks of a run are done: what processes and a cluster have in common."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol

from voice.evaluation.batch.examiners import Assignment

LOADING_SECONDS = 300.0
"""A worker that has not loaded its models then is given up."""


class WorkerDied(Exception):
    """The worker went away with a task in its hands."""


class Worker(Protocol):
    """One examiner, somewhere."""

    async def examine(self, task: str) -> str:
        """The task's result, both as JSON; raises NotExamined or WorkerDied."""
        ...


class Workers(Protocol):
    """Starts workers."""

    @property
    def count(self) -> int:
        """How many work at a time."""
        ...

    def start(self, assignment: Assignment) -> AbstractAsyncContextManager[Worker]:
        """A worker with its models loaded, until the context ends.

        Raises VoiceError when it cannot be started.
        """
        ...


HireWorkers = Callable[[], AbstractContextManager[Workers]]
"""Has workers at hand while the context lasts; raises VoiceError where there is no cluster."""
