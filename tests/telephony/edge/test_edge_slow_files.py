"""Nothing slow on the thread that keeps the clock: disks and readers of the log may stand still."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, calling, strength
from tests.telephony.edge.edge_programs import APOLOGY_HZ, EdgeProcess, Program, running
from tests.telephony.edge.slow_disk_edge import STALL_SECONDS
from voice.audio import Pcm, read_stereo_flac
from voice.evaluation.callers.phone_line import PhoneLine
from voice.evaluation.latency import HeardPacket

pytestmark = pytest.mark.calls


@pytest.fixture
async def slow_disk_edge(installation: Path) -> AsyncIterator[EdgeProcess]:
    module = "tests.telephony.edge.slow_disk_edge"
    command = [sys.executable, "-m", module, "--settings", str(installation / "voice.toml")]
    async with running(command) as program:
        yield await EdgeProcess.ready(program)


@contextlib.asynccontextmanager
async def telephone(edge: EdgeProcess, called: str) -> AsyncIterator[list[float]]:
    """A call; when each of its packets came, in seconds, by the kernel's clock."""
    came: list[float] = []

    def on_audio(packet: HeardPacket, pcm: Pcm) -> None:
        came.append(packet.received)

    line = PhoneLine(on_audio)
    await line.dial(f"sip:{called}@127.0.0.1:{edge.port}", "+35315550123")
    try:
        yield came
    finally:
        await line.hang_up()
        await line.close()


async def come(came: list[float], seconds: float) -> None:
    """Wait until the packets of so many seconds more have come."""
    count = len(came) + round(seconds * 50)
    async with asyncio.timeout(seconds + 15):
        while len(came) < count:
            await asyncio.sleep(0.05)


async def test_a_disk_that_stands_still_opens_no_gap_in_any_call(
    slow_disk_edge: EdgeProcess, call_process: Program, installation: Path
) -> None:
    edge = slow_disk_edge
    async with telephone(edge, "echo") as other:
        await come(other, 0.5)
        os.kill(edge.program.pid, signal.SIGUSR1)
        await edge.program.line("the disk is slow")
        async with telephone(edge, "recorded") as recorded:
            await edge.program.line("the disk stands still")
            await come(other, STALL_SECONDS + 1)
        gaps = [later - earlier for came in (other, recorded) for earlier, later in pairwise(came)]
    assert max(gaps) < STALL_SECONDS / 2
    edge.program.terminate()
    assert await edge.program.wait() == 0
    (file,) = (installation / "records").rglob("*.flac")
    assert read_stereo_flac(file)[0].size / 8000 > STALL_SECONDS  # nothing of it was lost


async def test_the_thread_that_keeps_the_clock_uses_no_file(
    slow_disk_edge: EdgeProcess, call_process: Program
) -> None:
    edge = slow_disk_edge
    async with calling(edge.address, "recorded") as caller:
        await caller.hears(TONE_HZ)
        await caller.offer_anew("sendonly")
        await caller.offer_anew("sendrecv")
        for key in "634":
            caller.rtp.send_key(key)
        await call_process.line("Dtmf(digit='4')")
        await caller.hears(TONE_HZ)
        call_process.kill()
        await caller.hears(APOLOGY_HZ)
        await asyncio.wait_for(caller.ended, 5)
    assert not [line for line in edge.program.lines if line.startswith("touched")]


async def test_a_log_that_nobody_reads_holds_no_call_up(
    installation: Path, call_process: Program
) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 65536)
    os.set_blocking(writer, True)
    command = [sys.executable, "-m", "voice.telephony.edge"]
    command += ["--settings", str(installation / "voice.toml")]
    async with running(command, {"VOICE_LOG_LEVEL": "debug"}, errors=writer) as program:
        edge = await EdgeProcess.ready(program)
        async with calling(edge.address) as caller:
            caller.rtp.send_key("6")  # a refusal, which is logged
            await call_process.line("Dtmf(digit='6')")
            await caller.hears(TONE_HZ)
            assert strength(await caller.listens(50), TONE_HZ) > 0.5
        program.terminate()
        assert await program.wait() == 0
    os.close(reader)
    os.close(writer)
