"""The network between a call process and a service, which a trial can cut, hold up and mend."""

from __future__ import annotations

import asyncio
from typing import Self


class BreakableWay:
    """Passes on what connects to it, as an async context manager."""

    def __init__(self, port: int) -> None:
        """`port`: of the service, on the loopback."""
        self._target = port
        self._running: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._passable = asyncio.Event()
        self._passable.set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.connections = 0
        """So many were made."""

    @property
    def address(self) -> str:
        """What the settings of a call process name."""
        return f"tcp://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def cut(self) -> None:
        """All connections break, and none can be made."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def hold_up(self) -> None:
        """Connections can be made, and nothing comes through."""
        self._passable.clear()

    def lead_to(self, port: int) -> None:
        """New connections go to another service."""
        self._target = port

    async def mend(self) -> None:
        """All goes through again."""
        self._passable.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self._writers.add(writer)
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(there_writer)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._copy(reader, there_writer))
                    both.create_task(self._copy(there_reader, writer))
            finally:
                there_writer.transport.abort()
                self._writers.discard(there_writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self._running.discard(task)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self._passable.wait()
            writer.write(data)
            await writer.drain()
        writer.transport.close()
