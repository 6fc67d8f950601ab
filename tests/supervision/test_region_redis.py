"""The Redis between nodes and board: who it proves to be, what it keeps, what is said of it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.supervision.region_parts import (
    PASSWORD,
    Node,
    RedisServer,
    board_of_the_region,
    running,
    said,
    task,
    until,
)
from voice.errors import ConfigError
from voice.events import FinalTranscript
from voice.supervision.board import Board
from voice.supervision.intake import Intake
from voice.supervision.region import streams
from voice.supervision.region.relay import Relay
from voice.supervision.region.streams import FRAMES, WISHES


def certified(folder: Path, *more: str) -> dict[str, Path]:
    """A key and a certificate for the loopback: of its own, unless `more` says of whom."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder.mkdir()
    files = {"cert": folder / "cert.pem", "key": folder / "key.pem"}
    make = "openssl req -x509 -newkey ed25519 -noenc -days 2 -addext subjectAltName=IP:127.0.0.1"
    own = ("-addext", "keyUsage=critical,digitalSignature,keyCertSign")
    to = ("-keyout", str(files["key"]), "-out", str(files["cert"]), "-subj", f"/CN={folder.name}")
    subprocess.run([*make.split(), *to, *(more or own)], check=True, capture_output=True)
    return files


@pytest.fixture(params=["own", "authority"])
async def by_tls(
    request: pytest.FixtureRequest, tmp_path: Path, quick_region: None
) -> AsyncIterator[RedisServer]:
    """It shows a certificate of its own, or of an authority: both are in authority/cert.pem."""
    files = authority = certified(tmp_path / "authority")
    if request.param == "authority":
        signed = ("-CA", str(authority["cert"]), "-CAkey", str(authority["key"]))
        files = certified(tmp_path / "redis", *signed, "-addext", "basicConstraints=CA:FALSE")
    server = RedisServer(tmp_path, files)
    await server.start()
    yield server
    await server.kill()


async def test_by_tls_it_proves_who_it_is(tmp_path: Path, by_tls: RedisServer) -> None:
    region = by_tls.streams(authority=tmp_path / "authority" / "cert.pem")
    try:
        await region.add(FRAMES, [("north", b"frame")])
        _, entries = await region.read(FRAMES, "0-0")
    finally:
        await region.close()
    assert entries == [("north", b"frame")]


async def test_what_is_wrong_with_it_is_said_in_a_line(
    tmp_path: Path, by_tls: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    authority = tmp_path / "authority" / "cert.pem"
    stranger = certified(tmp_path / "stranger")["cert"]
    for region, reason in (
        (by_tls.streams(authority=stranger), "certificate verify failed"),
        (by_tls.streams(), "certificate verify failed"),
        (by_tls.streams("wrong", authority=authority), "invalid username-password pair"),
    ):
        caplog.clear()
        async with Intake(tmp_path / "node.sock", Board(12)) as intake:
            relaying = asyncio.create_task(Relay(region, "north", intake).run())
            async with task(relaying, region):
                await until(lambda: "the region's Redis is away" in caplog.text)
        (line,) = [one.getMessage() for one in caplog.records]
        assert reason in line and "\n" not in line and PASSWORD not in line


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "No such file"), ("no certificate", "authority: ")]
)
def test_an_authority_that_cannot_be_used_is_told(
    content: str | None, complaint: str, tmp_path: Path
) -> None:
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=complaint):
        RedisServer(tmp_path, {}).streams(authority=file)


async def test_the_board_says_each_time_that_it_goes_and_comes_back(
    tmp_path: Path, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with board_of_the_region(tmp_path, redis):
        for _ in range(2):
            caplog.clear()
            await redis.kill()
            await until(lambda: "the region's Redis is away: " in caplog.text)
            await redis.start()
            await until(lambda: "the region's nodes are heard again" in caplog.text)


async def test_what_callers_said_is_kept_no_longer_than_it_takes_to_pass_it_on(
    tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "KEPT_SECONDS", 0.5)
    kept = Redis(port=redis.port, password=PASSWORD)
    try:
        async with (
            Node(tmp_path, "north", redis) as north,
            board_of_the_region(tmp_path, redis) as region,
        ):
            north.call("c1").record(FinalTranscript, text="my secret", confidence=0.9)
            await until(lambda: said(region, "c1") == ["my secret"])
            await emptied(kept)
        # Nobody is left who could let go of anything.
        async with asyncio.timeout(10):
            while await kept.exists(FRAMES, WISHES):
                await asyncio.sleep(0.05)
    finally:
        await kept.aclose()


async def emptied(kept: Redis) -> None:
    """Until no frame is left, of those that are not even read any more."""
    async with asyncio.timeout(10):
        while await kept.xlen(FRAMES):
            await asyncio.sleep(0.05)


async def test_what_others_write_there_disturbs_nobody(tmp_path: Path, redis: RedisServer) -> None:
    stranger = Redis(port=redis.port, password=PASSWORD)
    try:
        async with (
            Node(tmp_path, "north", redis) as north,
            board_of_the_region(tmp_path, redis) as region,
        ):
            north.call("c1")
            await until(lambda: running(region) == {"c1"})
            for stream in (FRAMES, WISHES):
                await stranger.xadd(stream, {"other": b"\xff"})
                await stranger.xadd(stream, {"node": b"\xff", "frame": b"\xff"})
            north.call("c2")
            await until(lambda: running(region) == {"c1", "c2"})
    finally:
        await stranger.aclose()
