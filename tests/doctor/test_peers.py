"""Each service and trunk of the settings is asked, by what changes nothing there."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.doctor.peers import http_server, silent_port, sip_peer
from voice.doctor import Finding
from voice.doctor.peers import peers
from voice.settings import Settings

ALLOW = {"allow": ["127.0.0.1"]}


async def only(**values: object) -> Finding:
    (finding,) = await peers(Settings.model_validate(values))
    return finding


def response(url: str) -> dict[str, object]:
    return {"engine": "openai", "model": "gpt", "server": {"url": f"{url}/v1"}}


async def test_nothing_is_asked_where_nothing_is_named() -> None:
    assert await peers(Settings()) == []


async def test_a_response_server_that_has_the_model_is_right() -> None:
    with http_server(models=("gpt",)) as (url, methods):
        found = await only(response=response(url), network=ALLOW)
    assert found.level == "ok" and methods == ["GET"]


async def test_a_response_server_with_other_models_is_a_fault_that_names_them() -> None:
    with http_server(models=("llama",)) as (url, _):
        found = await only(response=response(url), network=ALLOW)
    assert (found.level, found.remedy) == ("fault", "set response.model")
    assert "'llama'" in found.found


async def test_a_refused_key_is_told_from_a_server_that_is_not_there() -> None:
    with http_server(status=401) as (url, _):
        found = await only(response=response(url), network=ALLOW)
    assert found.level == "fault" and "the key is refused" in found.found
    found = await only(response=response(url), network=ALLOW)
    assert found.level == "fault" and "key" not in found.found


async def test_a_response_server_that_may_not_be_reached_is_not_asked() -> None:
    with http_server(models=("gpt",)) as (url, methods):
        found = await only(response=response(url))
    assert found.level == "fault" and "[network] allow" in found.found
    assert methods == []


async def test_a_collector_of_traces_that_is_silent_is_advice_because_calls_go_on() -> None:
    with http_server() as (url, methods):
        found = await only(telemetry={"traces": f"{url}/v1/traces"}, network=ALLOW)
    assert (found.level, found.subject, methods) == ("ok", "telemetry.traces", ["HEAD"])
    found = await only(telemetry={"traces": f"{url}/v1/traces"}, network=ALLOW)
    assert found.level == "advice"
    found = await only(telemetry={"traces": f"{url}/v1/traces"})
    assert found.level == "fault" and "[network] allow" in found.found


async def test_a_redis_of_a_region_that_is_away_is_advice_because_calls_go_on() -> None:
    region = {"region": {"url": f"redis://127.0.0.1:{silent_port_tcp()}"}}
    found = await only(supervision=region, network=ALLOW)
    assert (found.level, found.subject) == ("advice", "supervision.region")
    assert "Connect call failed" in found.found
    found = await only(supervision=region)
    assert found.level == "fault" and "[network] allow" in found.found


async def test_a_secret_that_cannot_be_read_is_not_taken_for_a_host_that_is_not_allowed(
    tmp_path: Path,
) -> None:
    gone = tmp_path / "gone"
    region = {"url": "redis://127.0.0.1:9", "password_file": gone}
    server = {**response("http://127.0.0.1:9"), "server": {"key_file": gone}}
    engines = dict.fromkeys(("certificate", "key", "authority"), gone)
    cases: list[dict[str, object]] = [
        {"supervision": {"region": region}},
        {"response": server},
        {"recognition": {"at": "tls://127.0.0.1:9"}, "engines": engines},
    ]
    for settings in cases:
        found = await only(**settings, network=ALLOW)
        assert (found.level, found.remedy) == ("fault", "correct it")
        assert str(gone) in found.found and "No such file" in found.found


async def test_a_service_of_engines_that_is_away_is_a_fault_with_what_to_do() -> None:
    at = f"tcp://127.0.0.1:{silent_port_tcp()}"
    found = await only(recognition={"at": at}, network=ALLOW)
    assert found.level == "fault" and at in found.found and found.remedy.startswith("start it")


def silent_port_tcp() -> int:
    """Nobody listens there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mcp(url: str, **more: object) -> dict[str, object]:
    reached = {"hosts": ["127.0.0.1"], "networks": ["127.0.0.0/8"], **more}
    return {"mcp": {"orders": {"url": url, "tools": {}, **reached}}}


async def test_any_answer_of_a_tools_service_shows_that_it_is_there() -> None:
    with http_server(status=405) as (url, methods):
        found = await only(tools=mcp(url), network=ALLOW)
    assert (found.level, found.subject) == ("ok", "tools.mcp.orders")
    assert methods == ["HEAD"]


async def test_a_tools_service_outside_its_networks_is_a_fault() -> None:
    with http_server() as (url, methods):
        found = await only(tools=mcp(url, networks=[]), network=ALLOW)
    assert found.level == "fault" and "network that is not listed" in found.found
    assert methods == []


async def test_a_missing_secret_is_named_and_the_service_is_not_asked(tmp_path: Path) -> None:
    secret = {"Authorization": {"file": str(tmp_path / "gone")}}
    with http_server() as (url, methods):
        found = await only(tools=mcp(url, headers=secret), network=ALLOW)
    assert found.level == "fault" and "tools.mcp.orders.headers.Authorization" in found.found
    assert methods == []


async def test_a_command_and_a_document_have_to_be_here(tmp_path: Path) -> None:
    tools = {
        "mcp": {"orders": {"command": ["no-such-server"], "tools": {}}},
        "openapi": {"crm": {"document": str(tmp_path / "crm.yaml"), "tools": {}}},
    }
    found = await peers(Settings.model_validate({"tools": tools}))
    assert [one.subject for one in found] == [
        "tools.mcp.orders.command",
        "tools.openapi.crm.document",
    ]
    assert {one.level for one in found} == {"fault"}


async def test_an_outgoing_trunk_answers_options() -> None:
    with sip_peer() as (address, requests):
        found = await only(sip={"outgoing": {"address": address}})
    assert found.level == "ok"
    assert requests[0].startswith(f"OPTIONS sip:{address} SIP/2.0\r\n".encode())


async def test_a_request_that_is_lost_is_made_again() -> None:
    with sip_peer(drops=1) as (address, requests):
        found = await only(sip={"outgoing": {"address": address}})
    assert found.level == "ok" and len(requests) == 2


async def test_without_an_outgoing_trunk_the_persons_host_is_asked() -> None:
    with sip_peer() as (address, _):
        found = await only(sip={"person": f"sip:agents@{address};transport=udp"})
    assert found == Finding("ok", "sip.outgoing", f"{address} answers OPTIONS")


async def test_a_silent_outgoing_trunk_is_a_fault() -> None:
    with silent_port() as address:
        found = await only(sip={"outgoing": {"address": address}})
    assert found.level == "fault" and "does not answer OPTIONS" in found.found


async def test_a_trunk_that_only_calls_may_be_silent() -> None:
    trunk = {"name": "carrier", "networks": ["127.9.9.9/32", "127.8.0.0/16"]}
    found = await only(sip={"trunks": [trunk]})
    assert (found.level, found.subject) == ("advice", "sip.trunks: carrier")
    assert found.found.startswith("127.9.9.9:5060")
