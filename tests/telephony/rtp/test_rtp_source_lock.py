"""Who is heard: the caller, wherever he moves on his host, and never a stranger."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.telephony.rtp import RtpPacket, SourceLock
from voice.telephony.rtp.source_lock import MediaRule, PacketSource

CALLER = PacketSource("192.0.2.1", 4000, 1)
STRANGER = PacketSource("198.51.100.9", 4000, 1)


def hears(lock: SourceLock, source: PacketSource, number: int, now: float) -> list[int]:
    """Numbers of the packets that are heard once this one has come."""
    packet = RtpPacket(0, number & 0xFFFF, number * 160, source.ssrc, b"")
    return [arrival.packet.sequence for arrival in lock.take(source, packet, now)]


def latched(media: MediaRule = "strict") -> SourceLock:
    lock = SourceLock("192.0.2.1", 4000, media=media)
    assert hears(lock, CALLER, 0, 0.0) == [0]
    return lock


def test_only_hosts_that_sdp_or_sip_name_are_latched() -> None:
    lock = SourceLock("10.0.0.5", 4000, signalling_host="192.0.2.1")
    assert not hears(lock, STRANGER, 0, 0.0) and lock.source is None
    behind_nat = PacketSource("192.0.2.1", 61000, 1)
    assert hears(lock, behind_nat, 0, 0.1) == [0]
    assert lock.source == behind_nat


@pytest.mark.parametrize(
    "new", [PacketSource("192.0.2.1", 4002, 1), PacketSource("192.0.2.1", 4000, 2)]
)
@pytest.mark.parametrize("packet_ms", [10, 20, 30, 60])
def test_new_port_or_ssrc_of_the_host_is_heard_within_100_ms_and_whole(
    new: PacketSource, packet_ms: int
) -> None:
    lock = latched()
    heard: list[int] = []
    begun = packet_ms / 1000
    for number in range(20):
        now = begun + number * packet_ms / 1000
        heard += hears(lock, new, 500 + number, now)
        if now - begun >= 0.1 - 1e-9:
            break
    assert heard == [500 + each for each in range(number + 1)]
    assert lock.source == new and lock.changes == 1


def test_loss_and_repetition_hold_a_new_source_up_little() -> None:
    lock = latched()
    new = PacketSource("192.0.2.1", 4000, 2)
    arrivals = [(7, 0.02), (7, 0.021), (9, 0.06), (9, 0.061), (10, 0.08)]
    heard = [number for at in arrivals for number in hears(lock, new, *at)]
    assert heard == [7, 9, 10]


@pytest.mark.parametrize(
    "other", [STRANGER, PacketSource("192.0.2.1", 4002, 1), PacketSource("192.0.2.1", 4000, 2)]
)
def test_nobody_else_is_heard_while_the_source_sends(other: PacketSource) -> None:
    lock = latched()
    for number in range(1, 500):
        assert hears(lock, CALLER, number, number * 0.02)
        assert not hears(lock, other, number, number * 0.02 + 0.01)
    assert lock.source == CALLER


def test_source_that_has_ended_does_not_come_back_by_its_last_packets() -> None:
    lock = latched()
    new = PacketSource("192.0.2.1", 4000, 2)
    for number in range(50):
        hears(lock, new, number, 0.02 + number * 0.02)
        hears(lock, CALLER, number, 0.025 + number * 0.02 if number > 5 else 0.0)
    assert lock.source == new


def test_the_very_address_in_sdp_wins_over_others_of_the_host() -> None:
    lock = SourceLock("192.0.2.1", 4000)
    left_over = PacketSource("192.0.2.1", 5000, 9)
    assert hears(lock, left_over, 0, 0.0)
    heard: list[int] = []
    for number in range(5):
        hears(lock, left_over, 1 + number, 0.02 + number * 0.02)
        heard += hears(lock, CALLER, number, 0.03 + number * 0.02)
    assert heard == list(range(5)) and lock.source == CALLER


def test_on_hold_nothing_changes_and_after_it_the_caller_is_heard_at_once() -> None:
    lock = latched()
    lock.held = True
    music = PacketSource("192.0.2.1", 4000, 77)
    for number in range(1000):
        assert not hears(lock, STRANGER, number, 0.02 * number)
        assert not hears(lock, music, number, 0.02 * number)
    assert hears(lock, CALLER, 1, 20.0) and lock.source == CALLER
    lock.held = False
    resumed = PacketSource("192.0.2.1", 4000, 5)
    assert hears(lock, resumed, 0, 25.0) == [0]


def test_another_address_in_a_new_description_latches_anew() -> None:
    lock = latched()
    lock.expect("192.0.2.1", 4000)
    assert lock.source == CALLER
    lock.expect("192.0.2.7", 4000)
    assert lock.source is None
    assert not hears(lock, CALLER, 1, 0.1)
    assert hears(lock, PacketSource("192.0.2.7", 4000, 5), 0, 0.1)


def test_spellings_of_one_address_are_equal() -> None:
    lock = SourceLock("2001:db8::0:1", 4000, signalling_host="192.0.2.1")
    assert hears(lock, PacketSource("2001:db8::1", 4000, 1), 0, 0.0)
    lock = SourceLock("2001:db8::0:1", 4000, signalling_host="192.0.2.1")
    assert hears(lock, PacketSource("::ffff:192.0.2.1", 4000, 1), 0, 0.0)


def test_networks_of_the_trunk_are_as_good_as_named() -> None:
    lock = SourceLock("10.0.0.5", 4000, "192.0.2.1", media=["198.51.100.0/28", "2001:db8::/64"])
    assert not hears(lock, PacketSource("198.51.100.77", 4000, 1), 0, 0.0)
    assert hears(lock, PacketSource("198.51.100.7", 4000, 1), 0, 0.0) == [0]


def test_symmetric_media_is_latched_after_five_packets_in_order() -> None:
    lock = SourceLock("10.0.0.5", 4000, "192.0.2.1", media="symmetric")
    scattered = [hears(lock, STRANGER, number * 1000, 0.0) for number in range(50)]
    assert not any(scattered)
    gateway = PacketSource("203.0.113.4", 9000, 3)
    heard = [hears(lock, gateway, number, number * 0.02) for number in range(6)]
    assert heard == [[], [], [], [], [0, 1, 2, 3, 4], [5]]
    for number in range(500):
        assert not hears(lock, STRANGER, number, 60 + number * 0.02)
    moved = PacketSource("203.0.113.4", 9002, 4)
    assert hears(lock, moved, 0, 80.0) == [0]


def test_whoever_is_named_takes_a_symmetric_stream_back_from_a_stranger() -> None:
    lock = latched(media="symmetric")
    assert not any(hears(lock, STRANGER, number, 9.0 + number) for number in range(50))
    lock = SourceLock("192.0.2.1", 4000, media="symmetric")
    for number in range(5):
        hears(lock, STRANGER, number, number * 0.02)
    assert lock.source == STRANGER
    heard: list[int] = []
    for number in range(5, 10):
        hears(lock, STRANGER, number, number * 0.02)
        heard += hears(lock, CALLER, number, number * 0.02)
    assert heard == [5, 6, 7, 8, 9]
    assert not any(hears(lock, STRANGER, number, 1.0 + number) for number in range(50))


def test_a_refusal_says_what_to_set() -> None:
    lock = SourceLock("10.0.0.5", 4000, "192.0.2.1")
    hears(lock, STRANGER, 0, 0.0)
    assert lock.refused == 1
    for part in (
        "RTP from 198.51.100.9",
        "10.0.0.5",
        "192.0.2.1",
        "['198.51.100.9']",
        "sip.trunks",
    ):
        assert part in lock.refusal


HOSTS = st.sampled_from(["192.0.2.1", "203.0.113.3", "198.51.100.9", "198.51.100.10"])
PACKETS = st.tuples(HOSTS, st.integers(1, 3), st.integers(1, 3), st.integers(0, 20))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(PACKETS, st.floats(0, 3), st.booleans()), max_size=60))
def test_in_no_order_of_arrivals_does_a_stranger_win(
    events: list[tuple[tuple[str, int, int, int], float, bool]],
) -> None:
    lock = SourceLock("192.0.2.1", 1, "203.0.113.3")
    now = 0.0
    for (host, port, ssrc, number), passed, held in events:
        now += passed
        lock.held = held
        before = lock.source
        heard = lock.take(PacketSource(host, port, ssrc), RtpPacket(0, number, 0, ssrc, b""), now)
        if host.startswith("198."):
            assert not heard
        if held or host.startswith("198."):
            assert lock.source == before
        assert lock.source is None or not lock.source.host.startswith("198.")
