"""A session whose other side moves, is held, mutes itself, changes its codec, or is imitated."""

from __future__ import annotations

import struct
import time

import numpy as np
import pytest

from tests.telephony.rtp.rtp_sides import TONE, Phone, Side, deliver, target, wire
from voice.audio import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from voice.telephony.rtp import RtpPacket

REPORT = bytes.fromhex("80c9000100000001")


async def talking() -> tuple[Side, Phone]:
    side = Side()
    await side.open()
    side.session.direct(target(9, signalling_host="127.0.0.1"))
    phone = Phone(side)
    phone.talk(50)
    return side, phone


@pytest.mark.parametrize("pause", [0.0, 0.5, 1.5])
async def test_nothing_is_lost_when_the_ssrc_changes(pause: float) -> None:
    side, phone = await talking()
    side.tick(round(pause / 0.02))
    phone.ssrc, phone.sequence, phone.timestamp = 77, 7, 99
    before = len(side.heard)
    phone.talk(100)
    side.session.close()
    assert side.loud(before) >= 97
    assert side.session.jitter.statistics.lost == 0


async def test_nothing_is_lost_when_the_port_changes_and_answers_follow() -> None:
    side, phone = await talking()
    async with wire() as (new, new_port):
        phone.address = ("127.0.0.1", new_port)
        before = len(side.heard)
        phone.talk(50)
        assert side.loud(before) == 50
        assert side.session.jitter.statistics.restarts == 0  # the same stream goes on
        assert len(new.recv(2000)) == 172
    side.session.close()


async def test_keys_right_after_a_change_of_the_ssrc_are_heard() -> None:
    side, phone = await talking()
    phone.press("12")
    phone.ssrc, phone.sequence, phone.timestamp = 77, 7, 99
    phone.press("34")
    side.tick(5)
    side.session.close()
    assert side.keys == list("1234")


async def test_stranger_gets_nothing_while_the_caller_is_held_nor_after_it() -> None:
    side, phone = await talking()
    stranger = Phone(side, host="127.0.0.2", ssrc=666)
    music = Phone(side, ssrc=42)
    side.session.direct(target(9, host="0.0.0.0", sends=False, receives=False))
    before = len(side.heard)
    for _ in range(100):
        music.talk(1)
        stranger.talk(1)
    assert side.loud(before) == 0
    side.session.direct(target(9, sends=True))
    phone.ssrc = 3
    before = len(side.heard)
    for _ in range(50):
        stranger.send(encode_ulaw(TONE[:160]), timestamp=0)
        phone.talk(1)
    side.session.close()
    assert side.loud(before) >= 47
    assert side.session.lock is not None and side.session.lock.source is not None
    assert side.session.lock.source.ssrc == 3


async def test_a_stranger_is_named_once_to_the_operator() -> None:
    side, phone = await talking()
    stranger = Phone(side, host="127.0.0.2", ssrc=666)
    stranger.talk(2)
    assert side.warnings == []  # may have been on its way when the other side moved
    for _ in range(50):
        stranger.talk(1)
        phone.talk(1)
    side.session.close()
    (line,) = side.warnings
    assert "media = ['127.0.0.2']" in line and "\n" not in line


async def test_media_of_a_third_host_is_heard_where_the_trunk_admits_it() -> None:
    for media in ("symmetric", ["127.0.0.0/29"]):
        side = Side()
        await side.open()
        side.session.direct(target(9, media=media))
        Phone(side, host="127.0.0.2").talk(50)
        side.tick(4)  # that a host which nothing names needed to be believed
        side.session.close()
        counts = side.session.jitter.statistics
        assert (counts.played + counts.trimmed, counts.lost) == (50, 0) and side.loud() >= 49
        assert side.warnings == []


@pytest.mark.parametrize("own_port", [True, False])
async def test_reports_of_a_muted_caller_are_life_and_those_of_strangers_are_not(
    own_port: bool,
) -> None:
    side = Side()
    port = await side.open()
    async with wire() as (other, other_port), wire("127.0.0.2") as (stranger, _):
        side.session.direct(target(other_port))
        for sender, data, losses in (
            (other, REPORT, 0),
            (other, REPORT[:-1], 1),
            (stranger, REPORT, 1),
        ):
            side.session.direct(target(other_port))  # the media timeout begins anew
            side.losses = 0
            for _ in range(4):
                sender.sendto(data, ("127.0.0.1", port + own_port))
                await deliver()
                side.tick(25)
            assert side.losses == losses
    side.session.close()
    assert side.session.statistics.rtcp == 4


async def test_after_latching_only_the_source_lives_by_its_reports() -> None:
    side = Side()
    await side.open()
    side.session.direct(target(9, signalling_host="127.0.0.3"))
    Phone(side).talk(5)
    for host, losses in (("127.0.0.3", 1), ("127.0.0.1", 1)):
        for _ in range(4):
            side.tick(25)
            side.session.datagram_received(REPORT, (host, 4001))
        assert side.losses == losses
    side.session.close()


async def test_sound_is_decoded_by_the_codec_that_it_came_in() -> None:
    side = Side()
    await side.open()
    side.session.direct(target(9, "PCMU"))
    phone = Phone(side)
    old, new = encode_ulaw(TONE[:160]), encode_alaw(TONE[:160])
    for kind, payload in ((0, old), (0, old), (8, new), (0, old), (8, new)):
        if kind == 8:
            side.session.direct(target(9, "PCMA"))
        phone.send(payload, kind)  # the fourth was on its way when the codec changed
        phone.timestamp += 160
    side.tick(5)
    side.session.close()
    mu_law, a_law = decode_ulaw(old), decode_alaw(new)
    assert np.array_equal(side.heard, [mu_law, mu_law, a_law, mu_law, a_law])


async def test_a_stall_of_this_process_is_no_jitter_of_the_line() -> None:
    """Packets that waited in the kernel are measured by when they came, not by when they were read.

    Their timestamps are of the moment of sending, so that a busy machine changes nothing.
    """
    side = Side()
    port = await side.open()
    begin = time.monotonic()
    async with wire() as (other, other_port):
        side.session.direct(target(other_port))

        def send(numbers: range) -> None:
            """One packet every 20 ms; nothing is read meanwhile."""
            for number in numbers:
                time.sleep(0.02)
                sent = int((time.monotonic() - begin) * 8000)
                packet = RtpPacket(0, number, sent, 7, b"\xff" * 160)
                other.sendto(bytes(packet), ("127.0.0.1", port))

        for number in range(10):
            send(range(number, number + 1))
            side.now = 100 + time.monotonic() - begin
            await deliver()
        send(range(10, 20))
        side.now = 100 + time.monotonic() - begin
        await deliver()
    side.session.close()
    assert side.session.statistics.received == 20
    assert side.session.jitter.target_ms == 40


async def test_a_late_packet_of_the_line_is_jitter() -> None:
    side, phone = await talking()
    for _ in range(10):
        phone.timestamp += 160
        side.now += 0.02
    side.session.datagram_received(
        struct.pack("!BBHII", 0x80, 0, phone.sequence, phone.timestamp - 1600, 1) + b"\xff" * 160,
        phone.address,
    )
    side.session.close()
    assert side.session.jitter.target_ms == 160
