"""Tools that are operations of an OpenAPI document, against a real web service on the loopback."""

from __future__ import annotations

import asyncio
import datetime
import logging
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.tools.conftest import BILL, BLOCK_CARD, BLOCKED, GET_BILL, KEY, SECONDS, Desk, desk
from tests.tools.crm_server import INVOICE, Answer, Crm, crm, cut, json, plain
from voice import http_client
from voice.errors import ConfigError
from voice.tool_settings import OpenApi
from voice.tools.openapi_tools import openapi_tools

DOCUMENT = Path(__file__).parent / "crm.yaml"
HOST = "crm.test"
LOOPBACK = ["127.0.0.0/8"]
METADATA = "169.254.169.254"

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


async def test_an_answer_becomes_the_tasks_result_and_arguments_go_where_they_belong() -> None:
    async with crm(json(INVOICE)) as service:
        run = await (await desk_of(service)).bill(month=datetime.date(2026, 11, 1))
    assert run.result == BILL and run.outcome == "done"
    (asked,) = service.asked
    assert (asked.method, asked.path) == ("GET", "/v2/customers/400213/invoice?month=2026-11-01")
    assert asked.headers["host"] == f"{HOST}:{service.port}"
    assert "idempotency-key" not in asked.headers


async def test_a_change_carries_its_key_and_a_body_as_the_schema_has_it() -> None:
    async with crm(json(DONE, 201)) as service:
        run = await (await desk_of(service)).block()
    assert run.result == BLOCKED
    (asked,) = service.asked
    assert asked.body == {
        "card": "00420017", "channel": "telephone", "holder": {"customer": 400213},
    }  # fmt: skip
    assert asked.headers["idempotency-key"] == KEY


async def test_a_status_of_http_may_be_an_answer() -> None:
    async with crm(plain("no such page", status=404)) as service:
        run = await (await desk_of(service)).bill()
    assert run.result == {"status": "none"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (plain("<html>welcome</html>"), "something else than JSON"),
        (plain("{", "application/json"), "no JSON"),
        (plain("NaN", "application/json"), "no JSON"),
        (plain("[" * 100_000, "application/json"), "no JSON"),
        (json({**INVOICE, "state": 5}), "not as documented"),
        (json({**INVOICE, "state": "LOST"}), "not as documented (enum)"),
        (json({"state": "OPEN"}), "not as documented (required)"),
        (json({**INVOICE, "dueDate": "soon"}), "not as documented (format)"),
        (json({**INVOICE, "count": 10**20}), "items cannot be said"),
        (json({**INVOICE, "plan": "x" * 2000}), "plan cannot be said"),
        (json([]), "not as documented"),
        (plain("", status=302, Location="/elsewhere"), "redirects are not followed"),
        (plain("", status=307, Location="http://169.254.169.254/"), "redirects are not followed"),
        (plain("x", "application/json", Content_Encoding="gzip"), "an encoded answer"),
        (json({}, 401), "status 401"),
        (json({}, 500), "status 500"),
        (cut, "RemoteProtocolError"),
    ],
)
async def test_an_answer_that_is_none_is_not_used(answer: Answer, reason: str) -> None:
    async with crm(answer) as service:
        run = await (await desk_of(service, tries=1)).bill()
    assert (run.result, run.outcome) == ({}, "failed")
    assert reason in run.error
    assert len(service.asked) == 1


async def endless(request: web.Request) -> web.StreamResponse:
    """Says more and more, until nobody listens."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b"[" * 65536)


async def ten_megabytes(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b" " * 10_000_000, content_type="application/json")


@pytest.mark.parametrize("answer", [endless, ten_megabytes])
async def test_an_answer_that_is_too_long_is_refused_before_it_is_there(answer: Answer) -> None:
    async with crm(answer) as service:
        run = await (await desk_of(service)).bill()
    assert run.error == "an answer of more than 1048576 bytes"


async def test_a_service_that_hangs_has_a_deadline_and_is_left_alone_in_the_end() -> None:
    left = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await left.wait()
        return web.Response()

    async with crm(hang) as service:
        office = await desk_of(service, seconds=0.1, failures=2)
        errors = [(await office.bill()).error]
        while errors[-1] == "TimeoutError":
            errors.append((await office.bill()).error)
        left.set()
    assert len(errors) > 2 and errors[-1] == "has failed often and is left alone for now"
    assert len(service.asked) == len(errors) - 1


async def test_a_reading_that_fails_in_passing_is_made_again() -> None:
    async with crm(json({}, 503), json(INVOICE)) as service:
        run = await (await desk_of(service)).bill()
    assert run.result == BILL and len(service.asked) == 2


@pytest.mark.parametrize("fault", [cut, json({}, 503), json({}, 500)])
async def test_a_change_is_not_made_again_where_that_may_do_it_twice(fault: Answer) -> None:
    async with crm(fault, json(DONE, 201)) as service:
        run = await (await desk_of(service)).block()
    assert (run.outcome, len(service.asked)) == ("unknown", 1)


async def test_a_change_that_is_told_apart_by_its_key_is_made_again_with_the_same_one() -> None:
    tools = {"block_card": {**BLOCK, "keyed": True}}
    async with crm(cut, json(DONE, 201)) as service:
        run = await (await desk_of(service, tools=tools)).block()
    assert run.result == BLOCKED
    assert [asked.headers["idempotency-key"] for asked in service.asked] == [KEY, KEY]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (json({"blocked": True, "days": 3}), "done"),
        (json({"blocked": False}), "not done"),
        (json({"blocked": "perhaps"}), "unknown"),
        (json({}, 404), "unknown"),
        (cut, "unknown"),
    ],
)
async def test_what_became_of_a_change_that_was_cut_off_is_looked_up(
    found: Answer, outcome: str
) -> None:
    tools = {"block_card": {**BLOCK, "outcome": LOOK_UP}}
    async with crm(cut, found) as service:
        run = await (await desk_of(service, tools=tools, tries=1)).block()
    assert run.outcome == outcome
    assert run.result == (BLOCKED if outcome == "done" else {})
    assert service.asked[1].path == "/v2/cards/00420017"


async def test_a_change_that_was_refused_needs_no_look_up() -> None:
    tools = {"block_card": {**BLOCK, "outcome": LOOK_UP}}
    async with crm(json({}, 422)) as service:
        run = await (await desk_of(service, tools=tools)).block()
    assert (run.outcome, run.error, len(service.asked)) == ("not done", "status 422", 1)


async def test_what_nobody_listens_for_was_surely_not_done() -> None:
    async with crm(json(DONE)) as service:
        office = await desk_of(service)
    run = await office.block()
    assert (run.outcome, run.error) == ("not done", "ConnectError")


# Where it may go


@pytest.mark.parametrize(
    "address",
    [
        METADATA, "10.0.0.7", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0",
        "168.63.129.16", "224.0.0.1", "::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
    ],
)  # fmt: skip
async def test_a_name_that_means_an_address_of_ours_is_not_called(
    address: str, names: dict[str, list[str]]
) -> None:
    async with crm(json(INVOICE)) as service:
        office = await desk_of(service)
        names[HOST] = [address]
        run, change = await office.bill(), await office.block()
    assert run.error == f"{HOST} lies in a network that is not listed"
    assert change.outcome == "not done"
    assert service.asked == []


async def test_the_address_that_was_checked_is_the_one_that_is_called(
    names: dict[str, list[str]],
) -> None:
    async with crm(json(INVOICE)) as service:
        office = await desk_of(service)
        names[HOST] = ["127.0.0.1", METADATA]
        assert (await office.bill()).result == BILL
        assert names[HOST] == [METADATA]
        run = await office.bill()
    assert run.error == f"{HOST} lies in a network that is not listed"
    assert len(service.asked) == 1


async def test_the_loopback_itself_has_to_be_listed() -> None:
    async with crm(json(INVOICE)) as service:
        run = await (await desk_of(service, networks=[])).bill()
    assert run.error == f"{HOST} lies in a network that is not listed"


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    make = f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name}"
    make += f" -addext subjectAltName=DNS:{name} -keyout {folder}/a.key -out {folder}/a.pem"
    subprocess.run(make.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "a.pem", folder / "a.key")
    return context


@pytest.mark.parametrize(("name", "outcome"), [(HOST, "done"), ("other.test", "failed")])
async def test_a_certificate_is_checked_for_the_name_though_an_address_is_called(
    name: str, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = certificate(tmp_path, name)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "a.pem"))
    monkeypatch.setattr(http_client, "_certificates", lambda: trusted)
    async with crm(json(INVOICE), certificate=context) as service:
        office = await desk_of(service, server=service.url.replace("http://", "https://"))
        run = await office.bill()
    assert run.outcome == outcome


# Secrets


async def test_a_header_comes_from_elsewhere_and_stays_out_of_logs_and_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "voice")
    monkeypatch.setenv("CRM_TOKEN", "tok-4711")
    (tmp_path / "key").write_text("key-0815\n")
    headers = {
        "Authorization": {"env": "CRM_TOKEN", "prefix": "Bearer "},
        "X-Key": {"file": str(tmp_path / "key")},
    }
    async with crm(json(DONE, 201), json({}, 500)) as service:
        office = await desk_of(service, headers=headers)
        await office.block(pin="4271")
        await office.block(pin="4271")
    asked = service.asked[0]
    assert asked.headers["authorization"] == "Bearer tok-4711"
    assert asked.headers["x-key"] == "key-0815"
    assert asked.body["holder"]["pin"] == "4271"
    kept = f"{office.audit} {caplog.text} {[record.__dict__ for record in caplog.records]}"
    assert not any(secret in kept for secret in ("tok-4711", "key-0815", "4271"))
    assert office.audit[0]["arguments"] == {"card": "00420017", "pin": "[hidden]"}


async def test_an_audit_says_who_asked_whom_for_what_and_what_became_of_it() -> None:
    async with crm(json(DONE, 201), cut) as service:
        office = await desk_of(service)
        await office.block()
        await office.block()
    done, lost = office.audit
    assert done.pop("duration_ms") >= 0
    assert done == {
        "tool": "block_card", "source": "openapi crm", "customer": "400213", "level": "verified",
        "arguments": {"card": "00420017"}, "outcome": "done", "error": "", "key": KEY,
    }  # fmt: skip
    assert (lost["outcome"], lost["error"]) == ("unknown", "RemoteProtocolError")


# Mistakes


async def fitted(service: Crm, **settings: Any) -> None:
    """Load the tools and hold them against their tasks."""
    office = await desk_of(service, **settings)
    for task in (GET_BILL, BLOCK_CARD):
        tool = office.tools.get(task.name)
        if tool is not None and tool.fits is not None:
            tool.fits(task)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"document": "/nowhere.yaml"}, r"crm\.document: /nowhere.yaml: No such file"),
        ({"hosts": ["other.test"]}, r"crm\.server: crm.test is not in tools\.openapi\.crm\.hosts"),
        ({"server": "https://else.test"}, r"crm\.server: else.test is not in tools"),
        ({"headers": {"X": {"env": "NOT_THERE"}}}, r"headers\.X: .*no environment variable NOT_TH"),
        ({"headers": {"X": {"file": "/nowhere"}}}, r"headers\.X: /nowhere: No such file"),
        (
            {"tools": {"get_bill": {**READ, "operation": "readInvoices"}}},
            r"get_bill\.operation: .*no operation readInvoices \(there are: blockCard, noteCard, r",
        ),
        (
            {"tools": {"get_bill": {**READ, "operation": "noteCard"}}},
            r"noteCard: its body is no JSON",
        ),
        (
            {"tools": {"get_bill": {**READ, "arguments": {"customer": "caller.customer"}}}},
            r"get_bill\.arguments: nothing there is called customer$",
        ),
        (
            {"tools": {"get_bill": {**READ, "fixed": {"/x": 1}}}},
            r"get_bill\.fixed: nothing there is called /x$",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "arguments": {"/holder/customer": "customer"}}}},
            r"block_card\.arguments: the task has no argument customer$|nothing takes",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "statuses": {"BLOCKED": "barred"}}}},
            r"block_card: barred is no status of the task: blocked$",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "result": {"weeks": "/weeks"}}}},
            r"block_card\.result: the task has no value weeks$",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "outcome": {**LOOK_UP, "operation": "x"}}}},
            r"block_card\.outcome\.operation: .*no operation x",
        ),
    ],
)
async def test_a_mistake_is_found_when_the_tools_are_loaded(
    settings: dict[str, Any], complaint: str
) -> None:
    async with crm(json({})) as service:
        with pytest.raises(ConfigError, match=complaint):
            await fitted(service, **settings)


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("openapi: 3.0.3", "swagger: '2.0'", "expected an OpenAPI document of version 3"),
        ("openapi: 3.0.3", "- openapi", "expected JSON or YAML|version 3"),
        ("{type: string, format: date}}", "{type: nothing}}", "no schema: "),
        ("#/components/parameters/Customer", "other.yaml#/Customer", "cannot be found"),
        ("#/components/schemas/Block", "#/components/schemas/Lost", "its body is no JSON"),
    ],
)
async def test_a_document_that_cannot_be_used_is_refused(
    written: str, instead: str, complaint: str, tmp_path: Path
) -> None:
    text, file = DOCUMENT.read_text(), tmp_path / "changed.yaml"
    assert written in text
    file.write_text(text.replace(written, instead))
    async with crm(json({})) as service:
        with pytest.raises(ConfigError, match=complaint):
            await fitted(service, document=str(file))


async def test_references_that_go_round_in_circles_end(tmp_path: Path) -> None:
    circle = "Dated: {$ref: '#/components/schemas/Invoice'}"
    async with crm(json(INVOICE)) as service:
        file = tmp_path / "circle.yaml"
        file.write_text(
            "\n".join(
                f"    {circle}" if "Dated:" in line else line
                for line in DOCUMENT.read_text().splitlines()
            )
        )
        run = await (await desk_of(service, document=str(file))).bill()
    assert run.error == "the schema cannot be followed"


async def test_a_document_may_be_fetched_by_the_same_rules(names: dict[str, list[str]]) -> None:
    document = plain(DOCUMENT.read_text(), "application/yaml")
    async with crm(document, json(INVOICE)) as service:
        address = f"{service.url}/openapi.yaml"
        assert (await (await desk_of(service, document=address)).bill()).result == BILL
        names[HOST] = [METADATA]
        with pytest.raises(ConfigError, match="lies in a network that is not listed"):
            await desk_of(service, document=address)


async def test_an_argument_that_a_schema_does_not_take_stays_here() -> None:
    tools = {"block_card": {**BLOCK, "fixed": {"/channel": ["telephone"]}}}
    async with crm(json(DONE, 201)) as service:
        run = await (await desk_of(service, tools=tools)).block()
    assert run.outcome == "not done"
    assert run.error == "not called: /channel: not as documented (type)"
    assert service.asked == []
