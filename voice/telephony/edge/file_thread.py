"""A thread that does what touches the disk, so that no disk delays the audio."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

CAPACITY = 2000
"""Jobs that may wait for a slow disk."""

Job = Callable[[], None]
OnError = Callable[[Exception], None]


def _log(error: Exception) -> None:
    log.error("a file could not be written", exc_info=error)


class FileThread:
    """Does jobs one after the other, in the order in which they were submitted."""

    def __init__(self, name: str, capacity: int = CAPACITY) -> None:
        # Its put takes no lock that this thread could hold while the disk stands still.
        self._jobs: queue.SimpleQueue[tuple[Job, OnError] | None] = queue.SimpleQueue()
        self._capacity = capacity
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job, *, must: bool = False, on_error: OnError = _log) -> bool:
        """Queue a job; returns at once, False when too much waits.

        A job that `must` be done is always taken: it completes what an earlier one began. What it
        raises is given to `on_error`, on the thread; usually it is logged.
        """
        if not must and self._jobs.qsize() >= self._capacity:
            return False
        self._jobs.put((job, on_error))
        return True

    def close(self) -> None:
        """Wait until all is done and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (entry := self._jobs.get()) is not None:
            job, on_error = entry
            try:
                job()
            except Exception as error:  # noqa: BLE001 - one fault must not cost all other files
                on_error(error)
