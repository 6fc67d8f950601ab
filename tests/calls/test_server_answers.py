"""Whole calls that a server answers: quicker than it writes, and without a gap when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.calls.conftest import Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import greeted
from tests.response.conftest import Office
from tests.response.fault_server import FaultServer, Plan, Request, calling, chat, saying
from tests.response.test_fallback import settings_for
from voice.events import ToolReturned
from voice.response import Responder, load_responder

pytestmark = pytest.mark.calls

PLAN = "Your plan is Smart, with 20 gigabytes. Is there anything else?"


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer([saying("Hello.")]) as running:
        yield running


@pytest.fixture
def responder(server: FaultServer) -> Iterator[Responder]:
    loaded = load_responder(settings_for(server))
    yield loaded
    loaded.close()


def looks_up_then(answer: Plan) -> Callable[[Request], Plan]:
    """A model that asks for the plan, and answers once it knows it; however often it is asked."""

    def choose(request: Request) -> Plan:
        knows = request.body["messages"][-1]["role"] == "tool"
        return answer if knows else calling("get_plan")

    return choose


async def socket_of(serve: Serve, responder: Responder) -> Path:
    return await serve(responder=responder, tools=Office().tools())


async def test_the_first_clause_is_heard_while_the_server_still_writes(
    serve: Serve, log: EventLog, say: Say, server: FaultServer, responder: Responder
) -> None:
    more = asyncio.Event()
    first, *rest = chat({"content": "Your plan is Smart. It "}, {"content": "costs 19.99 euros."})
    server.choose = looks_up_then(Plan([first, more, *rest]))
    async with greeted(await socket_of(serve, responder), log, "stream") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause("Your plan is Smart.")
        assert not more.is_set()
        more.set()
        await log.clause("It costs 19.99 euros.")


async def test_a_server_that_dies_in_mid_call_is_not_missed(
    serve: Serve, log: EventLog, say: Say, server: FaultServer, responder: Responder
) -> None:
    server.choose = looks_up_then(saying(PLAN))
    async with greeted(await socket_of(serve, responder), log, "dies") as caller:
        await caller.say(say("What is my plan?"))
        first = await log.clause("Is there anything else?")
        await caller.heard_out()
        server.choose = lambda _: Plan(status="503 Gone")
        await caller.say(say("What is my plan?"))
        returned = await log.wait(ToolReturned, after=first.sequence)
        again = await log.clause("Smart", after=returned.sequence)
        assert again.text not in PLAN, "of the tasks, by the model in this process"
