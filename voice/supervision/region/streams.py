"""The two streams and the names of nodes, in Redis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from voice.errors import ConfigError
from voice.network import is_allowed
from voice.supervision_settings import Region

FRAMES, WISHES = "voice:frames", "voice:wishes"
"""What nodes tell, and what the board wants of a node."""
EVERYBODY = ""
"""In place of a node's name: a wish for all of them."""
ANEW = b""
"""In place of a frame: the wish to hear everything again; and what stands before everything."""
NAME_SECONDS = 10.0
"""A node that has not said for so long that it lives is gone, and its name free."""
_MOST = {FRAMES: 20_000, WISHES: 1_000}
"""Entries of a stream: what nobody has read by then is told anew, or was sound."""
_BLOCK_MS = 1000
_ANSWER_SECONDS = 3.0

Entry = tuple[str, bytes]
"""The name of a node, and a frame of the feed."""


class Streams:
    """A connection to Redis; every method may raise RedisError."""

    def __init__(self, settings: Region, allow: Sequence[str]) -> None:
        """Raises ConfigError when the host is not allowed, or the password cannot be read."""
        assert settings.url is not None
        host = urlsplit(settings.url).hostname or ""
        if not is_allowed(host, allow):
            raise ConfigError(f"supervision.region.url: {host} is not in [network] allow")
        has_password = settings.password is not None or settings.password_file is not None
        self._redis = Redis.from_url(
            settings.url,
            password=settings.read_password("supervision.region") if has_password else None,
            socket_connect_timeout=_ANSWER_SECONDS,
            socket_timeout=_ANSWER_SECONDS + _BLOCK_MS / 1000,
            retry=Retry(NoBackoff(), 0),
        )

    async def close(self) -> None:
        """Disconnect."""
        await self._redis.aclose()

    async def last(self, stream: str) -> str:
        """Where a stream ends now: what is read after that is new."""
        entries: Any = await self._redis.xrevrange(stream, count=1)
        return str(entries[0][0].decode()) if entries else "0-0"

    async def add(self, stream: str, entries: Iterable[Entry]) -> None:
        """Write in one go."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for node, frame in entries:
                pipeline.xadd(
                    stream, {"node": node, "frame": frame}, maxlen=_MOST[stream], approximate=True
                )
            await pipeline.execute()

    async def read(self, stream: str, after: str) -> tuple[str, list[Entry]]:
        """What came after that place, waited for a moment, and where it ends."""
        found: Any = await self._redis.xread({stream: after}, count=1000, block=_BLOCK_MS)
        entries = [entry for _, listed in found for entry in listed]
        if not entries:
            return after, []
        read = [(values[b"node"].decode(), values[b"frame"]) for _, values in entries]
        return entries[-1][0].decode(), read

    async def claim(self, node: str, token: str) -> bool:
        """Have a name, or go on having it; False when another process has it."""
        key, milliseconds = _name(node), round(NAME_SECONDS * 1000)
        if await self._redis.set(key, token, nx=True, px=milliseconds):
            return True
        if await self._redis.get(key) != token.encode():
            return False
        return bool(await self._redis.pexpire(key, milliseconds))

    async def release(self, node: str, token: str) -> None:
        """Let a name go that `claim` gave."""
        if await self._redis.get(_name(node)) == token.encode():
            await self._redis.delete(_name(node))

    async def living(self, nodes: Iterable[str]) -> set[str]:
        """Those of the nodes that have said lately that they live."""
        return {node for node in nodes if await self._redis.exists(_name(node))}


def _name(node: str) -> str:
    return f"voice:node:{node}"
