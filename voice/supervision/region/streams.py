"""The two streams and the names of nodes, in Redis."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from voice.errors import ConfigError
from voice.network import is_allowed
from voice.settings.supervision import Region

FRAMES, WISHES = "voice:frames", "voice:wishes"
"""What nodes tell, and what the board wants of a node."""
EVERYBODY = ""
"""In place of a node's name: a wish for all of them."""
ANEW = b""
"""In place of a frame: the wish to hear everything again; and what stands before everything."""
NAME_SECONDS = 10.0
"""A node that has not said for so long that it lives is gone, and its name free."""
KEPT_SECONDS = 120.0
"""Then an entry is let go: it holds what callers say."""
_MOST = {FRAMES: 20_000, WISHES: 1_000}
"""Entries of a stream: what nobody has read by then is told anew, or was sound."""
_BLOCK_MS = 1000
_ANSWER_SECONDS = 3.0

Entry = tuple[str, bytes]
"""The name of a node, and a frame of the feed."""


def reason(error: Exception) -> str:
    """Why Redis cannot be used, in one line, without what a command held."""
    if isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError | OSError):
        return (str(error) or type(error).__name__).splitlines()[0]
    return type(error).__name__


class Streams:
    """A connection to Redis (6.2 or newer); every method may raise RedisError."""

    def __init__(self, settings: Region, allow: Sequence[str]) -> None:
        """Raises ConfigError when the host is not allowed, or password or authority not read."""
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
            **_tls(settings),
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
        read = [
            (values[b"node"].decode(errors="replace"), values[b"frame"])
            for _, values in entries
            if {b"node", b"frame"} <= values.keys()  # others may write there, too
        ]
        return entries[-1][0].decode(), read

    async def forget(self) -> None:
        """Let old entries go by Redis's own clock; all, when nobody has called this for so long."""
        seconds, _ = await self._redis.time()
        async with self._redis.pipeline(transaction=False) as pipeline:
            for stream in _MOST:
                oldest = round((seconds - KEPT_SECONDS) * 1000)
                pipeline.xtrim(stream, minid=str(oldest), approximate=False)
                pipeline.pexpire(stream, round(KEPT_SECONDS * 1000))
            await pipeline.execute()

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


def _tls(settings: Region) -> dict[str, Any]:
    """What a `rediss` server has to prove; raises ConfigError for an authority that is none."""
    if not (settings.url or "").startswith("rediss:"):
        return {}
    file = settings.authority
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        raise ConfigError(
            f"supervision.region.authority: {file}: {error.strerror or error}"
        ) from None
    return {"ssl_check_hostname": True, "ssl_ca_certs": str(file) if file else None}


def _name(node: str) -> str:
    return f"voice:node:{node}"
