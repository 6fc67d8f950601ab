"""Watching: which calls are on somebody's page, so that only those are read word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from voice.feed import Watch


class Watching:
    """Counts the pages of each call; the call processes are told of the first and the last."""

    def __init__(self, tell: Callable[[Watch], None]) -> None:
        self._tell = tell
        self._pages: Counter[str] = Counter()

    @property
    def watched(self) -> list[str]:
        """The calls that a page shows."""
        return list(self._pages)

    @contextmanager
    def page(self, call_id: str) -> Iterator[None]:
        """A page shows the call as long as the context lasts."""
        self._pages[call_id] += 1
        if self._pages[call_id] == 1:
            self._tell(Watch(call_id, True))
        try:
            yield
        finally:
            self._pages[call_id] -= 1
            if not self._pages[call_id]:
                del self._pages[call_id]
                self._tell(Watch(call_id, False))
