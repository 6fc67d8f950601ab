"""Two RTP sessions on loopback, ticked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.telephony.rtp.rtp_sides import TONE, Side, deliver, packet_from, target, wire
from voice.audio import dbfs, encode_ulaw
from voice.telephony.rtp import RtpPacket, RtpTarget, open_port_pair
from voice.telephony.rtp.concealment import Concealer
from voice.telephony.rtp.ports import NoFreePort


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
async def test_sound_and_keys_pass_both_ways(codec: str) -> None:
    ann, bob = Side(), Side()
    ann_port, bob_port = await ann.open(), await bob.open()
    ann.session.direct(target(bob_port, codec))
    bob.session.direct(target(ann_port, codec))
    ann.session.send_key("4")
    ann.session.send_key("2")
    for number in range(50):
        ann.session.ring.push(TONE[number * 160 : (number + 1) * 160])
        for side in (ann, bob):
            side.now += 0.02
            side.session.tick()
        await deliver()
    assert bob.keys == ["4", "2"]
    assert dbfs(np.concatenate(bob.heard[-10:])) == pytest.approx(dbfs(TONE), abs=0.2)
    assert bob.session.jitter.statistics.lost == 0
    assert dbfs(np.concatenate(ann.heard)) < -70
    ann.session.close()
    bob.session.close()


async def test_packets_are_what_the_rfc_says() -> None:
    side = Side()
    port = await side.open()
    assert port % 2 == 0
    async with wire() as (other, other_port):
        side.session.direct(target(other_port))
        side.session.tick()
        quiet = await packet_from(other)
        side.session.ring.push(TONE[:320])
        packets = []
        for _ in range(3):
            side.session.tick()
            packets.append(await packet_from(other))
    side.session.close()
    assert quiet.payload == b"\xff" * 160 and not quiet.marker
    assert [packet.marker for packet in packets] == [True, False, False]
    assert packets[0].payload == encode_ulaw(TONE[:160])
    everything = [quiet, *packets]
    assert {packet.ssrc for packet in everything} == {quiet.ssrc}
    for number, packet in enumerate(everything):
        assert packet.sequence == (quiet.sequence + number) & 0xFFFF
        assert packet.timestamp == (quiet.timestamp + 160 * number) & 0xFFFFFFFF
    assert side.session.ring.played == 320


async def test_beginnings_are_random() -> None:
    firsts = []
    async with wire() as (other, other_port):
        for _ in range(4):
            side = Side()
            await side.open()
            side.session.direct(target(other_port))
            side.session.tick()
            firsts.append(await packet_from(other))
            side.session.close()
    for field in ("ssrc", "sequence", "timestamp"):
        assert len({getattr(packet, field) for packet in firsts}) > 1


async def test_answers_go_where_the_packets_came_from() -> None:
    side = Side()
    port = await side.open()
    async with wire() as (other, _), wire() as (announced, announced_port):
        side.session.direct(target(announced_port))
        other.sendto(bytes(RtpPacket(0, 1, 0, 7, b"\xff" * 160)), ("127.0.0.1", port))
        await deliver()
        side.session.tick()
        assert (await packet_from(other)).payload_type == 0
        with pytest.raises(BlockingIOError):
            announced.recv(100)
    side.session.close()


async def test_malformed_and_foreign_packets_are_counted_and_dropped() -> None:
    side = Side()
    port = await side.open()
    async with wire() as (other, other_port):
        side.session.direct(target(other_port))
        report = bytes.fromhex("80c9000100000007")
        for data in (
            b"",
            b"x",
            b"\x80\xc8" + bytes(26),
            report,
            bytes(RtpPacket(77, 1, 0, 7, b"a")),
        ):
            other.sendto(data, ("127.0.0.1", port))
        await deliver()
        side.session.tick()
    side.session.close()
    counts = side.session.statistics
    assert (counts.received, counts.malformed, counts.rtcp, counts.unknown_payload) == (0, 2, 1, 1)


async def test_media_loss_is_told_once_and_again_after_a_recovery() -> None:
    side = Side()
    port = await side.open()
    async with wire() as (other, other_port):
        side.session.direct(target(other_port))
        for _ in range(2):
            for _ in range(100):
                side.now += 0.02
                side.session.tick()
            other.sendto(bytes(RtpPacket(0, 1, 0, 7, b"\xff" * 160)), ("127.0.0.1", port))
            await deliver()
        assert side.losses == 2
        side.session.direct(target(other_port, receives=False))
        for _ in range(100):
            side.now += 0.02
            side.session.tick()
        assert side.losses == 2  # on hold nobody sends
    side.session.close()


async def test_on_hold_nothing_is_sent() -> None:
    side = Side()
    await side.open()
    async with wire() as (other, other_port):
        side.session.direct(target(other_port, sends=False))
        side.session.ring.push(TONE[:160])
        side.session.tick()
        with pytest.raises(BlockingIOError):
            other.recv(100)
    assert side.session.ring.played == 0
    side.session.close()


async def test_keys_that_can_no_longer_be_sent_hold_nothing_up() -> None:
    side = Side()
    await side.open()
    async with wire() as (_, other_port):
        side.session.direct(target(other_port))
        side.session.send_key("5")
        side.session.tick()
        side.session.direct(RtpTarget("127.0.0.1", other_port, "PCMU", 0, None))
        side.session.ring.push(TONE[:160])
        side.session.tick()
    side.session.close()
    assert side.session.ring.played == 160


async def test_closed_session_ticks_harmlessly() -> None:
    side = Side()
    await side.open()
    side.session.direct(target(9))
    side.session.close()
    side.session.close()
    side.session.tick()


def test_no_free_port_is_said() -> None:
    taken = open_port_pair("127.0.0.1", 20000, 29999)
    port = taken.port
    with pytest.raises(NoFreePort, match=r"rtp\.port_min"):
        open_port_pair("127.0.0.1", port, port + 1)
    taken.close()
    open_port_pair("127.0.0.1", port, port + 1).close()


def test_lost_frame_continues_the_tone_and_longer_gaps_fade() -> None:
    concealer = Concealer()
    for start in range(0, 1600, 160):
        concealer.heard(TONE[start : start + 160])
    made_up = [concealer.missing(160) for _ in range(5)]
    levels = [dbfs(frame) for frame in made_up]
    assert levels[0] == pytest.approx(dbfs(TONE), abs=1.5)
    assert levels == sorted(levels, reverse=True) and levels[-1] == -100
    expected = TONE[1600:1760]
    assert np.corrcoef(made_up[0], expected)[0, 1] > 0.98
