"""What comes in on the feed: events for the board, sound for listeners, publishers that die."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Self

from voice.events import CallEnded, from_json
from voice.feed import FeedFrame, FeedPeer, FeedServer, FeedSound, Listen, SoundCount, Watch
from voice.supervision.board import Board
from voice.supervision.listening import Listeners
from voice.supervision.watching import Watching

log = logging.getLogger(__name__)

RETURN_SECONDS = 5.0
"""A call process that has not come back by then has taken its calls with it."""
TIDY_SECONDS = 60.0


class Intake:
    """Serves the feed as an async context manager; owns nothing that pages read."""

    def __init__(self, path: Path, board: Board) -> None:
        self.server = FeedServer(path, self._take, self._greet, self._lost)
        self.listening = Listeners(self.server.tell)
        self.watching = Watching(self.server.tell)
        self.on_frame: Callable[[FeedFrame], None] = lambda _: None
        """Hears of each frame as well: the relay to a region's board."""
        self._board = board
        self._calls: dict[FeedPeer, set[str]] = {}
        """The running calls of each publisher."""
        self._tidying: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        self._tidying = asyncio.create_task(self._tidy())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._tidying is not None:
            self._tidying.cancel()
        await self.server.__aexit__(None, None, None)

    def is_running(self, call_id: str) -> bool:
        """Whether a call process that is there has told of the call, and not of its end."""
        return any(call_id in calls for calls in self._calls.values())

    def tell_anew(self) -> None:
        """Have every publisher connect again and tell all that it knows."""
        self.server.disconnect()

    def _take(self, peer: FeedPeer, frame: FeedFrame) -> None:
        self.on_frame(frame)
        match frame:
            case str():
                self._take_event(peer, frame)
            case FeedSound():
                self.listening.sound(frame)
            case SoundCount():
                self._board.count(frame)
            case _:
                pass

    def _take_event(self, peer: FeedPeer, line: str) -> None:
        try:
            event = from_json(line)
            self._board.apply(event)
        except (ValueError, TypeError, AttributeError):
            log.error("an event of the feed cannot be read")
            return
        calls = self._calls.setdefault(peer, set())
        if isinstance(event, CallEnded):
            calls.discard(event.call_id)
            self.listening.ended(event.call_id)
        else:
            calls.add(event.call_id)

    def _greet(self, peer: FeedPeer) -> None:
        """A process that has started anew learns what is being listened to and watched."""
        for call_id in self.listening.listened:
            peer.send(Listen(call_id, True))
        for call_id in self.watching.watched:
            peer.send(Watch(call_id, True))

    def _lost(self, peer: FeedPeer) -> None:
        calls = self._calls.pop(peer, set())
        if calls:
            asyncio.get_running_loop().call_later(RETURN_SECONDS, self._give_up, calls)

    def _give_up(self, calls: set[str]) -> None:
        for call_id in calls.difference(*self._calls.values()):
            self._board.end_silently(call_id)
            self.listening.ended(call_id)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            self._board.forget_old()
