"""Listening: the sound of a call, from the edge to each listener; whoever is slow loses some."""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from voice.feed import FeedSound, Listen

MOST_CHUNKS = 10
"""Pieces of 40 ms that may wait for one listener; older ones are dropped."""
MOST_LISTENERS = 40
"""In all: each costs 25 messages a second."""
_NUMBER = struct.Struct("<I")


class TooManyListeners(Exception):
    """Nobody else may listen now."""


class Listener:
    """One page that listens to one call."""

    def __init__(self) -> None:
        self.dropped = 0
        """Pieces that it did not take in time; they show as gaps in the numbers, too."""
        self._waiting: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._over = False

    def put(self, sound: FeedSound) -> None:
        """Queue a piece; the oldest goes when too many wait."""
        if len(self._waiting) >= MOST_CHUNKS:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(_NUMBER.pack(sound.number) + sound.stereo)
        self._changed.set()

    def finish(self) -> None:
        """The call is over."""
        self._over = True
        self._changed.set()

    async def next(self) -> bytes | None:
        """The next piece: its number (uint32, little endian), then the sound; None at the end."""
        while not self._waiting:
            if self._over:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()


class Listeners:
    """Who listens to which call; the edge is told to send a call's sound while somebody does."""

    def __init__(self, tell: Callable[[Listen], None]) -> None:
        self._tell = tell
        self._listeners: dict[str, set[Listener]] = {}

    @property
    def listened(self) -> list[str]:
        """The calls that somebody listens to."""
        return list(self._listeners)

    @property
    def count(self) -> int:
        """How many listen."""
        return sum(map(len, tuple(self._listeners.values())))

    @contextmanager
    def listener(self, call_id: str, supervisor: str) -> Iterator[Listener]:
        """Listen to a call; raises TooManyListeners."""
        if self.count >= MOST_LISTENERS:
            raise TooManyListeners
        listener = Listener()
        self._listeners.setdefault(call_id, set()).add(listener)
        self._tell(Listen(call_id, True, supervisor))
        try:
            yield listener
        finally:
            others = self._listeners.get(call_id, set())
            others.discard(listener)
            if not others:
                self._listeners.pop(call_id, None)
                self._tell(Listen(call_id, False))

    def sound(self, sound: FeedSound) -> None:
        """Hand a piece of a call's sound to all who listen to it."""
        for listener in self._listeners.get(sound.call_id, ()):
            listener.put(sound)

    def ended(self, call_id: str) -> None:
        """The call is over."""
        for listener in self._listeners.get(call_id, ()):
            listener.finish()
