"""A model on a server: what is asked and answered, and what becomes of each way to fail."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.response.fault_server import (
    CUT,
    DONE,
    FaultServer,
    Plan,
    calling,
    chat,
    event,
    saying,
)
from voice.engine_queue import EngineBusy
from voice.errors import ConfigError, VoiceError
from voice.response.engines.engine import BadReply, End, FreeText, ModelCall, Piece, ReplyTimeout
from voice.response.prompts.briefing import Briefing, ToolDescription
from voice.response.prompts.harmony import AnswerMessage, CallerSaid, Message, ToolCall, ToolResult
from voice.response.servers.server_engine import ServerEngine
from voice.response.servers.server_errors import ServerFailed
from voice.settings.response import Response, ResponseServer

SCHEMA = {"type": "object", "properties": {"month": {"type": "string"}}}
BRIEFING = Briefing("Be brief.", (ToolDescription("get_bill", "Says what is owed.", SCHEMA),))
SECRET = "sk-not-for-anybody"
TURNS: list[list[Message]] = [
    [CallerSaid("hello"), AnswerMessage("Hello."), AnswerMessage("How can I help?")],
    [CallerSaid("my bill"), ToolCall("get_bill", {"month": "may"}),
     ToolResult("get_bill", {"amount": "7.00"})],
]  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer([saying("Hello there.")]) as running:
        yield running


def engine_for(
    server: FaultServer, allow: tuple[str, ...] = ("127.0.0.1",), **changes: Any
) -> ServerEngine:
    """An engine that waits for milliseconds where an operator's waits for seconds."""
    own = {name: changes.pop(name) for name in ("clock",) if name in changes}
    general = {name: changes.pop(name) for name in ("capacity", "reasoning") if name in changes}
    quick = {"url": server.url, "first_seconds": 5.0, "silence_seconds": 5.0, **changes}
    settings = Response(
        engine="openai", model="gpt-oss-20b", server=ResponseServer(**quick), **general
    )
    return ServerEngine(settings, allow, BRIEFING, choices=random.Random(1), **own)


async def pieces_of(engine: ServerEngine, turns: list[list[Message]] = TURNS) -> list[Piece]:
    return [piece async for piece in engine.reply(turns)]


def said(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, FreeText))


# What is asked


async def test_chat_completions_are_asked_for_with_history_and_tools(server: FaultServer) -> None:
    await pieces_of(engine_for(server, key=SECRET, extra={"seed": 4}))
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    body = request.body
    assert body["stream"] is True and body["reasoning_effort"] == "low" and body["seed"] == 4
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Hello. How can I help?"},
        {"role": "user", "content": "my bill"},
        {"role": "assistant", "content": "", "tool_calls": [
            {"id": "call_1", "type": "function",
             "function": {"name": "get_bill", "arguments": '{"month":"may"}'}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"amount":"7.00"}'},
    ]  # fmt: skip
    function = {"name": "get_bill", "description": "Says what is owed.", "parameters": SCHEMA}
    assert body["tools"] == [{"type": "function", "function": function}]


async def test_responses_are_asked_for_with_history_and_tools(server: FaultServer) -> None:
    server.plans = [RESPONDED]
    await pieces_of(engine_for(server, api="responses", reasoning="none"))
    (request,) = server.requests
    assert request.path == "/v1/responses"
    assert "authorization" not in request.headers and "reasoning" not in request.body
    assert request.body["instructions"] == "Be brief." and request.body["store"] is False
    assert request.body["input"] == [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Hello. How can I help?"},
        {"role": "user", "content": "my bill"},
        {"type": "function_call", "call_id": "call_1", "name": "get_bill",
         "arguments": '{"month":"may"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": '{"amount":"7.00"}'},
    ]  # fmt: skip
    assert request.body["tools"][0]["name"] == "get_bill"


async def test_a_host_that_is_not_allowed_is_not_asked(server: FaultServer) -> None:
    with pytest.raises(ServerFailed, match=r"127\.0\.0\.1 is not in \[network\] allow"):
        await pieces_of(engine_for(server, allow=("example.org",)))
    assert server.requests == []


async def test_nobody_is_followed_elsewhere(server: FaultServer) -> None:
    server.plans = [Plan(status="307 Temporary Redirect", headers=("Location: /v1/other",))]
    with pytest.raises(ServerFailed, match="status 307"):
        await pieces_of(engine_for(server))
    assert len(server.requests) == 1


async def test_a_key_is_in_no_message_and_no_repr(
    server: FaultServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    server.plans = [Plan(status="401 Unauthorized", kind="application/json")]
    engine = engine_for(server, key_file=str(file))
    with pytest.raises(ServerFailed, match="status 401") as refused:
        await pieces_of(engine)
    assert server.requests[0].headers["authorization"].endswith(SECRET)
    shown = caplog.text + str(refused.value) + repr(ResponseServer(key=SECRET))
    assert SECRET not in shown


@pytest.mark.parametrize("key", ["", "two\nlines", "clé"])
async def test_a_key_that_no_header_can_hold_is_refused(
    server: FaultServer, tmp_path: Path, key: str
) -> None:
    file = tmp_path / "key"
    file.write_text(key)
    with pytest.raises(ConfigError, match=r"response\.server\.key_file: .*ASCII"):
        engine_for(server, key_file=str(file))


# What is answered


async def test_an_answer_comes_as_it_is_written(server: FaultServer) -> None:
    more = asyncio.Event()
    first, *rest = chat({"content": "One moment. I "}, {"content": "look it up."})
    server.plans = [Plan([first, more, *rest])]
    engine = engine_for(server)
    reply = engine.reply(TURNS)
    assert await anext(reply) == FreeText("One moment. I ") and engine.depth == 1
    more.set()
    assert [piece async for piece in reply] == [FreeText("look it "), FreeText("up."), End()]
    assert engine.depth == 0


async def test_a_call_is_put_together(server: FaultServer) -> None:
    server.plans = [calling("functions.get_bill", '{"month": "may", "year": null}')]
    assert await pieces_of(engine_for(server)) == [ModelCall("get_bill", {"month": "may"}), End()]


async def test_of_several_calls_the_first_is_made(server: FaultServer) -> None:
    calls = [
        {"index": number, "function": {"name": name, "arguments": {}}}
        for number, name in enumerate(["get_bill", "get_plan"])
    ]
    server.plans = [Plan(chat({"tool_calls": calls}, finish="tool_calls"))]
    assert await pieces_of(engine_for(server)) == [ModelCall("get_bill", {}), End()]


async def test_thoughts_are_not_said(server: FaultServer) -> None:
    server.plans = [Plan(chat({"reasoning_content": "He owes 7."}, {"content": "Seven euros."}))]
    assert said(await pieces_of(engine_for(server))) == "Seven euros."


async def test_a_call_that_is_written_as_text_is_made(server: FaultServer) -> None:
    server.plans = [saying('{"name": "get_', 'bill", "arguments": {}}')]
    assert await pieces_of(engine_for(server)) == [ModelCall("get_bill", {}), End()]


async def test_an_answer_of_the_greatest_length_is_not_complete(server: FaultServer) -> None:
    server.plans = [Plan(chat({"content": "You owe seven"}, finish="length"))]
    assert (await pieces_of(engine_for(server)))[-1] == End(complete=False)


async def test_comments_and_other_events_are_passed_over(server: FaultServer) -> None:
    usage = event({"choices": [], "usage": {"total_tokens": 7}})
    parts = [b": ping\n\n", b"event: x\r\nid: 1\r\n", *chat({"content": "Hi."})[:-1], usage, DONE]
    server.plans = [Plan([b"".join(parts)[place : place + 7] for place in range(0, 600, 7)])]
    assert said(await pieces_of(engine_for(server))) == "Hi."


def responses(*events: dict[str, Any]) -> Plan:
    return Plan([event(each) for each in events])


DELTA = {"type": "response.output_text.delta", "delta": "Seven euros."}
THOUGHT = {"type": "response.reasoning_text.delta", "delta": "hm"}
CALLED = {"type": "function_call", "name": "get_bill", "arguments": "{}"}
RESPONDED = responses({"type": "response.created"}, THOUGHT, DELTA, {"type": "response.completed"})


async def test_the_responses_interface_is_read(server: FaultServer) -> None:
    server.plans = [
        RESPONDED,
        responses({"type": "response.output_item.done", "item": CALLED},
                  {"type": "response.completed"}),
        responses(DELTA, {"type": "response.incomplete"}),
    ]  # fmt: skip
    engine = engine_for(server, api="responses")
    assert said(answered := await pieces_of(engine)) == "Seven euros." and answered[-1] == End()
    assert await pieces_of(engine) == [ModelCall("get_bill", {}), End()]
    assert (await pieces_of(engine))[-1] == End(complete=False)


# What goes wrong


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (Plan(status="500 Oops", kind="text/html"), "status 500"),
        (Plan(status="503 Busy", headers=("Retry-After: 0",)), "status 503"),
        (Plan([b"data: {no json\n\n"]), "no JSON"),
        (Plan([b"data: [1]\n\n"]), "no JSON object"),
        (Plan([event({"choices": [{"delta": "x"}]})]), "a form of its own"),
        (Plan([event({"choices": 7})]), "a form of its own"),
        (Plan([event({"error": {"message": "he said"}})]), "reported an error"),
        (Plan(chat({}, finish=None)), "cut off"),
        (Plan([*chat({}, finish=None), CUT]), "RemoteProtocolError"),
        (Plan([b"data: " + b"x" * (5 << 20)]), "does not end"),
        (Plan([]), "cut off"),
    ],
)
async def test_what_may_pass_is_tried_again(server: FaultServer, plan: Plan, reason: str) -> None:
    server.plans = [plan, plan, saying("Hello.")]
    assert said(await pieces_of(engine_for(server))) == "Hello."
    server.plans = [plan]
    with pytest.raises(ServerFailed, match=reason) as failed:
        await pieces_of(engine_for(server, tries=1))
    assert "\n" not in str(failed.value) and "he said" not in str(failed.value)


async def test_a_server_that_is_not_there_is_named(server: FaultServer) -> None:
    async with FaultServer() as gone:
        pass
    with pytest.raises(ServerFailed, match=r"127\.0\.0\.1:\d+: ConnectError"):
        await pieces_of(engine_for(gone))


async def test_a_page_instead_of_an_answer_is_not_tried_again(server: FaultServer) -> None:
    server.plans = [Plan([b"<html>Welcome to nginx!</html>"], kind="text/html; charset=utf-8")]
    with pytest.raises(ServerFailed, match="text/html instead of text/event-stream"):
        await pieces_of(engine_for(server))
    assert len(server.requests) == 1


async def test_a_server_that_has_too_much_to_do_is_busy(server: FaultServer) -> None:
    server.plans = [Plan(status="429 Too Many", headers=("Retry-After: 0",))]
    with pytest.raises(EngineBusy, match="status 429"):
        await pieces_of(engine_for(server))
    assert len(server.requests) == 3


@pytest.mark.parametrize("wish", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT"])
async def test_nobody_on_the_telephone_waits_for_an_hour(server: FaultServer, wish: str) -> None:
    server.plans = [Plan(status="429 Too Many", headers=(f"Retry-After: {wish}",))]
    with pytest.raises(EngineBusy):
        await pieces_of(engine_for(server))
    assert len(server.requests) == 1


async def test_the_pauses_between_tries_grow_and_are_never_the_same(server: FaultServer) -> None:
    engine = engine_for(server, tries=6)
    pauses = list(engine._pauses())
    assert len(pauses) == 5 and len(set(pauses)) == 5
    assert all(0.05 * 2**n <= min(pause, 0.5) or pause >= 0.5 for n, pause in enumerate(pauses))
    assert max(pauses) <= 1.0


@pytest.mark.parametrize(
    "plan",
    [
        calling(None),
        calling(""),
        calling("make_coffee"),
        calling("get_bill", '{"month": '),
        calling("get_bill", "[1]"),
        saying('{"name": "make_coffee", "arguments": {}}'),
    ],
)
async def test_a_call_that_cannot_be_made_is_refused(server: FaultServer, plan: Plan) -> None:
    server.plans = [plan]
    with pytest.raises(BadReply):
        await pieces_of(engine_for(server))
    assert len(server.requests) == 1


async def test_the_first_word_has_its_time(server: FaultServer) -> None:
    server.plans = [Plan([b": still loading\n\n", asyncio.Event()])]
    with pytest.raises(ReplyTimeout, match="did not answer in time"):
        await pieces_of(engine_for(server, first_seconds=0.2))
    await asyncio.wait_for(server.left.wait(), 5)


async def test_a_stream_that_stands_still_is_left(server: FaultServer) -> None:
    server.plans = [Plan([*chat({"content": "Seven euros. And "}, finish=None), asyncio.Event()])]
    reply = engine_for(server, silence_seconds=0.2).reply(TURNS)
    assert await anext(reply) == FreeText("Seven euros. And ")
    with pytest.raises(ReplyTimeout):
        await anext(reply)


async def test_what_was_cut_in_the_middle_is_not_asked_again(server: FaultServer) -> None:
    server.plans = [Plan([*chat({"content": "Seven euros. And "}, finish=None), CUT])]
    with pytest.raises(ServerFailed):
        await pieces_of(engine_for(server))
    assert len(server.requests) == 1


async def test_who_is_no_longer_listened_to_is_told_so(server: FaultServer) -> None:
    server.plans = [Plan([*chat({"content": "One. Two. "}, finish=None), asyncio.Event()])]
    reply = engine_for(server).reply(TURNS)
    await anext(reply)
    await reply.aclose()
    await asyncio.wait_for(server.left.wait(), 5)


async def test_a_conversation_that_is_too_long_is_asked_with_its_last_turn(
    server: FaultServer,
) -> None:
    server.plans = [Plan(status="400 Bad Request", kind="application/json"), saying("Seven.")]
    assert said(await pieces_of(engine_for(server, tries=1))) == "Seven."
    roles = [message["role"] for message in server.requests[1].body["messages"]]
    assert roles == ["system", "user", "assistant", "tool"]
    server.plans = [Plan(status="400 Bad Request", kind="application/json")]
    with pytest.raises(ServerFailed, match="status 400"):
        await pieces_of(engine_for(server), TURNS[-1:])


async def test_more_replies_than_are_allowed_are_refused_at_once(server: FaultServer) -> None:
    server.plans = [Plan([*chat({"content": "One. Two. "}, finish=None), asyncio.Event()])]
    engine = engine_for(server, capacity=1)
    first = engine.reply(TURNS)
    await anext(first)
    with pytest.raises(EngineBusy, match="1 replies are waited for already"):
        await pieces_of(engine)
    await first.aclose()
    assert engine.depth == 0


async def test_a_server_that_keeps_failing_is_left_alone_for_a_while(server: FaultServer) -> None:
    now = 100.0
    engine = engine_for(server, tries=1, failures=2, rest_seconds=10.0, clock=lambda: now)
    server.plans = [Plan(status="500 Oops")]
    for _ in range(2):
        with pytest.raises(ServerFailed, match="status 500"):
            await pieces_of(engine)
    with pytest.raises(ServerFailed, match="left alone for now"):
        await pieces_of(engine)
    assert len(server.requests) == 2
    now += 11
    with pytest.raises(ServerFailed, match="status 500"):
        await pieces_of(engine)  # the trial
    with pytest.raises(ServerFailed, match="left alone"):
        await pieces_of(engine)
    now += 11
    server.plans = [saying("Hello.")]
    assert said(await pieces_of(engine)) == "Hello."
    assert said(await pieces_of(engine)) == "Hello."


async def test_at_the_start_a_server_is_asked_for_one_answer(server: FaultServer) -> None:
    await engine_for(server).warm_up()
    assert server.requests[0].body["messages"][-1] == {"role": "user", "content": "hello"}
    server.plans = [Plan(status="404 Not Found", kind="application/json")]
    with pytest.raises(VoiceError, match=r"^response\.server\.url: 127.*: status 404$"):
        await engine_for(server).warm_up()
