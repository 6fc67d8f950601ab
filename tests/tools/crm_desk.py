"""A desk whose tools are operations of the document beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.tools.conftest import HOST, SECONDS, Desk, desk
from tests.tools.crm_server import Crm
from voice.settings.tools import OpenApi
from voice.tools.openapi_tools import openapi_tools

DOCUMENT = Path(__file__).parent / "crm.yaml"
LOOPBACK = ["127.0.0.0/8"]

READ: dict[str, Any] = {
    "operation": "readInvoice",
    "identity": "verified",
    "arguments": {"customerId": "caller.customer"},
    "status": "/state",
    "statuses": {"OPEN": "open", "PAID": "paid"},
    "result": {"amount": "/total/amount", "due_date": "/dueDate", "items": "/count"},
    "answers": {"404": "none"},
}
BLOCK: dict[str, Any] = {
    "operation": "blockCard",
    "identity": "verified",
    "arguments": {"/holder/customer": "caller.customer", "/holder/pin": "pin"},
    "fixed": {"/channel": "telephone"},
    "status": "/state",
    "statuses": {"BLOCKED": "blocked"},
    "result": {"days": "/replacement/days"},
}
LOOK_UP: dict[str, Any] = {
    "operation": "readCard",
    "arguments": {"number": "card"},
    "status": "/blocked",
    "statuses": {"true": "blocked", "false": ""},
}
DONE = {"state": "BLOCKED", "replacement": {"days": 3}}


async def desk_of(
    service: Crm, *, seconds: float = SECONDS, tools: Any = None, **settings: Any
) -> Desk:
    wanted = OpenApi.model_validate(
        {
            "document": str(DOCUMENT),
            "server": service.url,
            "hosts": [HOST],
            "networks": LOOPBACK,
            "tools": tools or {"get_bill": READ, "block_card": BLOCK},
            **settings,
        }
    )
    return desk(*await openapi_tools("crm", wanted, [HOST], seconds), seconds=seconds)
