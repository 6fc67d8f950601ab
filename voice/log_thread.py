"""A log handler that formats and writes on a thread of its own.

Whoever reads our standard error slowly, or not at all, delays nobody: neither a pipe that is full
or a stopped terminal, nor source files on a slow disk, which tracebacks quote.
"""

from __future__ import annotations

import copy
import logging
import logging.handlers
import os
import queue
import select
import threading

CAPACITY = 10_000
"""Records that may wait; further ones are lost and counted."""
_CLOSE_SECONDS = 1.0
"""What is not written by then at the end of the process is lost."""


class LogThread(logging.handlers.QueueHandler):
    """Writes lines to a file descriptor; `handle` never waits."""

    def __init__(self, descriptor: int) -> None:
        self._records: queue.SimpleQueue[logging.LogRecord | None] = queue.SimpleQueue()
        super().__init__(self._records)
        # Not by way of sys.stderr: the interpreter cannot end while a thread stands in its write.
        self._descriptor = descriptor
        self._lost = 0
        self._thread = threading.Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Its words now: what they are made of may have changed when it is written."""
        record = copy.copy(record)
        record.msg, record.args = record.getMessage(), None
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Take it, unless too many wait."""
        if self._records.qsize() >= CAPACITY:
            self._lost += 1
        else:
            self._records.put(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Count a record whose arguments do not fit."""
        self._lost += 1

    def close(self) -> None:
        """Write what waits, as far as somebody reads it within a moment."""
        self._records.put(None)
        self._thread.join(_CLOSE_SECONDS)
        super().close()

    def _work(self) -> None:
        while (record := self._records.get()) is not None:
            try:
                self._write(self.format(record))
                if self._lost:
                    lost, self._lost = self._lost, 0
                    self._write(self.format(_loss(lost)))
            except OSError:
                return  # nobody will ever read it
            except Exception:  # noqa: BLE001 - one line must not cost all the others
                self._lost += 1

    def _write(self, line: str) -> None:
        data = (line + "\n").encode(errors="backslashreplace")
        while data:
            # Somebody with whom we share it may have made it one that does not wait.
            select.select((), (self._descriptor,), ())
            data = data[os.write(self._descriptor, data) :]


def _loss(lines: int) -> logging.LogRecord:
    values = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING"}
    return logging.makeLogRecord({**values, "msg": f"{lines} lines of the log were lost"})
