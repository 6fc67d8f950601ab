"""Calls whose process was killed: their events get the end that nobody could write."""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path
from typing import BinaryIO

from voice.events import CallEnded, CallEvent, from_json
from voice.records import EVENTS, call_folders

log = logging.getLogger(__name__)

REASON = "call process lost"
_TAIL_BYTES = 65_536
"""The last event lies in there."""


def end_abandoned_calls(directory: Path) -> int:
    """Write CallEnded where it is missing and no process holds the file; returns how often.

    A running call's file is locked by its process (see EventFiles), and by nobody once that has
    died. The files keep their time of change, from which the records' age is reckoned.
    """
    ended = 0
    try:
        for folder, _ in call_folders(directory):
            ended += _end(folder / EVENTS)
    except OSError as error:
        log.error("calls of an earlier run cannot be read: %s: %s", error.filename, error.strerror)
    if ended:
        log.info("%d calls of an earlier run had no end and were given one", ended)
    return ended


def _end(file: Path) -> bool:
    try:
        with file.open("r+b") as events:
            if isinstance(_last_event(events)[1], CallEnded):
                return False
            fcntl.flock(events, fcntl.LOCK_EX | fcntl.LOCK_NB)
            times = os.fstat(events.fileno())
            whole, last = _last_event(events)
            if last is None or isinstance(last, CallEnded):
                return False
            end = CallEnded(
                call_id=last.call_id,
                sequence=last.sequence + 1,
                ms=last.ms,
                wall_time=last.wall_time,
                reason=REASON,
                by="system",
                duration_ms=last.ms,
            )
            events.write((b"" if whole else b"\n") + end.to_json().encode() + b"\n")
            events.flush()
            os.utime(events.fileno(), ns=(times.st_atime_ns, times.st_mtime_ns))
    except (FileNotFoundError, BlockingIOError, TypeError):
        return False  # none was written, its call is running, or its last event is damaged
    except OSError as error:
        log.error("a call of an earlier run cannot be ended: %s: %s", file, error.strerror)
        return False
    return True


def _last_event(events: BinaryIO) -> tuple[bool, CallEvent | None]:
    """Whether the last line is complete, and the last event; the file is then at its end."""
    start = max(0, events.seek(0, os.SEEK_END) - _TAIL_BYTES)
    events.seek(start)
    tail = events.read()
    for line in reversed(tail.decode(errors="replace").splitlines()):
        try:
            return tail.endswith(b"\n"), from_json(line)
        except ValueError:
            continue
    return True, None
