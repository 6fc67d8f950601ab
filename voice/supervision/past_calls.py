"""Past calls: what the records directory says of calls that are over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from voice.events import CallEnded, CallEvent, from_json
from voice.records import EVENTS, RECORDING, call_folder, call_folders
from voice.supervision.board import MOST_ENDED, Board
from voice.supervision.call_search import PastCall
from voice.supervision.supervised_call import SupervisedCall

log = logging.getLogger(__name__)

_ODD = (TypeError, ValueError, AttributeError)
"""What an event raises whose values are of the wrong kinds."""


class PastCalls:
    """Reads folders of calls; without a records directory there are none."""

    def __init__(self, directory: Path | None, tasks: dict[str, str]) -> None:
        self._directory = directory
        self._tasks = tasks

    def recording(self, call_id: str) -> Path | None:
        """The sound file of a call, when there is one."""
        if self._directory is None:
            return None
        file = call_folder(self._directory, call_id) / RECORDING
        return file if file.is_file() and not file.parent.is_symlink() else None

    async def call(self, call_id: str) -> SupervisedCall | None:
        """A call that is no longer on the board."""
        return await asyncio.to_thread(self._read_call, call_id)

    def line(self, name: str) -> PastCall | None:
        """The line of the call whose folder has this name, for the index."""
        call = self._read_call(name)
        return call.past_call() if call is not None else None

    async def fill(
        self, board: Board, history_hours: float, is_running: Callable[[str], bool]
    ) -> None:
        """Put the calls of the last hours on the board, as after a restart.

        A call without an end whose process is not there (yet) has died with it; the board takes it
        back when its process speaks of it.
        """
        for events in await asyncio.to_thread(self._recent, history_hours):
            for event in events:
                with suppress(*_ODD):
                    board.apply(event)
            for call_id in {event.call_id for event in events}:
                if not is_running(call_id):
                    board.end_silently(call_id)
            await asyncio.sleep(0)  # pages come in between

    def _recent(self, history_hours: float) -> list[list[CallEvent]]:
        """The events of each recent call, the latest call last."""
        if self._directory is None:
            return []
        now = time.time()
        try:
            folders = sorted(call_folders(self._directory), key=lambda entry: entry[1])
        except OSError as error:
            log.error("past calls cannot be read: %s", error)
            return []
        return [
            list(_events(folder / EVENTS))
            for folder, changed in folders[-MOST_ENDED:]
            if now - changed < history_hours * 3600
        ]

    def _read_call(self, call_id: str) -> SupervisedCall | None:
        if self._directory is None:
            return None
        call = SupervisedCall(call_id, self._tasks)
        event: CallEvent | None = None
        for position, event in enumerate(_events(call_folder(self._directory, call_id) / EVENTS)):
            with suppress(*_ODD):
                call.apply(event, position + 1)
        if event is None or event.call_id != call_id or call.events_seen < 0:
            return None
        if not isinstance(event, CallEnded):
            call.end_silently(call.position + 1)
        return call


def _events(file: Path) -> Iterator[CallEvent]:
    """The events of one file, in order; lines that are cut off or damaged are passed over."""
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    yield from_json(line)
                except ValueError:
                    continue
    except OSError:
        return
