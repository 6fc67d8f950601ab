"""The reading end of the feed: takes connections of our own user's processes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Self, cast

from voice.feed.frames import FeedDecoder, FeedError, FeedFrame, encode
from voice.unix_sockets import is_our_user, listening_socket

log = logging.getLogger(__name__)

_BACKLOG_BYTES = 256_000
"""A publisher that has so much unread is disconnected."""


class FeedPeer(asyncio.Protocol):
    """One publisher: the edge, or a call process."""

    def __init__(self, server: FeedServer) -> None:
        self._server = server
        self._decoder = FeedDecoder()
        self._transport: asyncio.Transport | None = None

    def send(self, frame: FeedFrame) -> None:
        """Send at once or disconnect."""
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size() > _BACKLOG_BYTES:
            self._transport.abort()
            return
        self._transport.write(encode(frame))

    def close(self) -> None:
        """Disconnect."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        if not is_our_user(transport):
            log.warning("feed: connection of another user refused")
            cast(asyncio.Transport, transport).abort()
            return
        self._transport = cast(asyncio.Transport, transport)
        self._server.joined(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if self._transport is None:
            return
        try:
            for frame in self._decoder.feed(data):
                self._server.on_frame(self, frame)
        except FeedError as error:
            log.error("%s; the publisher is disconnected", error)
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio."""
        self._transport = None
        self._server.left(self)


class FeedServer:
    """Listens as an async context manager; `on_frame` gets every frame of every publisher."""

    def __init__(
        self,
        path: Path,
        on_frame: Callable[[FeedPeer, FeedFrame], None],
        on_joined: Callable[[FeedPeer], None] = lambda _: None,
        on_left: Callable[[FeedPeer], None] = lambda _: None,
    ) -> None:
        self.on_frame = on_frame
        self._path = path
        self._on_joined = on_joined
        self._on_left = on_left
        self._peers: set[FeedPeer] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen; raises SocketError when the path is in use or cannot be made."""
        loop = asyncio.get_running_loop()
        listener = listening_socket(self._path)
        self._server = await loop.create_unix_server(lambda: FeedPeer(self), sock=listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
        self.disconnect()

    def disconnect(self) -> None:
        """End all connections; publishers connect again."""
        for peer in tuple(self._peers):
            peer.close()

    def tell(self, frame: FeedFrame) -> None:
        """Send to every publisher."""
        for peer in tuple(self._peers):
            peer.send(frame)

    def joined(self, peer: FeedPeer) -> None:
        """A publisher has connected."""
        self._peers.add(peer)
        self._on_joined(peer)

    def left(self, peer: FeedPeer) -> None:
        """A publisher has gone."""
        if peer in self._peers:
            self._peers.discard(peer)
            self._on_left(peer)
