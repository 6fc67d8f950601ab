"""The publishing end of the feed: connects to the supervision process, again when it was gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import cast

from voice.feed.frames import FeedDecoder, FeedError, FeedFrame, encode
from voice.unix_sockets import is_our_user

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class FeedConnection(asyncio.Protocol):
    """Sends frames while there is somebody to read them; `on_frame` gets what comes back."""

    def __init__(
        self,
        path: Path,
        on_connected: Callable[[], None],
        on_frame: Callable[[FeedFrame], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._path = path
        self._on_connected = on_connected
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._decoder = FeedDecoder()
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect; needs a running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def close(self) -> None:
        """Write what waits, as far as it is read within a moment, and disconnect."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    @property
    def connected(self) -> bool:
        """Whether anything can be sent."""
        return self._transport is not None

    def send(self, frame: FeedFrame, backlog_bytes: int) -> bool:
        """Send at once; False when nobody is there, or reads so slowly that this much waits."""
        if self._transport is None or self._transport.get_write_buffer_size() > backlog_bytes:
            return False
        self._transport.write(encode(frame))
        return True

    def begin_anew(self) -> None:
        """Drop a connection that is not read."""
        if self._transport is not None:
            self._transport.abort()

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._lost.clear()
            try:
                await loop.create_unix_connection(lambda: self, str(self._path))
                await self._lost.wait()
            except OSError:
                pass
            await asyncio.sleep(RETRY_SECONDS)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        if not is_our_user(transport):
            log.error("feed: %s belongs to another user", self._path)
            cast(asyncio.Transport, transport).abort()
            return
        self._transport = cast(asyncio.Transport, transport)
        self._decoder = FeedDecoder()
        self._on_connected()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        try:
            for frame in self._decoder.feed(data):
                self._on_frame(frame)
        except FeedError as error:
            log.error("%s", error)
            self.begin_anew()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio."""
        self._transport = None
        self._lost.set()
        self._on_lost()
