"""The tools of the settings, wherever they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from voice.errors import ConfigError
from voice.identity import Caller, IdentityCheck, IdentityLevel
from voice.settings import Settings
from voice.tools.openapi_tools import openapi_tools
from voice.tools.packages import load_package
from voice.tools.tool import Tool, ToolBox


class NobodyKnown:
    """Stands for an IdentityCheck where no package brings one."""

    customer_digits = 1
    """Nobody is asked for a number."""

    async def knows(self, caller: Caller) -> str | None:
        """Nobody's."""
        return None

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        """Nobody is verified."""
        return None


async def load_tools(settings: Settings) -> tuple[ToolBox, IdentityCheck]:
    """All tools of `[tools]`, and what establishes who calls.

    Raises ConfigError with the key to be mended. The ToolBox has to be closed.
    """
    tools: list[Tool] = []
    checks: list[IdentityCheck] = []
    for name in settings.tools.packages:
        package, check = load_package(name, settings)
        tools += package
        checks += [check] if check is not None else []
    if len(checks) > 1:
        raise ConfigError("tools.packages: two of them establish who calls: expected one")
    async with AsyncExitStack() as unless_loaded:
        tools += await _remote(settings, unless_loaded.push_async_callback)
        if not checks:
            _require_no_proof(tools)
        box = ToolBox(tools)
        box.closing = unless_loaded.pop_all().aclose
    return box, checks[0] if checks else NobodyKnown()


async def _remote(
    settings: Settings, close_later: Callable[[Callable[[], Awaitable[None]]], object]
) -> list[Tool]:
    """The tools that are somebody else's; what has to be closed is handed to `close_later`."""
    wanted, allow = settings.tools, settings.network.allow
    seconds = settings.response.tool_timeout_seconds
    tools: list[Tool] = []
    for name, source in wanted.openapi.items():
        tools += await openapi_tools(name, source, allow, seconds)
    for name, server in wanted.mcp.items():
        try:
            from voice.tools.mcp_tools import mcp_tools
        except ModuleNotFoundError:
            raise ConfigError(
                f"tools.mcp.{name}: needs the mcp extra: pip install voice[mcp]"
            ) from None
        served, running = await mcp_tools(name, server, allow, seconds)
        close_later(running.aclose)
        tools += served
    return tools


def _require_no_proof(tools: list[Tool]) -> None:
    for tool in tools:
        if tool.level >= IdentityLevel.VERIFIED:
            raise ConfigError(
                f"tools.packages: {tool.name} needs a verified caller, and none of the packages "
                "establishes who calls"
            )
