"""Processes that a test starts, watches line by line, and always ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
APOLOGY_HZ = 1000.0


class Program:
    """A running process; its lines on both outputs are kept."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def line(self, text: str, seconds: float = 30, count: int = 1) -> str:
        """Wait for the `count`th line that holds the text."""

        def matching() -> list[str]:
            return [line for line in self.lines if text in line]

        async with self._news:
            try:
                await asyncio.wait_for(
                    self._news.wait_for(lambda: len(matching()) >= count), seconds
                )
            except TimeoutError:
                raise AssertionError(f"no line with {text!r} in {self.lines}") from None
        return matching()[count - 1]

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    async def wait(self, seconds: float = 15) -> int:
        status = await asyncio.wait_for(self._process.wait(), seconds)
        await self._reader
        return status

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._news:
                self.lines.append(line.decode(errors="replace").rstrip())
                self._news.notify_all()


@contextlib.asynccontextmanager
async def running(
    command: Sequence[str | Path],
    settings: Mapping[str, str] = {},
    errors: int = asyncio.subprocess.STDOUT,
) -> AsyncIterator[Program]:
    """`errors` is where standard error goes: by default to the lines, too."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=errors,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)} | dict(settings),
    )
    program = Program(process)
    try:
        yield program
    finally:
        if process.returncode is None:
            process.kill()
        await program.wait()


@dataclass
class EdgeProcess:
    """An edge that is ready."""

    program: Program
    address: tuple[str, int]

    @classmethod
    async def ready(cls, program: Program) -> EdgeProcess:
        line = await program.line("ready 127.0.0.1:")
        try:
            port = int(line.rpartition(":")[2])
        except ValueError:
            raise AssertionError(f"{line!r} of {program.lines}") from None
        return cls(program, ("127.0.0.1", port))

    @property
    def port(self) -> int:
        return self.address[1]


EdgeStarter = Callable[..., AbstractAsyncContextManager[EdgeProcess]]
