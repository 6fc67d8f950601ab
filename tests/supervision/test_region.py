"""One board for the calls of several nodes, by a real Redis that comes and goes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.supervision.region_parts import (
    PASSWORD,
    Node,
    RedisServer,
    board_of_the_region,
    running,
    said,
    until,
)
from tests.telephony.edge.edge_programs import running as running_program
from voice.cli.supervise import supervise
from voice.errors import ConfigError
from voice.evaluation.simulated_supervisor import SimulatedSupervisor
from voice.events import CallEnded, FinalTranscript
from voice.feed import Listen, Watch
from voice.settings import Settings
from voice.settings.supervision import Region
from voice.supervision.__main__ import _streams
from voice.supervision.region.streams import Streams


async def test_calls_of_all_nodes_are_on_one_board_and_can_be_read_and_heard_there(
    tmp_path: Path, redis: RedisServer
) -> None:
    async with (
        Node(tmp_path, "north", redis) as north,
        Node(tmp_path, "south", redis) as south,
        board_of_the_region(tmp_path, redis) as region,
    ):
        one, other = north.call("c1"), south.call("c2")
        await until(lambda: running(region) == {"c1", "c2"})
        one.record(FinalTranscript, text="my number is +35312345678", confidence=0.9)
        await until(lambda: len(said(region, "c1")) == 1)
        assert "345" not in said(region, "c1")[0]

        with region.watching.page("c1"), region.listening.listener("c2", "ana") as listener:
            await until(lambda: Watch("c1", True) in north.attended)
            await until(lambda: Listen("c2", True, "ana") in south.attended)
            await until(lambda: "c2" in south.sound.listened)
            south.sound.sound("c2", b"\1\0" * 640)
            piece = await asyncio.wait_for(listener.next(), 10)
            assert piece is not None and piece.endswith(b"\1\0" * 640)
        await until(lambda: "c2" not in south.sound.listened)
        await until(lambda: Watch("c1", False) in north.attended)

        other.record(CallEnded, reason="hang-up", by="caller")
        await until(lambda: running(region) == {"c1"})


async def test_redis_gone_and_back_loses_nothing_and_doubles_nothing(
    tmp_path: Path, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        Node(tmp_path, "north", redis) as north,
        board_of_the_region(tmp_path, redis) as region,
    ):
        call = north.call("c1")
        call.record(FinalTranscript, text="before", confidence=0.9)
        await until(lambda: said(region, "c1") == ["before"])
        await redis.kill()
        call.record(FinalTranscript, text="meanwhile", confidence=0.9)
        north.call("c2")
        await until(lambda: caplog.text.count("the region's Redis is away") >= 2)
        # The node's own pages go on.
        await until(lambda: {each.call_id for each in north.board.calls()} == {"c1", "c2"})
        await redis.start()
        call.record(FinalTranscript, text="after", confidence=0.9)
        await until(lambda: said(region, "c1") == ["before", "meanwhile", "after"])
        await until(lambda: running(region) == {"c1", "c2"})
        assert PASSWORD not in caplog.text


async def test_a_board_that_comes_later_is_told_of_running_calls(
    tmp_path: Path, redis: RedisServer
) -> None:
    async with Node(tmp_path, "north", redis) as north:
        north.call("c1").record(FinalTranscript, text="early", confidence=0.9)
        async with board_of_the_region(tmp_path, redis) as region:
            await until(lambda: said(region, "c1") == ["early"])
        async with board_of_the_region(tmp_path, redis) as again:
            await until(lambda: said(again, "c1") == ["early"])


async def test_calls_of_a_node_that_is_gone_end_on_the_board(
    tmp_path: Path, redis: RedisServer
) -> None:
    async with (
        Node(tmp_path, "south", redis) as south,
        board_of_the_region(tmp_path, redis) as region,
    ):
        south.call("c2")
        async with Node(tmp_path, "north", redis) as north:
            north.call("c1")
            await until(lambda: running(region) == {"c1", "c2"})
        await until(lambda: running(region) == {"c2"})


async def test_of_two_nodes_with_one_name_the_second_is_not_heard_until_the_first_is_gone(
    tmp_path: Path, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with board_of_the_region(tmp_path, redis) as region:
        first = Node(tmp_path, "north", redis)
        await first.__aenter__()
        first.call("c1")
        await until(lambda: running(region) == {"c1"})
        async with Node(tmp_path, "north", redis) as second:
            second.call("c2")
            await until(lambda: "another node of the region is called north" in caplog.text)
            assert running(region) == {"c1"}
            await first.__aexit__()
            await until(lambda: running(region) == {"c2"})


async def test_voice_supervise_shows_a_region_and_answers_no_calls(
    tmp_path: Path, redis: RedisServer
) -> None:
    file = tmp_path / "voice.toml"
    file.write_text(
        f"""
        [runtime]
        directory = "{tmp_path / "run"}"
        [supervision]
        listen = "127.0.0.1:0"
        accounts = "{tmp_path / "accounts.json"}"
        [supervision.region]
        url = "redis://127.0.0.1:{redis.port}"
        password = "{PASSWORD}"
        """
    )
    settings = {"VOICE_NETWORK__ALLOW": '["127.0.0.1"]'}
    command = [sys.executable, "-m", "voice", "supervise", "--settings", str(file)]
    async with running_program(command, settings) as board, Node(tmp_path, "north", redis) as north:
        url = (await board.line("Supervision: ", seconds=30)).removeprefix("Supervision: ")
        password = (await board.line("First sign-in: ")).split("password ")[1].split()[0]
        north.call("c1")
        supervisor = await SimulatedSupervisor.sign_in(url, "supervisor", password)
        async with asyncio.timeout(20):
            async for changes in supervisor.changes():
                if [call["id"] for call in changes["calls"]] == ["c1"]:
                    break
        board.terminate()
        assert await board.wait() == 0


@pytest.mark.parametrize(
    ("region", "complaint"),
    [("", "names no Redis"), ("url = 'redis://127.0.0.1'\nnode = 'north'", "a board is no node")],
)
def test_what_is_no_board_is_told(
    region: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.cli.supervise.configure_logging", lambda *_: None)
    file = tmp_path / "voice.toml"
    file.write_text(f"[supervision.region]\n{region}\n")
    with pytest.raises(ConfigError, match=complaint):
        supervise(file)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"url": "https://192.0.2.50"}, "expected rediss://HOST:PORT"),
        ({"url": "redis://:secret@192.0.2.50"}, "without a password"),
        ({"url": "rediss://192.0.2.50?ssl_cert_reqs=none"}, "without a password and options"),
        ({"url": "redis://192.0.2.50/one"}, "without a password and options"),
        ({"url": "redis://192.0.2.50:port"}, "Port could not be cast"),
        ({"url": "redis://192.0.2.50", "authority": "ca.pem"}, "only a url that is rediss://"),
        ({"node": "north"}, "without a url there is no region"),
    ],
)
def test_a_mistake_in_its_settings_is_told(settings: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as told:
        Region.model_validate(settings)
    assert "secret" not in str(told.value).split("input")[0]


def test_a_redis_that_may_not_be_reached_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"region.url: 192.0.2.50 is not in \[network\] allow"):
        Streams(Region(url="redis://192.0.2.50:6379"), [])


def test_without_the_extra_that_it_needs_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "voice.supervision.region.streams", None)
    settings = Settings.model_validate({"supervision": {"region": {"url": "redis://127.0.0.1"}}})
    with pytest.raises(ConfigError, match="needs the region extra: pip install"):
        _streams(settings)
