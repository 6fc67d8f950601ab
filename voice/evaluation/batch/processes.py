"""Workers as processes of this machine."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import IO

from voice.errors import VoiceError
from voice.evaluation.batch.examiners import Assignment, result_of
from voice.evaluation.batch.workers import LOADING_SECONDS, WorkerDied
from voice.network import isolate

WORKER = ("-m", "voice.evaluation.batch.worker")
"""How Python is told to be a worker."""
_LINE_BYTES = 64 << 20
"""The longest answer."""
_ENDING_SECONDS = 5.0
"""A worker without input that is still there then is killed."""


class ProcessWorker:
    """One process, which has said that it is ready."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    async def examine(self, task: str) -> str:
        """See Worker."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        with suppress(ConnectionError):
            stdin.write(task.encode() + b"\n")
            await stdin.drain()
        answer = (await stdout.readline()).decode().removesuffix("\n")
        if not answer:
            raise WorkerDied(f"the worker died ({_how(await _ended(self._process))})")
        return result_of(answer)


class Processes:
    """So many processes; what one says of itself is kept until it is ready."""

    def __init__(self, count: int) -> None:
        self.count = count

    @asynccontextmanager
    async def start(self, assignment: Assignment) -> AsyncIterator[ProcessWorker]:
        """See Workers."""
        environment = dict(os.environ)
        isolate(environment)
        # Not the worker's own, which may be killed and would leave it.
        folder = tempfile.TemporaryDirectory(prefix="voice-evaluation-", ignore_cleanup_errors=True)
        with folder as scratch, tempfile.TemporaryFile() as said:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *WORKER, scratch),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=said,
                limit=_LINE_BYTES,
                env=environment,
            )
            async with AsyncExitStack() as unless_ended:
                unless_ended.push_async_callback(_killed, process)
                await _loaded(process, assignment, said)
                yield ProcessWorker(process)
                unless_ended.pop_all()
            await _ended(process)


async def _loaded(
    process: asyncio.subprocess.Process, assignment: Assignment, said: IO[bytes]
) -> None:
    assert process.stdin is not None and process.stdout is not None
    with suppress(ConnectionError):
        process.stdin.write(assignment.to_json().encode() + b"\n")
        await process.stdin.drain()
    try:
        ready = await asyncio.wait_for(process.stdout.readline(), LOADING_SECONDS)
    except TimeoutError:
        limit = f"{LOADING_SECONDS:.0f} s"
        raise VoiceError(f"a worker had not loaded its models within {limit}") from None
    if ready.strip() != b"ready":
        status = await _ended(process)
        raise VoiceError(f"a worker did not start: {_last_words(said) or _how(status)}")


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("voice: ") if lines else ""


async def _killed(process: asyncio.subprocess.Process) -> None:
    """End it at once."""
    with suppress(ProcessLookupError):
        process.kill()
    await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> int:
    """Close its input and wait until it is gone; its exit status."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.communicate(), _ENDING_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
    return process.returncode or 0


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
