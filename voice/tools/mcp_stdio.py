"""A server of the Model Context Protocol that is a command: messages are lines on its pipes.

The transport of the `mcp` package holds a line of any length; this one breaks off at a bound.
Shutting down follows the specification (2025-11-25, lifecycle): its input is closed, then it is
told to end, then it is made to.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter
from pydantic import ValidationError

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]

_GRACE_SECONDS = 2.0
"""Between two steps of shutting down."""
_CHUNK = 2**16


@asynccontextmanager
async def command_transport(
    command: Sequence[str], environment: Mapping[str, str], most_bytes: int, over: asyncio.Event
) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """Start a command and talk with it; `over` is set when nothing more will come from it.

    It gets PATH, HOME and the like, and what is in `environment`. Raises OSError when it cannot be
    started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={**get_default_environment(), **environment},
        limit=most_bytes,
        start_new_session=True,
    )
    heard, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, to_send = anyio.create_memory_object_stream[SessionMessage](0)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_listen, process, heard, over)
            tasks.start_soon(_speak, process, to_send)
            try:
                yield incoming, outgoing
            finally:
                with anyio.CancelScope(shield=True):
                    incoming.close()
                    await _end(process)
                tasks.cancel_scope.cancel()
    finally:
        for stream in (heard, incoming, outgoing, to_send):
            stream.close()


async def _listen(
    process: Process,
    heard: MemoryObjectSendStream[SessionMessage | Exception],
    over: asyncio.Event,
) -> None:
    assert process.stdout is not None
    try:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, ValueError):
            while line := await process.stdout.readline():
                with suppress(ValidationError):  # what is no message is no business of ours
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                    await heard.send(SessionMessage(message))
    finally:
        over.set()
        heard.close()
    while await process.stdout.read(_CHUNK):
        pass  # what is left of a line that is too long; a full pipe could not be closed


async def _speak(process: Process, to_send: MemoryObjectReceiveStream[SessionMessage]) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):
        async for item in to_send:
            line = item.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(f"{line}\n".encode())
            await process.stdin.drain()


async def _end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await process.wait()
                return
