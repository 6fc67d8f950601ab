"""Tools of a server of the Model Context Protocol: a real one, by a command and over HTTP."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.tools import orders_server as orders
from tests.tools.conftest import KEY, SECONDS, Desk, desk
from voice.errors import ConfigError
from voice.settings.tools import Mcp
from voice.tasks import TaskTool
from voice.tools.mcp_tools import mcp_tools

ROOT = Path(__file__).resolve().parents[2]
ORDER = "00420017"
ARGUMENTS = {"order": {"type": "digits", "length": 8}}
RESULT = {"status": {"sent": ["sent"]}, "parcels": "number"}
GET_ORDER = TaskTool.model_validate({"name": "get_order", "arguments": ARGUMENTS, "result": RESULT})
PLACE_ORDER = TaskTool.model_validate(
    {"name": "place_order", "side_effect": True, "arguments": ARGUMENTS, "result": RESULT}
)
READ: dict[str, Any] = {
    "tool": "read_order",
    "identity": "unknown",
    "side_effect": False,
    "arguments": {"customer": "caller.customer"},
    "status": "/state",
    "statuses": {"SENT": "sent"},
}
PLACE: dict[str, Any] = {
    "tool": "place_order",
    "identity": "verified",
    "key": "request_id",
    "status": "/state",
    "statuses": {"SENT": "sent"},
}
TOOLS = {"get_order": READ, "place_order": PLACE}
CLOSED = "error -32000"
SENT = {"status": "sent", "parcels": 2}


class Orders:
    """The server's journal, and how a desk reaches it."""

    def __init__(self, journal: Path, settings: dict[str, Any]) -> None:
        self.journal = journal
        self.settings = settings

    @property
    def asked(self) -> list[dict[str, Any]]:
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    @asynccontextmanager
    async def desk(
        self, *, seconds: float = SECONDS, tools: Any = None, **more: Any
    ) -> AsyncIterator[Desk]:
        wanted = Mcp.model_validate({**self.settings, "tools": tools or TOOLS, **more})
        loaded, server = await mcp_tools("orders", wanted, ["127.0.0.1"], seconds)
        try:
            yield desk(*loaded, seconds=seconds)
        finally:
            await server.aclose()


@asynccontextmanager
async def over_http(journal: Path) -> AsyncIterator[Orders]:
    app = orders.server(journal).streamable_http_app()
    config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    started = asyncio.Event()
    begin = server.startup

    async def startup(sockets: Any = None) -> None:
        await begin(sockets)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    running = asyncio.create_task(server.serve())
    try:
        await started.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Orders(
            journal,
            {
                "url": f"http://127.0.0.1:{port}/mcp",
                "hosts": ["127.0.0.1"],
                "networks": ["127.0.0.0/8"],
            },
        )
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def by_command(journal: Path) -> AsyncIterator[Orders]:
    command = [sys.executable, "-m", "tests.tools.orders_server", str(journal)]
    yield Orders(journal, {"command": command})


@pytest.fixture(params=[by_command, over_http])
async def service(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Orders]:
    monkeypatch.chdir(ROOT)
    async with request.param(tmp_path / "journal.jsonl") as orders:
        yield orders


async def test_a_tool_of_a_server_answers_and_a_change_carries_its_key(service: Orders) -> None:
    async with service.desk() as office:
        read = await office.run(GET_ORDER, {"order": ORDER})
        placed = await office.run(PLACE_ORDER, {"order": ORDER})
        as_text = await office.run(PLACE_ORDER, {"order": orders.TEXT})
    assert read.result == placed.result == as_text.result == SENT
    first, second, _ = service.asked
    assert first["arguments"] == {"order": ORDER, "customer": 400213}
    assert "idempotencyKey" not in first["meta"]
    assert second["arguments"] == {"order": ORDER, "request_id": KEY}
    assert second["meta"]["idempotencyKey"] == KEY
    assert office.audit[0]["source"] == "mcp orders"


async def test_what_fails_says_so_or_is_unknown(service: Orders) -> None:
    async with service.desk() as office:
        wrong = await office.run(GET_ORDER, {"order": orders.WRONG})
        changes = [
            await office.run(PLACE_ORDER, {"order": order})
            for order in (orders.THROWS, orders.WRONG, orders.REFUSES)
        ]
        assert (await office.run(GET_ORDER, {"order": ORDER})).result == SENT
    assert wrong.error == "an answer that is not as documented"
    assert [run.outcome for run in (wrong, *changes)] == [
        "failed",
        "unknown",
        "unknown",
        "not done",
    ]
    assert not any(run.result or "4271" in run.error for run in (wrong, *changes))


async def test_an_answer_that_is_too_long_is_broken_off_and_the_next_call_is_well(
    service: Orders,
) -> None:
    async with service.desk(tries=1) as office:
        run = await office.run(GET_ORDER, {"order": orders.HUGE})
        assert (run.result, run.outcome) == ({}, "failed")
        assert run.error in (CLOSED, "an answer of more than 1048576 bytes")
        assert (await office.run(GET_ORDER, {"order": ORDER})).result == SENT


async def test_a_tool_that_hangs_has_a_deadline_and_others_go_on(service: Orders) -> None:
    async with service.desk() as office:
        office.seconds = 0.2
        run = await office.run(GET_ORDER, {"order": orders.HANGS})
        office.seconds = SECONDS
        assert (run.error, run.outcome) == ("TimeoutError", "failed")
        assert (await office.run(GET_ORDER, {"order": ORDER})).result == SENT


async def test_what_became_of_a_change_is_looked_up(service: Orders) -> None:
    look_up = {**READ, "statuses": {"SENT": ""}}
    del look_up["identity"], look_up["side_effect"]
    tools = {"place_order": {**PLACE, "outcome": look_up}}
    async with service.desk(tools=tools, tries=1) as office:
        run = await office.run(PLACE_ORDER, {"order": orders.REFUSES})
        assert run.outcome == "not done"
        run = await office.run(PLACE_ORDER, {"order": orders.THROWS})
        assert run.outcome == "unknown"
    assert [asked["tool"] for asked in service.asked] == [
        "place_order", "place_order", "read_order",
    ]  # fmt: skip


async def test_an_argument_that_the_schema_does_not_take_stays_here(service: Orders) -> None:
    task = GET_ORDER.model_copy(update={"arguments": None})
    async with service.desk() as office:
        run = await office.run(task, {"order": "12"})
    assert run.error == "not called: order: not as documented (pattern)"
    assert service.asked == []


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"tools": {"get_order": {**READ, "tool": "x"}}}, r"get_order\.tool: .*has no tool x$"),
        (
            {"tools": {"get_order": {**READ, "arguments": {"x": "order"}}}},
            r"get_order\.arguments: nothing there is called x$",
        ),
        (
            {"tools": {"place_order": {**PLACE, "key": "x"}}},
            r"place_order\.key: nothing there is called x$",
        ),
    ],
)
async def test_a_mistake_is_found_when_the_tools_are_loaded(
    tmp_path: Path, settings: dict[str, Any], complaint: str
) -> None:
    async with over_http(tmp_path / "journal.jsonl") as service:
        with pytest.raises(ConfigError, match=rf"tools\.mcp\.orders\.tools\.{complaint}"):
            async with service.desk(**settings):
                pass


# A server that is a command


def alive(name: str) -> list[str]:
    """The processes whose command line has this in it."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and name in (process / "cmdline").read_text():
                found.append(process.name)
        except OSError:
            continue
    return found


@pytest.fixture
async def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Orders]:
    monkeypatch.chdir(ROOT)
    async with by_command(tmp_path / "journal.jsonl") as orders:
        yield orders


async def test_a_command_is_started_once_and_ends_with_the_tools(command: Orders) -> None:
    async with command.desk() as office:
        (process,) = alive(str(command.journal))
        await office.run(GET_ORDER, {"order": ORDER})
        assert alive(str(command.journal)) == [process]
    assert alive(str(command.journal)) == []


async def test_a_command_that_ended_is_started_anew(command: Orders) -> None:
    async with command.desk(tries=1) as office:
        (first,) = alive(str(command.journal))
        run = await office.run(PLACE_ORDER, {"order": orders.ENDS})
        assert run.outcome == "unknown"
        assert (await office.run(PLACE_ORDER, {"order": ORDER})).result == SENT
        assert alive(str(command.journal)) != [first]


async def test_a_command_that_hangs_again_and_again_is_started_anew(command: Orders) -> None:
    async with command.desk(seconds=0.2, failures=1) as office:
        (first,) = alive(str(command.journal))
        error = ""
        while error != "has failed often and is left alone for now":
            error = (await office.run(GET_ORDER, {"order": orders.HANGS})).error
        while first in alive(str(command.journal)):
            await asyncio.sleep(0.02)


async def test_a_command_gets_what_it_needs_of_the_environment_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("ORDERS_KEY", "key-0815")
    monkeypatch.setenv("OTHER_KEY", "other-0815")
    journal = tmp_path / "journal.jsonl"
    seen = tmp_path / "environment"
    script = f"env > {seen}; exec {sys.executable} -m tests.tools.orders_server {journal}"
    settings = {
        "command": ["/bin/sh", "-c", script],
        "environment": {"KEY": {"env": "ORDERS_KEY"}},
    }
    async with Orders(journal, settings).desk():
        given = dict(line.split("=", 1) for line in seen.read_text().splitlines() if "=" in line)
    assert given["KEY"] == "key-0815"
    assert "other-0815" not in given.values()


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (["/nowhere/orders"], "FileNotFoundError"),
        (["/bin/true"], CLOSED),
        (["/bin/echo", "hello"], CLOSED),
    ],
)
async def test_a_command_that_is_no_server_is_refused(command: list[str], complaint: str) -> None:
    settings = Mcp.model_validate({"command": command, "tools": TOOLS})
    with pytest.raises(ConfigError, match=rf"tools\.mcp\.orders: ({complaint})"):
        await mcp_tools("orders", settings, [], SECONDS)


# A server at an address


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"hosts": ["else.test"]},
            r"orders\.url: 127\.0\.0\.1 is not in tools\.mcp\.orders\.hosts",
        ),
        ({"networks": []}, r"orders: 127\.0\.0\.1 lies in a network that is not listed"),
    ],
)
async def test_a_server_that_may_not_be_reached_is_not(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    async with over_http(tmp_path / "journal.jsonl") as service:
        with pytest.raises(ConfigError, match=complaint):
            async with service.desk(**change):
                pass


async def test_a_server_that_is_away_has_surely_done_nothing(tmp_path: Path) -> None:
    async with over_http(tmp_path / "journal.jsonl") as service, service.desk() as office:
        kept: Callable[..., Any] = office.run
    run = await kept(PLACE_ORDER, {"order": ORDER})
    assert (run.outcome, run.error) == ("not done", "ConnectError")
