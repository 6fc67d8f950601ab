"""The index of past calls: a line of each call in the records directory, as far back as it goes.

It is filled in the background, the newest calls first, and follows what is added and deleted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from voice.records import call_folders
from voice.supervision.call_search import PastCall

log = logging.getLogger(__name__)

REFRESH_SECONDS = 30.0
_AT_ONCE = 10
"""Calls read in one go; pages and running calls come in between."""


class CallIndex:
    """`read` gives a call by the name of its folder, or None."""

    def __init__(self, directory: Path | None, read: Callable[[str], PastCall | None]) -> None:
        self._directory = directory
        self._read = read
        self._changed: dict[str, float] = {}
        self._calls: dict[str, PastCall] = {}
        self.unread = 0
        """Calls that are not in the index yet."""

    @property
    def calls(self) -> dict[str, PastCall]:
        """All that is known, by call id."""
        return self._calls

    async def run(self) -> None:
        """Keep up with the directory until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self) -> None:
        """Read what is new or has changed, forget what is gone."""
        if self._directory is None:
            return
        try:
            changed = await asyncio.to_thread(_changes, self._directory)
        except OSError as error:
            log.error("past calls cannot be read: %s", error.strerror)
            return
        for name in self._changed.keys() - changed.keys():
            del self._changed[name]
            self._calls.pop(name, None)
        new = [name for name, at in changed.items() if self._changed.get(name) != at]
        new.sort(key=lambda name: changed[name], reverse=True)
        for start in range(0, len(new), _AT_ONCE):
            self.unread = len(new) - start
            names = new[start : start + _AT_ONCE]
            for name, call in await asyncio.to_thread(self._read_all, names):
                self._changed[name] = changed[name]
                if call is not None:
                    self._calls[name] = call
        self.unread = 0

    def _read_all(self, names: list[str]) -> list[tuple[str, PastCall | None]]:
        return [(name, self._read(name)) for name in names]


def _changes(directory: Path) -> dict[str, float]:
    return {folder.name: changed for folder, changed in call_folders(directory)}
