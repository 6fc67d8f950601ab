"""The board's end: each node's frames go to the feed of this machine, as if it were here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from redis.exceptions import RedisError

from voice.feed import FeedConnection, FeedDecoder, FeedError, encode
from voice.supervision.region import streams
from voice.supervision.region.streams import ANEW, EVERYBODY, FRAMES, WISHES, Entry, Streams
from voice.supervision.region.together import together

RETRY_SECONDS = 2.0
_BACKLOG_BYTES = 40_000_000

log = logging.getLogger(__name__)


class Gathering:
    """Reads what all nodes tell; a node that is gone is disconnected, and its calls end."""

    def __init__(self, region: Streams, feed: Path) -> None:
        self._streams = region
        self._feed = feed
        self._nodes: dict[str, _Node] = {}
        self._wishes: asyncio.Queue[Entry] = asyncio.Queue()
        self._said = ""

    async def run(self) -> None:
        """Read until cancelled, again whenever Redis was away."""
        try:
            while True:
                try:
                    await together(self._read(), self._wish(), self._look())
                except (RedisError, OSError) as error:
                    why = streams.reason(error)
                    if why != self._said:
                        log.warning("the region's Redis is away: %s", why)
                    self._said = why
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            for node in self._nodes.values():
                await node.connection.close()

    async def _read(self) -> None:
        after = await self._streams.last(FRAMES)
        if self._said:
            log.info("the region's nodes are heard again")
            self._said = ""
        for known in self._nodes.values():
            known.whole = False  # frames were missed
        await self._streams.add(WISHES, [(EVERYBODY, ANEW)])
        while True:
            after, entries = await self._streams.read(FRAMES, after)
            for name, frame in entries:
                self._node(name).take(frame)

    def _node(self, name: str) -> _Node:
        node = self._nodes.get(name)
        if node is None:
            log.info("a node of the region: %s", name)
            node = _Node(self._feed, lambda wish: self._wishes.put_nowait((name, wish)))
            self._nodes[name] = node
        return node

    async def _wish(self) -> None:
        while True:
            wish = await self._wishes.get()
            await self._streams.add(WISHES, [wish])

    async def _look(self) -> None:
        """Let go of nodes that live no more; their calls end on the board as of a dead process."""
        while True:
            await asyncio.sleep(streams.NAME_SECONDS / 2)
            living = await self._streams.living(self._nodes)
            for name in self._nodes.keys() - living:
                log.warning("a node of the region is gone: %s", name)
                await self._nodes.pop(name).connection.close()


class _Node:
    """A node as one more publisher of this machine's feed."""

    def __init__(self, feed: Path, want: Callable[[bytes], None]) -> None:
        self.whole = False
        """All since the mark is handed on, so that nothing of a call is missing."""
        self._fresh = False
        self._want = want
        self.connection = FeedConnection(
            feed,
            on_connected=self._connected,
            on_frame=lambda wish: want(encode(wish)),
            on_lost=self._lost,
        )
        self.connection.start()

    def take(self, frame: bytes) -> None:
        """Hand a frame on; what a node tells anew goes over a new connection.

        So calls of which it tells no more end, as those of any publisher that has lost them.
        """
        if frame == ANEW:
            self.whole = self._fresh
            if not self._fresh:
                self.connection.begin_anew()
            self._fresh = False
        if not self.whole:
            return
        try:
            for told in FeedDecoder().feed(frame):
                if not self.connection.send(told, _BACKLOG_BYTES):
                    self.connection.begin_anew()
        except FeedError as error:
            log.error("%s", error)

    def _connected(self) -> None:
        self._fresh = True
        self._want(ANEW)

    def _lost(self) -> None:
        self.whole = self._fresh = False
