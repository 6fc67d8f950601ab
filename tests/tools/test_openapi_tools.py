"""Tools that are operations of an OpenAPI document, against a real web service on the loopback."""

from __future__ import annotations

import asyncio
import datetime
import logging
from pathlib import Path

import pytest
from aiohttp import web

from tests.tools.conftest import BILL, BLOCKED, HOST, KEY
from tests.tools.crm_desk import BLOCK, DONE, LOOK_UP, desk_of
from tests.tools.crm_server import INVOICE, Answer, crm, cut, json, plain


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


async def endless_events(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    while True:
        await response.write(b"data: x\n\n" * 8192)


async def ten_megabytes(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b" " * 10_000_000, content_type="application/json")


@pytest.mark.parametrize("answer", [endless, endless_events, ten_megabytes])
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


async def test_an_argument_that_a_schema_does_not_take_stays_here() -> None:
    tools = {"block_card": {**BLOCK, "fixed": {"/channel": ["telephone"]}}}
    async with crm(json(DONE, 201)) as service:
        run = await (await desk_of(service, tools=tools)).block()
    assert run.outcome == "not done"
    assert run.error == "not called: /channel: not as documented (type)"
    assert service.asked == []
