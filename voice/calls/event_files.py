"""Writes the events of calls to one events.jsonl each, on a thread of its own."""

from __future__ import annotations

import fcntl
import logging
import queue
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import TextIO

from voice.events import CallEnded, CallEvent, is_kept
from voice.records import EVENTS, call_folder

log = logging.getLogger(__name__)

_CAPACITY = 10_000
"""Events that may wait for a slow disk; further ones are lost and counted."""


class EventFiles:
    """An event sink: DIRECTORY/CALL/events.jsonl; `close` waits until all is on disk."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._queue: queue.Queue[CallEvent | None] = queue.Queue(_CAPACITY)
        self._open: dict[str, TextIO] = {}
        self.lost = 0
        """Events that could not be written."""
        self._thread = threading.Thread(target=self._work, name="event-files", daemon=True)
        self._thread.start()

    def __call__(self, event: CallEvent) -> None:
        """Take an event; returns at once."""
        if not is_kept(event):
            return
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            if not self.lost:
                log.error("events of calls are lost: the disk is too slow")
            self.lost += 1

    def close(self) -> None:
        """Write what waits, close all files and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        failing = False
        while (event := self._queue.get()) is not None:
            try:
                self._write(event)
            except (OSError, TypeError, ValueError) as error:
                self.lost += 1
                if not failing:  # a full disk is full for each event
                    log.error("events of a call cannot be written: %s", error)
                failing = True
            else:
                failing = False
        for file in self._open.values():
            with suppress(OSError):
                file.close()

    def _write(self, event: CallEvent) -> None:
        file = self._open.get(event.call_id)
        if file is None:
            folder = call_folder(self._directory, event.call_id)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = (folder / EVENTS).open("a", encoding="utf-8", errors="backslashreplace")
            # Held until the call's end; with its process dead, others see that it was abandoned.
            with suppress(OSError):  # not every file system has locks
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._open[event.call_id] = file
        if isinstance(event, CallEnded):
            del self._open[event.call_id]
            with closing(file):  # also when a full disk takes nothing more
                file.write(event.to_json() + "\n")
            return
        file.write(event.to_json() + "\n")
        if self._queue.empty():
            file.flush()
