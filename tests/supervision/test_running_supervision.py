"""The supervision process beside a real edge: catching up, and that it slows no call."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.supervision.scripted_call_process import ASSISTANT_HZ
from tests.supervision.supervised_installation import Installation
from tests.telephony.edge.edge_caller import calling
from tests.telephony.edge.edge_programs import running
from voice.audio import Pcm, read_stereo_flac
from voice.calls.abandoned_calls import end_abandoned_calls
from voice.errors import VoiceError
from voice.evaluation.callers.phone_line import PhoneLine
from voice.evaluation.latency import HeardPacket
from voice.evaluation.packet_gaps import talkspurt_gaps
from voice.evaluation.simulated_supervisor import SimulatedSupervisor
from voice.events import CallEnded, from_json

pytestmark = [pytest.mark.calls, pytest.mark.timeout(180)]


@pytest.fixture
async def supervisor(installation: Installation) -> SimulatedSupervisor:
    return await SimulatedSupervisor.sign_in(
        installation.url, installation.name, installation.password
    )


def restarted(installation: Installation) -> list[str]:
    """The supervision process anew, on the same settings."""
    return [sys.executable, "-m", "voice.supervision", "--settings", str(installation.settings)]


async def running_call(supervisor: SimulatedSupervisor) -> str:
    async for told in supervisor.changes():
        for row in told["calls"]:
            if row["state"] not in ("ended", "ringing"):
                return str(row["id"])
    raise AssertionError("no call appeared")


async def lines_until(supervisor: SimulatedSupervisor, text: str, **query: Any) -> dict[str, Any]:
    """All that is told until a line holds the text; lines by number, how often each changed."""
    lines: dict[int, str] = {}
    positions: list[int] = []
    async for told in supervisor.changes(**query):
        for line in told["lines"]:
            lines[line["number"]] = line["text"]
            positions.append(line["position"])
        if any(text in line for line in lines.values()):
            return {"lines": lines, "positions": positions, **told, "all": lines}
    raise AssertionError(f"{text!r} never came")


async def test_a_page_that_was_away_catches_up_over_the_wire(
    installation: Installation, supervisor: SimulatedSupervisor
) -> None:
    async with asyncio.timeout(60), calling(installation.edge) as caller:
        call_id = await running_call(supervisor)
        before = await lines_until(supervisor, "How can I help", call_id=call_id)
        caller.rtp.send_key("1")
        caller.rtp.send_key("3")
        await caller.listens(60)
        known = {"call_id": call_id, "run": before["run"], "after": before["position"]}
        after = await lines_until(supervisor, "Are you still there?", **known)
        whole = await lines_until(supervisor, "Are you still there?", call_id=call_id)
        assert min(after["positions"]) > before["position"]
        assert {**before["all"], **after["all"]} == whole["all"]
        other = await lines_until(supervisor, "Are you still there?", **{**known, "run": "another"})
        assert other["all"] == whole["all"]


async def test_pages_that_never_read_hold_nobody_up(
    installation: Installation, supervisor: SimulatedSupervisor
) -> None:
    async with contextlib.AsyncExitStack() as stack, calling(installation.edge) as caller:
        call_id = await running_call(supervisor)
        for path in ("/live", f"/live?call={call_id}", f"/calls/{call_id}/listen"):
            for _ in range(3):
                await stack.enter_async_context(supervisor.socket(path))
        for _ in range(5):
            caller.rtp.send_key("1")
            await caller.listens(10)
        caller.rtp.send_key("3")
        async with asyncio.timeout(10):
            await lines_until(supervisor, "Are you still there?", call_id=call_id)
        async with supervisor.listening(call_id) as numbers, asyncio.timeout(10):
            while len(numbers) < 20:
                await asyncio.sleep(0.05)
        assert not caller.ended.done()


async def test_the_first_password_is_the_only_one(installation: Installation) -> None:
    with pytest.raises(VoiceError, match="refused \\(401\\)"):
        await SimulatedSupervisor.sign_in(installation.url, installation.name, "guess")


async def test_a_killed_supervision_process_ends_no_call(
    installation: Installation, supervisor: SimulatedSupervisor
) -> None:
    async with calling(installation.edge) as caller:
        call_id = await running_call(supervisor)
        with contextlib.suppress(Exception):
            async with supervisor.listening(call_id):
                await caller.listens(20)
                installation.supervision.kill()
                await caller.hears(ASSISTANT_HZ)
        await caller.listens(50)
        assert not caller.ended.done()


async def test_a_successor_knows_running_and_past_calls(
    installation: Installation, supervisor: SimulatedSupervisor
) -> None:
    async with calling(installation.edge) as past:
        await past.listens(30)
    await installation.calls.line("over")
    async with calling(installation.edge) as caller:
        call_id = await running_call(supervisor)
        caller.rtp.send_key("1")
        before = await lines_until(supervisor, "forty gigabytes", call_id=call_id)
        installation.supervision.kill()
        await installation.supervision.wait()
        async with running(restarted(installation)) as successor, asyncio.timeout(20):
            _, url = (await successor.line("ready http")).split()  # no new password
            again = await SimulatedSupervisor.sign_in(url, installation.name, installation.password)
            assert await running_call(again) == call_id
            after = await lines_until(again, "forty gigabytes", call_id=call_id)
            assert after["all"] == before["all"]
            async for told in again.changes():
                if len(told["kept"]) == 2:
                    break
            await caller.hears(ASSISTANT_HZ)


async def test_a_call_whose_processes_were_all_killed_is_running_nowhere_after_a_restart(
    installation: Installation, supervisor: SimulatedSupervisor
) -> None:
    async with calling(installation.edge) as caller:
        call_id = await running_call(supervisor)
        caller.rtp.send_key("1")
        await lines_until(supervisor, "forty gigabytes", call_id=call_id)
        for program in (installation.calls, installation.edge_program, installation.supervision):
            program.kill()
            await program.wait()
    async with running(restarted(installation)) as successor, asyncio.timeout(20):
        _, url = (await successor.line("ready http")).split()
        again = await SimulatedSupervisor.sign_in(url, installation.name, installation.password)
        async for told in again.changes():
            assert told["totals"]["running"] == 0
            if told["calls"]:
                break
    assert end_abandoned_calls(installation.folder / "records") == 1
    (events,) = (installation.folder / "records").glob("*/events.jsonl")
    assert isinstance(from_json(events.read_text().splitlines()[-1]), CallEnded)


async def test_the_records_of_a_killed_edge_lack_less_than_a_second(
    installation: Installation, supervisor: SimulatedSupervisor
) -> None:
    async with calling(installation.edge) as caller:
        call_id = await running_call(supervisor)
        await caller.listens(200)
        frames = len(caller.heard)
        installation.edge_program.kill()
    folder: Path = installation.folder / "records" / call_id
    left, right, _ = read_stereo_flac(folder / "call.flac")
    assert len(left) / 160 > frames - 50 and left.any() and right.any()
    assert "CallAnswered" in (folder / "events.jsonl").read_text()


@contextlib.asynccontextmanager
async def phone_call(edge: tuple[str, int], heard: list[HeardPacket]) -> AsyncIterator[None]:
    """A call whose packets are timed by the kernel."""

    def on_audio(packet: HeardPacket, pcm: Pcm) -> None:
        heard.append(packet)

    line = PhoneLine(on_audio)
    await line.dial(f"sip:echo@{edge[0]}:{edge[1]}", "+4915550001234")
    try:
        yield
    finally:
        await line.hang_up()
        await line.close()


async def test_listeners_who_stall_shout_or_crowd_do_not_change_the_gaps(
    installation: Installation, supervisor: SimulatedSupervisor
) -> None:
    heard: list[HeardPacket] = []
    quiet: list[float] = []
    disturbed: list[float] = []
    seconds = 4.0
    async with phone_call(installation.edge, heard):
        call_id = await running_call(supervisor)
        for disturbance in (
            supervisor.stalled(call_id),
            supervisor.garbage(call_id),
            supervisor.listening(call_id, 20),
        ):
            heard.clear()
            await asyncio.sleep(seconds)
            quiet += talkspurt_gaps(heard)
            async with disturbance as numbers:
                await asyncio.sleep(0.5)
                heard.clear()
                await asyncio.sleep(seconds)
                disturbed += talkspurt_gaps(heard)
        assert numbers and len(numbers) > 25 * seconds * 0.8
    assert min(len(quiet), len(disturbed)) > 400
    change = np.percentile(disturbed, 99) - np.percentile(quiet, 99)
    assert change <= 2.0, f"p99 {np.percentile(quiet, 99)} -> {np.percentile(disturbed, 99)} ms"
