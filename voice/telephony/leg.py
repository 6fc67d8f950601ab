"""The leg socket: one Unix connection per call leg between the edge and a call process.

A call process serves, an edge connects; both are of the same user::

    async def on_leg(leg: Leg, offer: Offer) -> None:        # one task per call
        leg.send(Answer())
        async for message in leg:                            # ends when the leg is over
            match message:
                case Answered(): ...
                case Audio(pcm, sample_rate): leg.send(Audio(reply, sample_rate))
        # leg.ended_well is False when the other process died

    async with LegServer(path, on_leg): ...

    leg = await connect_leg(path, offer)                     # in the edge

`send` never waits: audio is dropped (and counted in `leg.audio_dropped`) while the other side does
not read, and a leg whose control messages cannot be delivered is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Self, cast

from voice.foreign_code import error_note
from voice.telephony.leg_control import (
    Answer,
    Answered,
    Cancelled,
    CancelTransfer,
    Control,
    Duck,
    Flush,
    HangUp,
    Hold,
    LegError,
    MediaLost,
    MuteRecording,
    Offer,
    Played,
    Record,
    Recording,
    Reject,
    Resume,
    Ring,
    StopRecording,
    Transfer,
    TransferProgress,
    TransferResult,
)
from voice.telephony.leg_frames import (
    LEG_ID_BYTES,
    Audio,
    Dtmf,
    FrameDecoder,
    LegEnded,
    LegFailed,
    LegId,
    LegMessage,
    encode,
)
from voice.unix_sockets import SocketError, is_our_user, listening_socket, reason

__all__ = [
    "Answer",
    "Answered",
    "Audio",
    "CancelTransfer",
    "Cancelled",
    "Control",
    "Dtmf",
    "Duck",
    "Flush",
    "HangUp",
    "Hold",
    "Leg",
    "LegEnded",
    "LegError",
    "LegFailed",
    "LegMessage",
    "LegServer",
    "MediaLost",
    "MuteRecording",
    "Offer",
    "Played",
    "Record",
    "Recording",
    "Reject",
    "Resume",
    "Ring",
    "StopRecording",
    "Transfer",
    "TransferProgress",
    "TransferResult",
    "connect_leg",
]

log = logging.getLogger(__name__)

AUDIO_BACKLOG_BYTES = 16_000
"""One second at 8 kHz; audio beyond it is dropped while the other side does not read."""
CONTROL_BACKLOG_BYTES = 256_000
"""A leg with so much unread is closed."""
UNREAD_HIGH, UNREAD_LOW = 100, 20
"""Received messages at which reading from the socket is paused and goes on."""
CLOSING_SECONDS = 2.0
"""So long an ended leg waits for the other side to close."""
OFFER_SECONDS = 5.0
"""A connection that has not said by then which call it is for is closed."""


class Leg(asyncio.Protocol):
    """One side of a call leg's connection: `send` messages, iterate over what comes."""

    def __init__(self, on_connected: Callable[[Leg], None] | None = None) -> None:
        self.leg_id = b""
        self.audio_dropped = 0
        """Frames that the other side was too slow for."""
        self.unread_frames = 0
        """So many of them in a row, up to the latest."""
        self.ended_well = False
        """LegEnded was received or sent; otherwise the other process went away."""
        self._on_connected = on_connected
        self._transport: asyncio.Transport | None = None
        self._decoder = FrameDecoder()
        self._received: deque[LegMessage] = deque()
        self._changed = asyncio.Event()
        self._closed = False
        self._paused = False

    @property
    def closed(self) -> bool:
        """Nothing can be sent any more."""
        return self._closed

    def send(self, message: LegMessage) -> None:
        """Send at once or not at all; on a closed leg this does nothing."""
        if self._closed or self._transport is None:
            return
        backlog = self._transport.get_write_buffer_size()
        if isinstance(message, Audio) and backlog > AUDIO_BACKLOG_BYTES:
            self.audio_dropped += 1
            self.unread_frames += 1
            return
        if backlog > CONTROL_BACKLOG_BYTES:
            log.warning("leg socket: the other side does not read; the leg is closed")
            self.abort()
            return
        self._transport.write(encode(message))
        if isinstance(message, Audio):
            self.unread_frames = 0
        if isinstance(message, LegEnded):
            self.ended_well = True

    def end(self) -> None:
        """Say that the leg is over; it closes when the other side has read that, or in a while.

        Closed at once, the socket would refuse what the other side still sends, and with that
        the other side would lose what it has not read yet.
        """
        if self._closed or self._transport is None:
            return
        self.send(LegEnded())
        self._transport.write_eof()
        self._transport.resume_reading()
        asyncio.get_running_loop().call_later(CLOSING_SECONDS, self._transport.close)
        self._finish()

    def close(self) -> None:
        """Close after what was sent is written."""
        if self._transport is not None:
            self._transport.close()
        self._finish()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()
        self._finish()

    async def speaks(self, seconds: float) -> bool:
        """Whether there is a message within so many seconds; it stays to be received."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wait()
        return bool(self._received)

    async def receive(self) -> LegMessage | None:
        """The next message, or None when the leg is over."""
        await self._wait()
        if not self._received:
            return None
        message = self._received.popleft()
        if self._paused and len(self._received) <= UNREAD_LOW and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return message

    async def __aiter__(self) -> AsyncIterator[LegMessage]:
        """All messages until the leg is over."""
        while (message := await self.receive()) is not None:
            yield message

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)
        if self._on_connected is not None:
            self._on_connected(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if self._closed:
            return
        try:
            for message in self._decoder.feed(data):
                self._received.append(message)
                if isinstance(message, LegEnded):
                    self.ended_well = True
                    self.close()
                    return
        except LegError as error:
            log.warning("%s; the leg is closed", error)
            self.send(LegFailed(str(error)))
            self.close()
            return
        if len(self._received) > UNREAD_HIGH and not self._paused and self._transport:
            self._paused = True
            self._transport.pause_reading()
        self._changed.set()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio."""
        self._finish()

    def is_of_our_user(self) -> bool:
        """Whether the process at the other end is of our user."""
        assert self._transport is not None
        return is_our_user(self._transport)

    async def _wait(self) -> None:
        """Until there is a message, or the leg is over."""
        while not self._received and not self._closed:
            self._changed.clear()
            await self._changed.wait()

    def _finish(self) -> None:
        self._closed = True
        self._changed.set()


async def connect_leg(path: Path, offer: Offer) -> Leg:
    """Offer a call to the call process that listens at `path`; raises LegError if none does."""
    loop = asyncio.get_running_loop()
    try:
        _, leg = await loop.create_unix_connection(Leg, str(path))
    except OSError as error:
        raise LegError(f"{path}: {reason(error)}") from None
    if not leg.is_of_our_user():
        leg.abort()
        raise LegError(f"{path}: the call process belongs to another user")
    leg.leg_id = secrets.token_bytes(LEG_ID_BYTES)
    leg.send(LegId(leg.leg_id))
    leg.send(offer)
    return leg


LegHandler = Callable[[Leg, Offer], Awaitable[None]]


class LegServer:
    """Listens for call legs, as an async context manager; each runs its handler in a task.

    A handler that raises ends its own leg only. Leaving the context closes all legs and cancels
    their handlers.
    """

    def __init__(self, path: Path, handler: LegHandler) -> None:
        self._path = path
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """How many legs there are."""
        return len(self._tasks)

    async def __aenter__(self) -> Self:
        """Listen; raises LegError when the path is in use or cannot be made."""
        try:
            listener = listening_socket(self._path)
        except SocketError as error:
            raise LegError(str(error)) from None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: Leg(self._accept), sock=listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop_listening(self) -> None:
        """Take no new legs; running ones go on."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._path.unlink(missing_ok=True)

    def _accept(self, leg: Leg) -> None:
        if not leg.is_of_our_user():
            log.warning("leg socket: connection of another user refused")
            leg.abort()
            return
        if self._server is None:
            leg.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(leg))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before its first step runs nothing, not even a `finally`.
        task.add_done_callback(lambda _: leg.close())

    async def _serve(self, leg: Leg) -> None:
        try:
            async with asyncio.timeout(OFFER_SECONDS):
                offer = await _introduction(leg)
        except (LegError, TimeoutError) as error:
            log.warning("leg socket: no offer (%s); the leg is closed", error or "timeout")
            leg.abort()
            return
        if offer is None:
            return
        try:
            await self._handler(leg, offer)
        except Exception as error:  # noqa: BLE001 - a failing call must not end the others
            note, call_id = error_note(error), offer.call_id
            log.error("call leg failed: %s", note, extra={"call_id": call_id})
            leg.send(LegFailed("the call process failed"))


async def _introduction(leg: Leg) -> Offer | None:
    """Read the leg id and the offer with which each connection begins.

    None when the other side says nothing: it looked whether anybody listens; and when it has
    withdrawn the offer by now.
    """
    named = await leg.receive()
    if named is None:
        return None
    if not isinstance(named, LegId):
        raise LegError(f"began with {type(named).__name__}")
    leg.leg_id = named.value
    offer = await leg.receive()
    if not isinstance(offer, Offer):
        raise LegError(f"offer expected, got {type(offer).__name__}")
    return None if leg.ended_well else offer
