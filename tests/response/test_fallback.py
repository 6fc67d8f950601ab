"""When the server fails, the model in this process answers, in the middle of a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, spoken, steps_of
from tests.response.fault_server import CUT, FaultServer, Plan, calling, chat, saying
from voice.engine_queue import EngineBusy
from voice.errors import ConfigError, ModelError, VoiceError
from voice.response import Responder, ResponseSession, load_responder
from voice.settings import Settings
from voice.settings.network import NetworkAccess
from voice.settings.response import Response, ResponseServer

PLAN = "Your plan is Smart, with 20 gigabytes for 19.99 euros a month. Anything else?"


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer([saying("Hello.")]) as running:
        yield running


def settings_for(server: FaultServer, fallback: str = "embedded-en", **changes: object) -> Settings:
    response = Response(
        engine="openai",
        model="gpt-oss-20b",
        tasks=str(ROOT / "tasks"),
        fallback=fallback,
        server=ResponseServer(url=server.url, tries=1, **changes),
    )
    # The tests' environment, which allows no host and names an engine, wins over what Settings
    # are given.
    network = NetworkAccess(allow=["127.0.0.1"])
    return Settings().model_copy(update={"response": response, "network": network})


@pytest.fixture
async def responder(server: FaultServer) -> AsyncIterator[Responder]:
    loaded = load_responder(settings_for(server))
    yield loaded
    loaded.close()


@pytest.fixture
def session(responder: Responder, office: Office) -> ResponseSession:
    return responder.session(office.tools(), CUSTOMER)


async def test_the_server_answers_while_it_can(
    server: FaultServer, session: ResponseSession, office: Office
) -> None:
    server.plans = [calling("get_plan"), saying(PLAN)]
    assert spoken(await steps_of(session.begin("which plan am i on"))) == PLAN
    assert office.done == ["get_plan"]


@pytest.mark.parametrize(
    "fault",
    [
        Plan(status="500 Oops"),
        Plan(status="429 Too Many", headers=("Retry-After: 30",)),
        Plan([b"<html>"], kind="text/html"),
        Plan([*chat({"content": "Your plan is"}, finish=None), CUT]),
        Plan([b"data: {\n\n"]),
        calling(None),
        saying('{"name": "delete_all", "arguments": {}}'),
    ],
)
async def test_a_fault_in_mid_call_is_not_heard(
    server: FaultServer, session: ResponseSession, office: Office, fault: Plan
) -> None:
    server.plans = [calling("get_plan"), saying(PLAN), fault]
    await steps_of(session.begin("which plan am i on"))
    said = spoken(await steps_of(session.begin("what is my balance")))
    assert "42.17 euros" in said and office.done == ["get_plan", "get_bill"]


async def test_a_fault_between_the_call_and_the_answer_is_not_heard(
    server: FaultServer, session: ResponseSession, office: Office
) -> None:
    server.plans = [calling("get_bill"), Plan(status="500 Oops")]
    assert "42.17 euros" in spoken(await steps_of(session.begin("what is my balance")))
    assert office.done == ["get_bill"], "the tool is not asked again"


async def test_the_server_is_back_within_the_call(
    server: FaultServer, session: ResponseSession
) -> None:
    server.plans = [Plan(status="500 Oops"), Plan(status="500 Oops"), saying("Good to hear.")]
    assert "42.17" in spoken(await steps_of(session.begin("what is my balance")))
    assert spoken(await steps_of(session.begin("i am fine"))) == "Good to hear."


async def test_it_is_told_once_that_the_server_is_away_and_that_it_is_back(
    server: FaultServer, office: Office
) -> None:
    told: list[str] = []
    responder = load_responder(settings_for(server), tell=told.append)
    session = responder.session(office.tools(), CUSTOMER)
    broken, busy = Plan(status="500 Oops"), Plan(status="429 Too Many")
    server.plans = [broken, broken, saying("Good to hear."), busy, busy]
    await steps_of(session.begin("what is my balance"))
    assert len(told) == 1 and told[0].endswith("status 500")
    await steps_of(session.begin("i am fine"))
    assert told[1:] == [""]
    await steps_of(session.begin("what is my balance"))
    assert told[2:] == [], "a busy server is not away"
    responder.close()


async def test_a_service_starts_without_its_server(
    server: FaultServer, responder: Responder, caplog: pytest.LogCaptureFixture
) -> None:
    server.plans = [Plan([b"<html>"], kind="text/html")]
    await responder.warm_up()
    assert "response.server.url: 127.0.0.1" in caplog.text and "in this process" in caplog.text


async def test_without_a_fallback_it_does_not_start(server: FaultServer) -> None:
    server.plans = [Plan([b"<html>"], kind="text/html")]
    alone = load_responder(settings_for(server, fallback=""))
    with pytest.raises(VoiceError, match=r"^response\.server\.url: .* text/html instead of"):
        await alone.warm_up()
    alone.close()


async def test_without_a_fallback_a_busy_server_is_an_engine_that_is_busy(
    server: FaultServer, office: Office
) -> None:
    alone = load_responder(settings_for(server, fallback=""))
    server.plans = [Plan(status="429 Too Many", headers=("Retry-After: 30",))]
    turn = alone.session(office.tools(), CUSTOMER).begin("hello")
    with pytest.raises(EngineBusy):
        await anext(turn)
    alone.close()


async def test_a_server_that_may_not_be_reached_stops_the_start(server: FaultServer) -> None:
    settings = settings_for(server).model_copy(
        update={"network": NetworkAccess(allow=["pypi.org"])}
    )
    with pytest.raises(ConfigError, match=r"^response\.server\.url: 127\.0\.0\.1 is not in \["):
        load_responder(settings)
    assert server.requests == []


async def test_a_fallback_that_is_not_there_is_named(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^response\.fallback: .*nowhere"):
        load_responder(settings_for(server, fallback=str(tmp_path / "nowhere")))


async def test_a_key_file_that_is_not_there_is_named(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^response\.server\.key_file: .*: No such file"):
        load_responder(settings_for(server, key_file=str(tmp_path / "none")))
