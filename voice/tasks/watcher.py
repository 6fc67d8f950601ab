"""Looks now and then whether task files were changed, and hands the new tasks on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from voice.errors import VoiceError
from voice.tasks.files import load_tasks
from voice.tasks.task_set import TaskSet

log = logging.getLogger(__name__)

_SECONDS = 2.0


class TaskWatcher:
    """A thread, as a context manager; `adopt` gets what was changed, and may block.

    Files with a mistake, and tasks that `adopt` refuses by a VoiceError, are told in one line of
    the log; what was there before them goes on.
    """

    def __init__(
        self, folder: Path, adopt: Callable[[TaskSet], None], seconds: float = _SECONDS
    ) -> None:
        """`seconds`: between two looks."""
        self._folder = folder
        self._adopt = adopt
        self._seconds = seconds
        self._seen = self._signature()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="task files", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> bool:
        """Look once; True when changed tasks were adopted."""
        there = self._signature()
        if there == self._seen:
            return False
        self._seen = there
        try:
            self._adopt(load_tasks(self._folder))
        except VoiceError as error:
            log.error("changed task files are not used: %s", error)
            return False
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the looking
            log.error("changed task files are not used: %s", type(error).__name__)
            return False
        log.info("new calls are answered by the changed task files of %s", self._folder)
        return True

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self.look()

    def _signature(self) -> frozenset[tuple[str, int, int, int]]:
        """Of all files: what changes with any of them."""
        found: set[tuple[str, int, int, int]] = set()
        for path in self._folder.glob("*.yaml"):
            try:
                state = path.stat()
            except OSError:  # it went away meanwhile: the next look sees that
                continue
            found.add((path.name, state.st_mtime_ns, state.st_size, state.st_ino))
        return frozenset(found)
