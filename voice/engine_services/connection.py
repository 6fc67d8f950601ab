"""One connection on which Wyoming events come and go, none of them without bounds.

An event is a line of JSON, perhaps more JSON, perhaps bytes (github.com/OHF-Voice/wyoming).
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any, Self, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, Eventable, async_read_event, async_write_event

from voice.audio import Pcm
from voice.engine_services.errors import ServiceBusy, ServiceFailed

T = TypeVar("T")

BUSY = "busy"
"""The code of the error that says: ask another, or later."""
LONGEST_SECONDS = 180
"""Of sound in one request or answer."""
_MOST_BYTES = 2**20
"""Of one part of an event."""
_CHUNK_SAMPLES = 8192
_LOWEST_HZ, _HIGHEST_HZ = 8000, 48_000


class _Bounded(asyncio.StreamReader):
    """Reads no part of an event that is longer than it may be; the line has asyncio's limit."""

    async def readexactly(self, n: int) -> bytes:
        if n > _MOST_BYTES:
            raise ValueError(f"a part of {n} bytes")
        return await super().readexactly(n)


def bounded_reader() -> asyncio.StreamReader:
    """For either side of a connection."""
    return _Bounded(loop=asyncio.get_running_loop())


class Connection:
    """Events to and from the other side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, host: str, port: int, tls: ssl.SSLContext | None) -> AsyncIterator[Self]:
        """A connection that is closed in the end; raises OSError, which TLS's errors are."""
        loop = asyncio.get_running_loop()
        reader = bounded_reader()
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.create_connection(lambda: protocol, host, port, ssl=tls)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            yield cls(reader, writer)
        finally:
            transport.abort()

    async def read(self) -> Event | None:
        """The next event; None when the other side has no more, or sent what is none."""
        try:
            event = await async_read_event(self._reader)
        except (KeyError, TypeError, AttributeError, RecursionError, EOFError, OSError):
            return None
        if event is None or not isinstance(event.type, str) or not isinstance(event.data, dict):
            return None
        return event

    async def expect(self, *kinds: type[Eventable]) -> Event:
        """The next event of these kinds; others may come before. Raises ServiceFailed."""
        while (event := await self.read()) is not None:
            if any(kind.is_type(event.type) for kind in kinds):
                return event
            if event.type == "error":
                raise _refusal(event)
        raise ServiceFailed("it ended the connection without an answer")

    async def write(self, *events: Event | Eventable) -> None:
        """Send events, as fast as the other side reads; raises OSError."""
        for event in events:
            whole = event.event() if isinstance(event, Eventable) else event
            await async_write_event(whole, self._writer)

    async def write_sound(self, pcm: Pcm, sample_rate: int, end: Event | None = None) -> None:
        """Send sound as such events; `end` in place of the last one."""
        kind = {"rate": sample_rate, "width": 2, "channels": 1}
        await self.write(AudioStart(**kind))
        for first in range(0, len(pcm), _CHUNK_SAMPLES):
            samples = pcm[first : first + _CHUNK_SAMPLES].astype("<i2")
            await self.write(AudioChunk(**kind, audio=samples.tobytes()))
        await self.write(end or AudioStop())


class SoundChunks:
    """Collects the chunks of one request or answer."""

    def __init__(self) -> None:
        self.sample_rate = 0
        """Hertz; 0 before the first chunk."""
        self._chunks: list[bytes] = []
        self._samples = 0

    def add(self, event: Event) -> None:
        """Take a chunk; raises ServiceFailed unless it is 16-bit mono at one usual rate."""
        chunk = parsed(AudioChunk, event.data | {"audio": event.payload or b""})
        if chunk.width != 2 or chunk.channels != 1 or len(chunk.audio) % 2:
            raise ServiceFailed("sound of another form than 16-bit mono PCM")
        if not _LOWEST_HZ <= chunk.rate <= _HIGHEST_HZ or self.sample_rate not in (0, chunk.rate):
            raise ServiceFailed(f"sound at {chunk.rate} Hz")
        self.sample_rate = chunk.rate
        self._samples += chunk.samples
        if self._samples > LONGEST_SECONDS * chunk.rate:
            raise ServiceFailed(f"more than {LONGEST_SECONDS} s of sound")
        self._chunks.append(chunk.audio)

    @property
    def pcm(self) -> Pcm:
        """All of it."""
        return np.frombuffer(b"".join(self._chunks), "<i2").astype(np.int16)


def parsed(kind: Callable[..., T], data: object) -> T:
    """What came, as it should be; raises ServiceFailed, which does not quote it."""
    try:
        found: T = adapter_of(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise ServiceFailed(f"not as it should be: {where}: {first['type']}") from None
    return found


@cache
def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """What reads and writes a type, made once: that takes a while."""
    return TypeAdapter(kind)


def _refusal(event: Event) -> ServiceFailed:
    """What the other side says it cannot do; its words are not quoted, its code is."""
    code = event.data.get("code")
    known = isinstance(code, str) and code.isidentifier() and len(code) <= 40
    failure = ServiceBusy if code == BUSY else ServiceFailed
    return failure(f"it refused: {code}" if known else "it refused")
