"""The edge's part of the feed: the sound of those calls that somebody listens to, and counts."""

from __future__ import annotations

from pathlib import Path

from voice.feed.connection import FeedConnection
from voice.feed.frames import FeedFrame, FeedSound, Listen, SoundCount

_BACKLOG_BYTES = 64_000
"""Two seconds of one call; sound beyond it is dropped, which shows as a gap in its numbers."""


class SoundFeed:
    """Publishes without ever waiting; `listened` names the calls that are listened to."""

    def __init__(self, path: Path) -> None:
        self.listened: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._connection = FeedConnection(
            path, on_connected=lambda: None, on_frame=self._on_frame, on_lost=self._on_lost
        )

    @property
    def connected(self) -> bool:
        """Whether there is a supervision process."""
        return self._connection.connected

    def start(self) -> None:
        """Begin to connect."""
        self._connection.start()

    async def close(self) -> None:
        """Disconnect."""
        await self._connection.close()

    def sound(self, call_id: str, stereo: bytes) -> None:
        """Send a piece of sound (int16, interleaved) of a call that is listened to, or drop it."""
        number = self._numbers.get(call_id, 0)
        self._numbers[call_id] = number + 1
        self._connection.send(FeedSound(call_id, number, stereo), _BACKLOG_BYTES)

    def count(self, count: SoundCount) -> None:
        """Say how well the caller's packets arrive."""
        self._connection.send(count, _BACKLOG_BYTES)

    def forget(self, call_id: str) -> None:
        """The call is over."""
        self.listened.discard(call_id)
        self._numbers.pop(call_id, None)

    def _on_frame(self, frame: FeedFrame) -> None:
        if isinstance(frame, Listen):
            (self.listened.add if frame.on else self.listened.discard)(frame.call_id)

    def _on_lost(self) -> None:
        self.listened.clear()
