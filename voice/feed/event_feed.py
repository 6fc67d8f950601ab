"""A call process's part of the feed: every event of its calls, and again after a reconnection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from voice.events import CallEnded, CallEvent, is_kept
from voice.feed.connection import FeedConnection
from voice.feed.frames import FeedFrame, Listen, Watch

EVENTS_PER_CALL = 5000
"""What is kept of a running call; older events go first."""
ENDED_CALLS = 50
"""So many calls that are over are told to a supervision process that was away."""
_BACKLOG_BYTES = 4_000_000
"""A supervision process that has so much unread is connected anew."""


class EventFeed:
    """An event sink that publishes; the reader drops what it knows by call and sequence number."""

    def __init__(
        self, path: Path, on_attended: Callable[[Listen | Watch], None] = lambda _: None
    ) -> None:
        """`on_attended` is told who listens to a call, and which calls are watched."""
        self._on_attended = on_attended
        self._calls: dict[str, deque[str]] = {}
        self._ended: deque[str] = deque()
        self._connection = FeedConnection(
            path, self._send_all, self._on_frame, on_lost=lambda: None
        )

    def start(self) -> None:
        """Begin to connect."""
        self._connection.start()

    async def close(self) -> None:
        """Disconnect."""
        await self._connection.close()

    def __call__(self, event: CallEvent) -> None:
        """Take an event; returns at once."""
        line = event.to_json()
        lines = self._calls.setdefault(event.call_id, deque(maxlen=EVENTS_PER_CALL))
        if is_kept(event):
            lines.append(line)
        if self._connection.connected and not self._connection.send(line, _BACKLOG_BYTES):
            self._connection.begin_anew()
        if isinstance(event, CallEnded):
            self._ended.append(event.call_id)
            if len(self._ended) > ENDED_CALLS:
                self._calls.pop(self._ended.popleft(), None)

    def _send_all(self) -> None:
        for lines in self._calls.values():
            for line in lines:
                self._connection.send(line, 10 * _BACKLOG_BYTES)

    def _on_frame(self, frame: FeedFrame) -> None:
        if isinstance(frame, Listen | Watch):
            self._on_attended(frame)
