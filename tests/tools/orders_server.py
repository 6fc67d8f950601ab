"""A server of the Model Context Protocol, by the official package, that answers as it is told to.

`python -m tests.tools.orders_server FILE` serves on its standard streams; each call is noted in
FILE, a line of JSON each. What is done about a call follows from the item that is ordered.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    TextContent,
    Tool,
)

READ = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "pattern": "^[0-9]{8}$"},
        "customer": {"type": "integer"},
    },
    "required": ["order"],
    "additionalProperties": False,
}
PLACE = {
    "type": "object",
    "properties": {"order": {"type": "string"}, "request_id": {"type": "string"}},
    "required": ["order"],
}
GIVES = {
    "type": "object",
    "properties": {"state": {"type": "string"}, "parcels": {"type": "integer"}},
    "required": ["state"],
}
HANGS, THROWS, HUGE, WRONG, TEXT, ENDS, REFUSES = (f"0000000{number}" for number in range(1, 8))
"""Orders that bring a fault: for any other one all is well."""


def server(journal: Path) -> Server[Any]:
    """It notes what it is asked in the journal."""

    async def list_tools(context: Any, params: Any) -> ListToolsResult:
        tools = [
            Tool(name="read_order", input_schema=READ, output_schema=GIVES),
            Tool(name="place_order", input_schema=PLACE),
        ]
        return ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
        arguments = params.arguments or {}
        note = {"tool": params.name, "arguments": arguments, "meta": dict(params.meta or {})}
        with journal.open("a") as file:
            file.write(json.dumps(note, default=str) + "\n")
        match arguments.get("order"):
            case "00000001":
                await asyncio.Event().wait()
            case "00000002":
                raise RuntimeError("pin=4271")
            case "00000003":
                return _answer({"state": "x" * 10_000_000})
            case "00000004":
                return _answer({"state": 5})
            case "00000005":
                text = TextContent(type="text", text='{"state": "SENT", "parcels": 2}')
                return CallToolResult(content=[text])
            case "00000006":
                os._exit(1)
            case "00000007":
                raise MCPError(INVALID_PARAMS, "no such order")
        return _answer({"state": "SENT", "parcels": 2})

    return Server("orders", on_list_tools=list_tools, on_call_tool=call_tool)


def _answer(content: dict[str, Any]) -> CallToolResult:
    return CallToolResult(content=[], structured_content=content)


async def main() -> None:
    """Serve on the standard streams."""
    served = server(Path(sys.argv[1]))
    async with stdio_server() as (heard, spoken):
        await served.run(heard, spoken, served.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main())
