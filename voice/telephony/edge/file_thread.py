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


class FileThread:
    """Does jobs one after the other, in the order in which they were submitted."""

    def __init__(self, name: str, capacity: int = CAPACITY) -> None:
        # Its put takes no lock that this thread could hold while the disk stands still.
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._capacity = capacity
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job, *, must: bool = False) -> bool:
        """Queue a job; returns at once, False when too much waits.

        A job that `must` be done is always taken: it completes what an earlier one began.
        """
        if not must and self._jobs.qsize() >= self._capacity:
            return False
        self._jobs.put(job)
        return True

    def close(self) -> None:
        """Wait until all is done and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:  # noqa: BLE001 - one fault must not cost all the other files
                log.exception("a file could not be written")
