"""Tasks whose tools are somebody else's, and a caller for whom they run."""

from __future__ import annotations

import datetime
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from voice.identity import Caller, IdentityLevel
from voice.tasks import TaskTool
from voice.tools import Tool, ToolBox, ToolRun, Value, run_tool

CUSTOMER = Caller("35315550101", "400213", IdentityLevel.VERIFIED)
KEY = "6b1f8a52-2f4e-4a55-9f0a-1a2b3c4d5e6f"
HOST = "crm.test"
"""What stands for the loopback."""
SECONDS = 30.0
"""Of a tool; a test that waits for a deadline gives another."""

GET_BILL = TaskTool.model_validate(
    {
        "name": "get_bill",
        "arguments": {"month": {"type": "date", "optional": True}},
        "result": {
            "status": {"open": ["balance"], "paid": ["nothing_due"], "none": ["no_bill"]},
            "amount": "money",
            "due_date": "date",
            "items": "number",
            "plan": "name",
        },
    }
)
"""Reads something."""
BLOCK_CARD = TaskTool.model_validate(
    {
        "name": "block_card",
        "side_effect": True,
        "arguments": {
            "card": {"type": "digits", "length": 8},
            "pin": {"type": "digits", "length": 4, "optional": True, "secret": True},
        },
        "result": {"status": {"blocked": ["blocked"]}, "days": "number"},
    }
)
"""Changes something."""
BILL: dict[str, Value] = {
    "status": "open",
    "amount": Decimal("42.17"),
    "due_date": datetime.date(2026, 12, 14),
    "items": 3,
    "plan": "Smart",
}
BLOCKED: dict[str, Value] = {"status": "blocked", "days": 3}


@dataclass
class Desk:
    """Runs the tools that a test has, for the customer, and keeps their audit."""

    tools: ToolBox
    seconds: float = SECONDS
    audit: list[dict[str, Any]] = field(default_factory=list)

    async def bill(self, **arguments: object) -> ToolRun:
        """What `get_bill` comes to."""
        return await self.run(GET_BILL, arguments)

    async def block(self, key: str = KEY, **arguments: object) -> ToolRun:
        """What `block_card` comes to."""
        return await self.run(BLOCK_CARD, {"card": "00420017", **arguments}, key)

    async def run(self, task: TaskTool, arguments: Mapping[str, object], key: str = KEY) -> ToolRun:
        tool = self.tools.get(task.name)
        assert tool is not None

        def audit(**use: object) -> None:
            self.audit.append(use)

        return await run_tool(task, tool, CUSTOMER, arguments, self.seconds, key, audit)


def desk(*tools: Tool, seconds: float = SECONDS) -> Desk:
    """A desk with these tools."""
    return Desk(ToolBox(tools), seconds)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's environment says of proxies plays no part."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names mean, one address after the other; each asking takes the next, if there is one."""
    known = {HOST: ["127.0.0.1"]}
    truly = socket.getaddrinfo

    def resolve(host: str, port: int, *more: Any, **others: Any) -> Any:
        if host not in known:
            return truly(host, port, *more, **others)
        addresses = known[host]
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        return truly(address, port, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known
