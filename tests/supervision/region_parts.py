"""Nodes, a board and a real Redis between them, without processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Self

from voice.calls.journal import CallJournal
from voice.events import CallAnswered, CallStarted
from voice.feed import EventFeed, FeedFrame, SoundFeed
from voice.settings.supervision import Region
from voice.supervision.board import Board
from voice.supervision.intake import Intake
from voice.supervision.region.gathering import Gathering
from voice.supervision.region.relay import Relay
from voice.supervision.region.streams import Streams
from voice.supervision.region.together import ended

PASSWORD = "a secret"


class RedisServer:
    """Debian's, on a port of its own; it forgets everything when it is killed."""

    def __init__(self, folder: Path, tls: Mapping[str, Path] | None = None) -> None:
        """With `tls`, the files cert and key, it speaks nothing else."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._folder = folder
        self._tls = tls
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *("redis-server", "--save", "", "--bind", "127.0.0.1"),
            *("--requirepass", PASSWORD, "--dir", str(self._folder), *self._listens()),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    await writer.wait_closed()
                    return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    def _listens(self) -> list[str]:
        if self._tls is None:
            return ["--port", str(self.port)]
        files = [
            word for name, file in self._tls.items() for word in (f"--tls-{name}-file", str(file))
        ]
        return ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no", *files]

    def streams(self, password: str = PASSWORD, **more: Path) -> Streams:
        url = f"{'redis' if self._tls is None else 'rediss'}://127.0.0.1:{self.port}"
        settings = {"url": url, "password": password, **more}
        return Streams(Region.model_validate(settings), ["127.0.0.1"])


@contextlib.asynccontextmanager
async def task(work: asyncio.Task[None], of: Streams) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await ended(work)
        await of.close()


class Node:
    """The processes of one node, but for its pages: a call process, an edge, and the relay."""

    def __init__(self, folder: Path, name: str, redis: RedisServer) -> None:
        self._path = folder / f"{name}-{id(self)}.sock"
        self._name = name
        self._redis = redis
        self.attended: list[FeedFrame] = []
        self.events = EventFeed(self._path, self.attended.append)
        self.sound = SoundFeed(self._path)
        self.board = Board(12)
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        intake = await self._open.enter_async_context(Intake(self._path, self.board))
        region = self._redis.streams()
        running = asyncio.create_task(Relay(region, self._name, intake).run())
        await self._open.enter_async_context(task(running, region))
        for feed in (self.events, self.sound):
            feed.start()
            self._open.push_async_callback(feed.close)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    def call(self, call_id: str) -> CallJournal:
        journal = CallJournal(call_id, [self.events])
        journal.record(CallStarted, caller_number="+35312345678", called="100")
        journal.record(CallAnswered)
        return journal


@contextlib.asynccontextmanager
async def board_of_the_region(folder: Path, redis: RedisServer) -> AsyncIterator[Intake]:
    board = Board(12)
    async with Intake(folder / "region.sock", board) as intake:
        region = redis.streams()
        running = asyncio.create_task(Gathering(region, folder / "region.sock").run())
        async with task(running, region):
            yield intake


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not so():
            await asyncio.sleep(0.02)


def said(intake: Intake, call_id: str) -> list[str]:
    call = intake._board.call(call_id)
    return [line.text for line in call.transcript.lines if line.side == "caller"] if call else []


def running(intake: Intake) -> set[str]:
    return {call.call_id for call in intake._board.calls() if call.running}
