"""Whole calls through the edge process, with our own user agent as the caller."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, calling, strength
from tests.telephony.edge.edge_programs import APOLOGY_HZ, EdgeProcess, EdgeStarter, Program
from voice.audio import dbfs, read_stereo_flac
from voice.telephony.rtp import RtpPacket
from voice.telephony.sip import CallRejected, EndCause

pytestmark = pytest.mark.calls


async def test_caller_is_answered_and_hears_the_call_process(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address) as caller:
        offer = await call_process.line("Offer(")
        assert "caller_number='+35312345'" in offer or "caller_number='35312345'" in offer
        assert "called='echo'" in offer and "sample_rate=8000" in offer
        await call_process.line("Answered()")
        await caller.hears(TONE_HZ)
        level = dbfs(await caller.listens(25))
        assert -22 < level < -19  # the tone, 6 dB down
    await call_process.line("LegEnded()")
    await call_process.line("over ended_well=True")


async def test_keys_reach_the_call_process_once(edge: EdgeProcess, call_process: Program) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        for key in "90#9":
            caller.rtp.send_key(key)
        await call_process.line("Dtmf(digit='9')", count=2)
    pressed = [line for line in call_process.lines if line.startswith("Dtmf")]
    assert [line[12] for line in pressed] == list("90#9")


async def test_call_process_hangs_up(edge: EdgeProcess, call_process: Program) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        caller.rtp.send_key("2")
        end = await asyncio.wait_for(caller.ended, 5)
        assert (end.cause, end.text) == (EndCause.REMOTE_BYE, "asked to")
    await call_process.line("over")


async def test_what_was_said_last_is_out_of_the_telephone_before_the_call_ends(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        caller.rtp.send_key("2")
        await asyncio.wait_for(caller.ended, 5)
        heard = [
            frame
            for frame, at in zip(caller.heard, caller.heard_at, strict=True)
            if at <= caller.ended_at
        ]
    assert dbfs(np.concatenate(heard[-3:])) < -50
    await call_process.line("over")


async def test_flush_is_answered_by_the_ledger(edge: EdgeProcess, call_process: Program) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        caller.rtp.send_key("1")
        await call_process.line("flushed=True")
    sent = [line for line in call_process.lines if line.startswith("Played(")]
    samples = [int(line.split("samples=")[1].split(",")[0]) for line in sent]
    assert samples == sorted(samples) and samples[-1] > 800


async def test_call_process_refuses(edge: EdgeProcess, call_process: Program) -> None:
    with pytest.raises(CallRejected) as refused:
        async with calling(edge.address, "busy"):
            pass
    assert refused.value.status == 486


async def test_without_a_call_process_callers_are_told_when_to_try_again(
    edge: EdgeProcess,
) -> None:
    with pytest.raises(CallRejected) as refused:
        async with calling(edge.address):
            pass
    assert refused.value.status == 503
    await edge.program.line("no leg")


async def test_full_edge_refuses_and_running_calls_go_on(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address) as first, calling(edge.address), calling(edge.address):
        with pytest.raises(CallRejected) as refused:
            async with calling(edge.address):
                pass
        assert refused.value.status == 503
        await first.hears(TONE_HZ)


async def test_recording_has_both_sides_and_leaves_out_what_is_secret(
    edge: EdgeProcess, call_process: Program, installation: Path
) -> None:
    async with calling(edge.address, "recorded") as caller:
        await caller.hears(TONE_HZ)
        await caller.listens(25)
        caller.rtp.send_key("3")
        await call_process.line("Dtmf(digit='3')")
        await caller.listens(50)
        caller.rtp.send_key("4")
        await call_process.line("Dtmf(digit='4')")
        await caller.listens(25)
    await call_process.line("over")
    edge.program.terminate()
    assert await edge.program.wait() == 0
    (file,) = (installation / "records").rglob("*.flac")
    left, right, rate = read_stereo_flac(file)
    assert rate == 8000 and len(left) > 2 * rate
    seconds = [left[at : at + 1600] for at in range(0, len(left) - 1600, 800)]
    assert max(strength(part, TONE_HZ) for part in seconds) > 0.9
    assert any(not part.any() for part in seconds[3:])  # muted
    assert strength(right[8000:16000], TONE_HZ) > 0.5


async def test_recording_outside_the_records_directory_is_refused(
    edge: EdgeProcess, call_process: Program, installation: Path
) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        caller.rtp.send_key("6")
        await edge.program.line("outside records.directory")
        await caller.listens(10)
        assert not caller.ended.done()
    assert not (installation / "outside.wav").exists()


async def test_second_sender_is_never_heard(edge: EdgeProcess, call_process: Program) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        assert caller.rtp.lock is not None and caller.rtp.lock.source is not None
        source = caller.rtp.lock.source
        intruder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with intruder:
            for number in range(60):
                loud = RtpPacket(0, number, number * 160, 7, bytes([0x80, 0x00] * 80))
                intruder.sendto(bytes(loud), ("127.0.0.1", source.port))
                await caller.listens(1)
        heard = await caller.listens(25)
        assert strength(heard, TONE_HZ) > 0.9


async def test_malformed_datagrams_change_nothing(edge: EdgeProcess, call_process: Program) -> None:
    noise = np.random.default_rng(1)
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        assert caller.rtp.lock is not None and caller.rtp.lock.source is not None
        source = caller.rtp.lock.source
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for size in range(0, 300, 3):
                garbage = noise.bytes(size)
                sender.sendto(garbage, ("127.0.0.1", source.port))
                sender.sendto(garbage, ("127.0.0.1", source.port + 1))
                sender.sendto(garbage, edge.address)
            sender.sendto(b"INVITE sip:x SIP/2.0\r\nVia: \r\n\r\n", edge.address)
        assert strength(await caller.listens(25), TONE_HZ) > 0.9


async def test_killed_call_process_is_apologised_for_within_a_second(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        caller.speaking = False
        killed_at = time.monotonic()
        call_process.kill()
        await caller.hears(APOLOGY_HZ)
        assert time.monotonic() - killed_at < 1.0
        end = await asyncio.wait_for(caller.ended, 5)
        assert (end.cause, end.text) == (EndCause.REMOTE_BYE, "call process lost")


async def test_failing_call_handler_is_apologised_for(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        caller.rtp.send_key("7")
        await caller.hears(APOLOGY_HZ)


async def test_failed_transfer_is_reported_and_the_call_goes_on(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        caller.rtp.send_key("5")
        await call_process.line("TransferResult(ok=False")
        assert strength(await caller.listens(25), TONE_HZ) > 0.9


async def test_successor_of_a_killed_edge_ends_its_dialogs_within_two_seconds(
    start_edge: EdgeStarter, call_process: Program
) -> None:
    async with start_edge() as first, calling(first.address) as caller:
        await caller.hears(TONE_HZ)
        first.program.kill()
        await first.program.wait()
        await call_process.line("over ended_well=False")
        started = time.monotonic()
        async with start_edge(VOICE_SIP__LISTEN=f"127.0.0.1:{first.port}"):
            end = await asyncio.wait_for(caller.ended, 5)
            assert end.cause is EndCause.REMOTE_BYE
            assert time.monotonic() - started < 2.0


async def test_stop_lets_the_running_call_finish_and_refuses_new_ones(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        edge.program.terminate()
        await edge.program.line("may finish")
        with pytest.raises(CallRejected) as refused:
            async with calling(edge.address):
                pass
        assert refused.value.status == 503
        assert strength(await caller.listens(25), TONE_HZ) > 0.9
    assert await edge.program.wait() == 0


async def test_second_stop_ends_the_call_at_once(edge: EdgeProcess, call_process: Program) -> None:
    async with calling(edge.address) as caller:
        await caller.hears(TONE_HZ)
        edge.program.terminate()
        await edge.program.line("may finish")
        edge.program.terminate()
        end = await asyncio.wait_for(caller.ended, 3)
        assert end.cause is EndCause.REMOTE_BYE
    assert await edge.program.wait() == 0
