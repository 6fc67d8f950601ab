"""A server of the Model Context Protocol, by the official client (the `mcp` extra).

pipecat's own MCP service is not used: it belongs to a pipeline's language model, which would call
tools past the identity check, the question before an act and the check of results; it bounds
neither the time nor the size of an answer, and gives the model the text of errors.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Implementation, TextContent

import voice
from voice.errors import VoiceError
from voice.http_client import Reach, connect_within
from voice.settings.tools import Mcp
from voice.tools.mcp_stdio import command_transport
from voice.tools.schemas import Schema, plain_schema

_OURSELVES = Implementation(name="voice", version=voice.__version__)
_MOST_PAGES = 20
"""Of a server's list of tools."""
_KEY = "idempotencyKey"
"""Of a request's `_meta`."""

SESSION_ERRORS = (
    MCPError, VoiceError, RuntimeError, ValueError, OSError, httpx2.HTTPError, ExceptionGroup,
    anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream,
)  # fmt: skip
"""What opening a session, and what is done with it, may raise."""


class ServerNotReached(VoiceError):
    """A host or an address that may not be called, or a server that has ended."""


class ToolReportsError(VoiceError):
    """The tool says that it has failed; what it says of it is not kept."""


@dataclass(frozen=True)
class McpSession:
    """An open session; its tools are listed before any is called."""

    client: Client
    tools: Mapping[str, Schema]
    """What each of the tools that are wanted takes."""

    async def call(self, tool: str, arguments: dict[str, Any], key: str) -> object:
        """What a tool answers, as JSON; raises SESSION_ERRORS."""
        meta: Any = {_KEY: key} if key else None
        return _content(await self.client.call_tool(tool, arguments, meta=meta))


class McpServer:
    """Opens sessions: for a command one that is kept, for an address one for each call.

    An address may lose a session without a word; one that is opened just before a change cannot
    leave open whether the change was made.
    """

    def __init__(
        self,
        settings: Mcp,
        reach: Reach,
        tools: Collection[str],
        headers: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:
        """`tools` are those of it that may be called."""
        self._settings = settings
        self._reach = reach
        self._wanted = tools
        self._headers = headers
        self._environment = environment
        self._kept = _KeptSession(self._opened) if settings.command else None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[McpSession]:
        """A session to call tools in; raises SESSION_ERRORS."""
        if self._kept is not None:
            yield await self._kept.session()
            return
        async with self._opened(asyncio.Event()) as session:
            yield session

    def start_anew(self) -> None:
        """What was kept hangs: end it, so that the next call finds another."""
        if self._kept is not None:
            self._kept.forget()

    async def aclose(self) -> None:
        """End the command."""
        if self._kept is not None:
            self._kept.forget()
            await self._kept.forgotten()

    @asynccontextmanager
    async def _opened(self, over: asyncio.Event) -> AsyncIterator[McpSession]:
        settings, most = self._settings, self._settings.most_bytes
        async with AsyncExitStack() as stack:
            if settings.url is None:
                transport: Any = command_transport(settings.command, self._environment, most, over)
            else:
                http = await stack.enter_async_context(
                    connect_within(self._reach, ServerNotReached, settings.connect_seconds)
                )
                http.headers.update(self._headers)
                transport = streamable_http_client(
                    settings.url, http_client=http, max_sse_event_size=most
                )
            client = Client(transport, client_info=_OURSELVES, cache=None)
            await stack.enter_async_context(client)
            yield McpSession(client, await self._listed(client))

    async def _listed(self, client: Client) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            for tool in page.tools:
                if tool.name in self._wanted:
                    found[tool.name] = plain_schema(tool.input_schema)
            cursor = page.next_cursor
            if cursor is None:
                break
        return found


class _KeptSession:
    """A session that is opened when it is first needed, and again after it has ended.

    It belongs to a task of its own, because what opens it has to close it.
    """

    def __init__(
        self, opened: Callable[[asyncio.Event], AbstractAsyncContextManager[McpSession]]
    ) -> None:
        self._opened = opened
        self._over = asyncio.Event()
        self._ready: asyncio.Future[McpSession] | None = None
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def session(self) -> McpSession:
        """The session; whoever gives up waiting for it leaves it to those who come after."""
        if self._task is None or self._task.done() or self._over.is_set():
            self.forget()
            self._over = asyncio.Event()
            self._ready = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._hold(self._ready, self._over))
        assert self._ready is not None
        return await asyncio.shield(self._ready)

    def forget(self) -> None:
        """End it; what still waits for an answer gets none."""
        if self._task is not None:
            self._ending.add(self._task)
            self._task.add_done_callback(self._ending.discard)
            self._task.cancel()
            self._task = None

    async def forgotten(self) -> None:
        """Wait until all that was to end has ended."""
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _hold(self, ready: asyncio.Future[McpSession], over: asyncio.Event) -> None:
        ready.add_done_callback(lambda done: done.cancelled() or done.exception())
        failure: Exception = ServerNotReached("it has ended")
        try:
            async with self._opened(over) as session:
                ready.set_result(session)
                await over.wait()
        except SESSION_ERRORS as error:
            failure = error
        finally:
            over.set()
            if not ready.done():
                ready.set_exception(failure)


def cause_of(error: BaseException) -> BaseException:
    """The first error in a group; those of a transport come as one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _content(result: CallToolResult) -> object:
    """The structured content, or else the JSON that the only text is; None for neither."""
    if result.is_error:
        raise ToolReportsError("the tool reports an error")
    if result.structured_content is not None:
        return result.structured_content
    texts = [block.text for block in result.content if isinstance(block, TextContent)]
    try:
        return json.loads(texts[0]) if len(texts) == 1 else None
    except (ValueError, RecursionError):
        return None
