"""A supervisor without a browser: signs in, watches, listens, and misbehaves on request."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from voice.errors import VoiceError

_SECONDS = 10.0
_GARBAGE_BYTES = 500
_GARBAGE_PAUSE_SECONDS = 0.05


class SimulatedSupervisor:
    """One account's session at `url`."""

    def __init__(self, url: str, cookie: str) -> None:
        self.url = url
        self.cookie = cookie

    @classmethod
    async def sign_in(cls, url: str, name: str, password: str) -> SimulatedSupervisor:
        """Raises VoiceError when the password is refused."""
        return cls(url, await asyncio.to_thread(_sign_in, url, name, password))

    @contextlib.asynccontextmanager
    async def socket(self, path: str) -> AsyncIterator[ClientConnection]:
        """An open websocket; only its first message is read unless it is read."""
        async with connect(
            self.url.replace("http", "ws", 1) + path,
            origin=self.url,  # type: ignore[arg-type]
            additional_headers={"Cookie": self.cookie},
            max_queue=1,
            open_timeout=_SECONDS,
            close_timeout=0.1,
            compression=None,
        ) as socket:
            yield socket

    async def changes(
        self, call_id: str = "", run: str = "", after: int = 0
    ) -> AsyncIterator[dict[str, Any]]:
        """What a page is told, message by message."""
        query = urlencode({"call": call_id, "run": run, "after": after})
        async with self.socket(f"/live?{query}") as socket:
            async for message in socket:
                yield json.loads(message)

    @contextlib.asynccontextmanager
    async def listening(self, call_id: str, count: int = 1) -> AsyncIterator[list[int]]:
        """So many listeners who keep up; the numbers of the pieces that the first one got."""
        numbers: list[int] = []
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._listen(call_id, numbers if first == 0 else None))
                for first in range(count)
            ]
            yield numbers
            for task in tasks:
                task.cancel()

    @contextlib.asynccontextmanager
    async def stalled(self, call_id: str) -> AsyncIterator[None]:
        """A listener who never reads."""
        async with self.socket(_listen_path(call_id)):
            yield

    @contextlib.asynccontextmanager
    async def garbage(self, call_id: str) -> AsyncIterator[None]:
        """A listener who sends what no page sends, again and again."""
        task = asyncio.create_task(self._send_garbage(call_id))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, call_id: str, numbers: list[int] | None) -> None:
        with contextlib.suppress(ConnectionClosed):
            async with self.socket(_listen_path(call_id)) as socket:
                async for piece in socket:
                    if numbers is not None and isinstance(piece, bytes):
                        numbers.append(int.from_bytes(piece[:4], "little"))

    async def _send_garbage(self, call_id: str) -> None:
        while True:
            with contextlib.suppress(ConnectionClosed, OSError):
                async with self.socket(_listen_path(call_id)) as socket:
                    await socket.send(os.urandom(_GARBAGE_BYTES))
                    await socket.send("x" * _GARBAGE_BYTES)
                    await socket.wait_closed()
            await asyncio.sleep(_GARBAGE_PAUSE_SECONDS)


def _listen_path(call_id: str) -> str:
    return f"/calls/{quote(call_id, safe='')}/listen"


def _sign_in(url: str, name: str, password: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_SECONDS)
    with contextlib.closing(connection):
        headers = {"Origin": url, "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({"name": name, "password": password})
        connection.request("POST", "/sign-in", form, headers)
        answer = connection.getresponse()
        if answer.status != http.client.SEE_OTHER:
            raise VoiceError(f"{url}: the sign-in was refused ({answer.status})")
        return (answer.getheader("Set-Cookie") or "").partition(";")[0]
