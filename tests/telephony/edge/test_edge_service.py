"""The service (voice/service/) that keeps an edge running; an echo stands in for the models."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx2
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from tests.telephony.edge.edge_caller import TONE_HZ, calling, tone
from tests.telephony.edge.edge_programs import APOLOGY_HZ, ROOT
from voice.audio import write_wav
from voice.errors import ConfigError
from voice.service import ChildProcess, Service
from voice.service.child import ChildFailed
from voice.service.monitoring import application
from voice.settings import Runtime, Settings, load_settings
from voice.settings.telemetry import Telemetry
from voice.telephony.sip import CallRejected, EndCause

pytestmark = pytest.mark.calls

Address = tuple[str, int]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Not started; it listens on a port of its own that its second edge finds again."""
    runtime = tmp_path / "run"
    file = tmp_path / "voice.toml"
    file.write_text(
        f"""
        [sip]
        listen = "127.0.0.1:{free_port()}"
        [runtime]
        directory = "{runtime}"
        [calls]
        shutdown_seconds = 10
        [telemetry]
        listen = "127.0.0.1:0"
        [supervision]
        listen = "127.0.0.1:0"
        accounts = "{tmp_path / "accounts.json"}"
        """
    )

    def child(name: str, module: str, arguments: Sequence[str]) -> ChildProcess:
        if module == "voice.calls":
            module = "tests.telephony.edge.echo_call_process"
            arguments = [str(runtime / "calls-0.sock")]
        return ChildProcess(name, module, arguments)

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr("voice.service.service.ChildProcess", child)
    return Service(load_settings(file), file)


@pytest.fixture
async def address(service: Service, tmp_path: Path) -> AsyncIterator[Address]:
    """Where the running service answers."""
    host, _, port = (await service.start()).rpartition(":")
    write_wav(tmp_path / "run" / "apology.wav", tone(APOLOGY_HZ, 8000), 8000)
    yield host, int(port)
    await service.kill()


async def expect_healthy_call(address: Address) -> None:
    """Sooner or later: what was killed may not be back yet."""
    async with asyncio.timeout(20):
        while True:
            try:
                async with calling(address) as caller:
                    return await caller.hears(TONE_HZ)
            except CallRejected as refused:
                if refused.status != 503:
                    raise
                await asyncio.sleep(0.2)


async def test_a_killed_edge_is_replaced_and_its_calls_are_ended(
    service: Service, address: Address
) -> None:
    _, edge, _ = service.children
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        assert edge.pid is not None
        os.kill(edge.pid, signal.SIGKILL)
        end = await asyncio.wait_for(caller.ended, 10)
        assert (end.cause, end.text) == (EndCause.REMOTE_BYE, "restarted")
    await expect_healthy_call(address)


async def test_a_killed_call_process_is_apologised_for_and_replaced(
    service: Service, address: Address
) -> None:
    process, _, _ = service.children
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await caller.hears(APOLOGY_HZ)
        assert (await asyncio.wait_for(caller.ended, 5)).text == "call process lost"
    await expect_healthy_call(address)


async def test_a_killed_supervision_disturbs_no_call_and_is_replaced(
    service: Service, address: Address
) -> None:
    *_, supervision = service.children
    assert service.supervision_address.startswith("http://127.0.0.1:")
    assert service.first_account is not None and service.first_account[0] == "supervisor"
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        killed = supervision.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(20):
            while supervision.pid in (None, killed):
                await asyncio.sleep(0.1)
        await caller.hears(TONE_HZ)
        assert not caller.ended.done()


async def test_stopping_lets_a_call_finish_and_refuses_new_ones(
    service: Service, address: Address
) -> None:
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        stopping = asyncio.create_task(service.stop())
        await asyncio.sleep(0.5)
        with pytest.raises(CallRejected) as refused:
            async with calling(address):
                pass
        assert refused.value.status == 503
        await caller.hears(TONE_HZ)
        assert not caller.ended.done() and not stopping.done()
    await asyncio.wait_for(stopping, 15)
    assert [child.pid for child in service.children] == [None, None, None]


async def figure(service: Service, name: str, **labels: str) -> float:
    """One of the service's metrics."""
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{service.monitoring_address}/metrics")
    assert answer.status_code == 200
    return sum(
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


async def at_least(value: float, service: Service, name: str, **labels: str) -> None:
    """Sooner or later: a process writes its figures every few seconds."""
    async with asyncio.timeout(20):
        while await figure(service, name, **labels) < value:
            await asyncio.sleep(0.1)


async def readiness(service: Service) -> tuple[int, str]:
    async with httpx2.AsyncClient() as client:
        alive = await client.get(f"{service.monitoring_address}/healthz")
        ready = await client.get(f"{service.monitoring_address}/readyz")
    assert (alive.status_code, alive.text) == (200, "ok\n")
    return ready.status_code, ready.text.strip()


async def test_it_is_ready_while_it_takes_calls(service: Service, address: Address) -> None:
    process, _, _ = service.children
    assert await readiness(service) == (200, "ready")
    assert await figure(service, "voice_ready") == 1
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while await readiness(service) != (503, "no call process is running"):
                await asyncio.sleep(0.01)
            while (await readiness(service))[0] != 200:
                await asyncio.sleep(0.1)
    assert await figure(service, "voice_process_starts_total", process=process.name) == 2
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        stopping = asyncio.create_task(service.stop())
        await asyncio.sleep(0)
        assert await readiness(service) == (503, "stopping")
        assert await figure(service, "voice_ready") == 0
    await asyncio.wait_for(stopping, 15)
    with pytest.raises(httpx2.ConnectError):
        await readiness(service)


async def test_only_this_machine_and_scrapers_read_them() -> None:
    async def told(client: str, scrapers: tuple[str, ...] = ()) -> int:
        app = application(CollectorRegistry(), lambda: "", scrapers)
        transport = httpx2.ASGITransport(app=app, client=(client, 40000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://voice") as asking:
            return (await asking.get("/metrics")).status_code

    assert [await told("127.0.0.1"), await told("::1"), await told("192.0.2.30")] == [200, 200, 403]
    assert await told("192.0.2.30", ("192.0.2.0/24",)) == 200
    assert await told("::ffff:192.0.2.30", ("192.0.2.30/32",)) == 200
    assert await told("192.0.3.30", ("192.0.2.0/24",)) == 403


async def test_the_figures_of_all_processes_stand_together(
    service: Service, address: Address
) -> None:
    process, _, _ = service.children
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await asyncio.wait_for(caller.ended, 15)
    with pytest.raises(CallRejected):  # noqa: PT012 - sooner or later
        while True:
            async with calling(address) as caller:
                process.terminate()
                await asyncio.sleep(0.1)
    await at_least(1, service, "voice_sip_refusals_total", status="503", process="edge")
    await at_least(1, service, "voice_call_process_lost_total", process="edge")
    await at_least(10, service, "voice_rtp_packets_received_total", process="edge")
    for name in ("edge", "supervision"):
        await at_least(10, service, "voice_event_loop_stall_seconds_count", process=name)
        await at_least(3, service, "process_open_fds", process=name)
        assert await figure(service, "voice_process_figures_age_seconds", process=name) < 15


async def test_an_address_of_metrics_that_is_in_use_is_named(
    service: Service, address: Address, tmp_path: Path
) -> None:
    taken = service.monitoring_address.removeprefix("http://")
    settings = Settings(
        runtime=Runtime(directory=tmp_path / "other"), telemetry=Telemetry(listen=taken)
    )
    with pytest.raises(ConfigError, match=f"telemetry.listen: {taken}: Address already in use"):
        await Service(settings).start()


async def test_insisting_says_goodbye_to_every_caller_and_ends_all_processes(
    service: Service, address: Address
) -> None:
    async with calling(address) as caller, calling(address) as other:
        await caller.hears(TONE_HZ)
        await other.hears(TONE_HZ)
        stopping = asyncio.create_task(service.stop())
        await asyncio.wait_for(service.end_calls(), 8)
        for each in (caller, other):
            end = await asyncio.wait_for(each.ended, 5)
            assert (end.cause, end.text) == (EndCause.REMOTE_BYE, "shutting down")
        await asyncio.wait_for(stopping, 8)
    assert [child.pid for child in service.children] == [None, None, None]


async def test_killing_ends_all_processes_at_once(service: Service, address: Address) -> None:
    async with calling(address) as caller:
        await caller.hears(TONE_HZ)
        await asyncio.wait_for(service.kill(), 5)
    assert [child.pid for child in service.children] == [None, None, None]


async def test_a_port_in_use_leaves_no_process_behind(
    service: Service, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "voice.toml"
    listen = load_settings(file).sip.listen
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", int(listen.rpartition(":")[2])))
        with pytest.raises(ChildFailed) as failed:
            await service.start()
    assert str(failed.value) == f"{file}: sip.listen: {listen}: Address already in use"
    assert capfd.readouterr().err == ""
    assert [child.pid for child in service.children] == [None, None, None]
