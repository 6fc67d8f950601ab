"""Tools that are tools of a server of the Model Context Protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from mcp import MCPError
from mcp.types import INVALID_PARAMS, METHOD_NOT_FOUND

from voice.errors import ConfigError
from voice.http_client import UnfitAnswer
from voice.identity import Caller, IdentityLevel
from voice.network import is_allowed
from voice.settings.tools import Mcp, McpCall, McpTool
from voice.tasks import TaskTool
from voice.tools.mapping import Mapping, nested
from voice.tools.mcp_server import (
    SESSION_ERRORS,
    McpServer,
    ServerNotReached,
    ToolReportsError,
    cause_of,
)
from voice.tools.remote import OtherSide, RemoteFailed, reach_of
from voice.tools.schemas import NotAsDocumented, Schema, keys_of
from voice.tools.tool import Arguments, Tool

_START_SECONDS = 30.0
"""For a server to start and to list its tools."""


async def mcp_tools(
    name: str, settings: Mcp, allow: list[str], seconds: float
) -> tuple[list[Tool], McpServer]:
    """The tools of `[tools.mcp.NAME]`, and their server, to be closed.

    Raises ConfigError with the key to be mended. `seconds` is the deadline of a tool.
    """
    key = f"tools.mcp.{name}"
    if settings.url is not None:
        host = urlsplit(settings.url).hostname or ""
        for known, where in ((settings.hosts, f"{key}.hosts"), (allow, "[network] allow")):
            if not is_allowed(host, known):
                raise ConfigError(f"{key}.url: {host} is not in {where}")
    wanted = {call.tool for tool in settings.tools.values() for call in _calls(tool)}
    server = McpServer(
        settings,
        reach_of(settings, allow),
        wanted,
        {one: kept.read(f"{key}.headers.{one}") for one, kept in settings.headers.items()},
        {one: kept.read(f"{key}.environment.{one}") for one, kept in settings.environment.items()},
    )
    side = OtherSide(f"mcp {name}", settings, seconds)
    async with AsyncExitStack() as unless_loaded:
        unless_loaded.push_async_callback(server.aclose)
        listed = await _listed(key, server)
        tools = [
            _tool(f"{key}.tools.{tool}", tool, one, listed, server, side)
            for tool, one in settings.tools.items()
        ]
        unless_loaded.pop_all()
    return tools, server


def _calls(tool: McpTool) -> list[McpCall]:
    return [tool, *([tool.outcome] if tool.outcome else [])]


async def _listed(key: str, server: McpServer) -> dict[str, Schema]:
    try:
        async with asyncio.timeout(_START_SECONDS), server.session() as session:
            return dict(session.tools)
    except TimeoutError:
        raise ConfigError(f"{key}: no list of tools within {_START_SECONDS:g} s") from None
    except SESSION_ERRORS as error:
        raise ConfigError(f"{key}: {_reason(cause_of(error))}") from None


def _reason(error: BaseException) -> str:
    """What went wrong, in our own words; of another's error its class alone."""
    ours = isinstance(error, ServerNotReached | UnfitAnswer | ToolReportsError | NotAsDocumented)
    if isinstance(error, MCPError):
        return f"error {error.code}"
    if isinstance(error, RuntimeError):  # of the client, which holds it against the schema
        return "an answer that is not as documented"
    return str(error) if ours else type(error).__name__


def _tool(
    key: str,
    name: str,
    wanted: McpTool,
    listed: dict[str, Schema],
    server: McpServer,
    side: OtherSide,
) -> Tool:
    function = _Function(key, wanted, listed, server, side)
    lookup = None
    if wanted.outcome is not None:
        lookup = _Function(f"{key}.outcome", wanted.outcome, listed, server, side)

    def fits(task: TaskTool) -> None:
        function.mapping.fits(task)
        if lookup:
            lookup.mapping.reads_for(task)

    return Tool(
        name,
        IdentityLevel[wanted.identity.upper()],
        wanted.side_effect,
        function.run,
        lookup.run if lookup else None,
        source=side.source,
        as_json=True,
        fits=fits,
    )


class _Function:
    """One of a server's tools, as a task uses it."""

    def __init__(
        self,
        key: str,
        call: McpCall,
        listed: dict[str, Schema],
        server: McpServer,
        side: OtherSide,
    ) -> None:
        if call.tool not in listed:
            raise ConfigError(f"{key}.tool: the server has no tool {call.tool}")
        self._tool = call.tool
        self._server = server
        self._side = side
        changes = isinstance(call, McpTool) and call.side_effect
        self._changes = changes
        self._may_repeat = not changes or (isinstance(call, McpTool) and call.keyed)
        self._key_argument = call.key if isinstance(call, McpTool) else None
        self.mapping = Mapping(key, call, _schemas(listed[call.tool]))
        if self._key_argument and not _schemas(listed[call.tool])(self._key_argument):
            raise ConfigError(f"{key}.key: nothing there is called {self._key_argument}")

    async def run(
        self, caller: Caller, arguments: Arguments, *, idempotency_key: str
    ) -> dict[str, object]:
        """See Tool.run; raises RemoteFailed."""
        try:
            values = self.mapping.outgoing(caller, arguments)
        except NotAsDocumented as error:
            raise self._side.failed(f"not called: {error}", nothing_done=True) from None
        if self._key_argument:
            values[self._key_argument] = idempotency_key
        outgoing = nested(values)
        key = idempotency_key if self._changes else ""
        try:
            answer = await self._side.call(lambda: self._once(outgoing, key), self._may_repeat)
        finally:
            if self._side.left_alone:
                self._server.start_anew()
        return self.mapping.result(answer)

    async def _once(self, arguments: dict[str, object], key: str) -> object:
        """One call; what a session raises when it closes is no matter once there is an answer."""
        answers: list[object] = []
        sent = False
        try:
            async with self._server.session() as session:
                if self._tool not in session.tools:
                    raise ServerNotReached("the server has this tool no more")
                session.tools[self._tool].check(arguments)
                sent = True
                answers.append(await session.call(self._tool, arguments, key))
        except NotAsDocumented as error:
            raise self._side.failed(f"not called: {error}", nothing_done=True) from None
        except SESSION_ERRORS as error:
            if not answers:
                raise self._failure(cause_of(error), sent) from None
        return answers[0]

    def _failure(self, error: BaseException, sent: bool) -> RemoteFailed:
        refused = isinstance(error, MCPError) and error.code in (INVALID_PARAMS, METHOD_NOT_FOUND)
        final = isinstance(error, ToolReportsError | UnfitAnswer | RuntimeError | ValueError)
        return self._side.failed(
            _reason(error), nothing_done=refused or not sent, passing=not refused and not final
        )


def _schemas(takes: Schema) -> Callable[[str], Schema | None]:
    """What goes to a target."""
    return lambda target: takes.of(*(keys_of(target) if target.startswith("/") else [target]))
