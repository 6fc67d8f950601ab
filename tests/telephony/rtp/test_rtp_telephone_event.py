"""Keys by RFC 4733, through loss, repetition and disorder."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.telephony.rtp.telephone_event import DIGITS, KeyReceiver, key_packets


def press(
    receiver: KeyReceiver, digit: str, timestamp: int, lose: AbstractSet[int] = frozenset()
) -> str:
    keys = [
        receiver.take(timestamp, packet.payload)
        for number, packet in enumerate(key_packets(digit))
        if number not in lose
    ]
    return "".join(key for key in keys if key)


@pytest.mark.parametrize("digit", DIGITS)
def test_every_key_is_received_once(digit: str) -> None:
    assert press(KeyReceiver(), digit, 1000) == digit


def test_key_pressed_twice_counts_twice() -> None:
    receiver = KeyReceiver()
    assert press(receiver, "5", 1000) + press(receiver, "5", 3000) == "55"


def test_key_counts_once_whatever_single_packet_is_left() -> None:
    count = len(list(key_packets("7")))
    for survivor in range(count):
        assert press(KeyReceiver(), "7", 1000, set(range(count)) - {survivor}) == "7"


def test_late_packet_of_an_earlier_key_is_ignored() -> None:
    receiver = KeyReceiver()
    assert press(receiver, "1", 1000) + press(receiver, "2", 3000) == "12"
    assert press(receiver, "1", 1000) == ""


def test_timestamps_wrap() -> None:
    receiver = KeyReceiver()
    assert press(receiver, "1", 0xFFFFFF00) + press(receiver, "2", 0x500) == "12"


def test_key_held_for_longer_than_a_duration_can_say_counts_once() -> None:
    receiver = KeyReceiver()
    assert receiver.take(0, struct.pack("!BBH", 3, 10, 0xFFFF)) == "3"
    assert receiver.take(0xFFFF, struct.pack("!BBH", 3, 10, 400)) is None
    assert receiver.take(0xFFFF, struct.pack("!BBH", 3, 0x8A, 800)) is None


def packets_of(digits: str) -> list[tuple[int, bytes]]:
    """Keys of 100 ms with as much of a pause between them, as timestamps and payloads."""
    return [
        (1000 + number * 1600, packet.payload)
        for number, digit in enumerate(digits)
        for packet in key_packets(digit)
    ]


def received(packets: Iterable[tuple[int, bytes]]) -> str:
    receiver = KeyReceiver()
    return "".join(filter(None, (receiver.take(*packet) for packet in packets)))


def moving_on(digits: str, step: int = 160, duration: str = "grows") -> list[tuple[int, bytes]]:
    """Keys of a sender that advances the timestamp with each packet of a key."""
    packets: list[tuple[int, bytes]] = []
    for number, digit in enumerate(digits):
        begun = 5000 + number * (7 * step + 1600)
        for count in range(1, 8):
            end = count > 4
            ticks = {"grows": min(count, 5) * step, "stays": step, "none": 0}[duration]
            flags = 0x8A if end else 10
            payload = struct.pack("!BBH", DIGITS.index(digit), flags, ticks)
            packets.append((begun + (count - 1) * step, payload))
    return packets


@pytest.mark.parametrize("duration", ["grows", "stays", "none"])
@pytest.mark.parametrize("step", [80, 160, 240])
def test_sender_that_advances_the_timestamp_within_a_key_presses_it_once(
    step: int, duration: str
) -> None:
    assert received(moving_on("5", step, duration)) == "5"
    assert received(moving_on("5512255", step, duration)) == "5512255"


@given(st.sets(st.sampled_from(range(7)), max_size=3), st.sampled_from(["grows", "stays", "none"]))
def test_loss_within_such_a_key_makes_no_further_key_of_it(lost: set[int], duration: str) -> None:
    packets = moving_on("5527", duration=duration)
    kept = [packet for number, packet in enumerate(packets) if number % 7 not in lost]
    assert received(kept) == "5527"


def test_same_key_again_after_the_shortest_pause_counts_again() -> None:
    quick = [(1000 + number * 640, key_packets("5", 40)) for number in range(4)]
    assert received((at, each.payload) for at, key in quick for each in key) == "5555"


def test_same_key_again_though_all_ends_were_lost_counts_again() -> None:
    kept = [packet for packet in packets_of("555") if not packet[1][1] & 0x80]
    assert received(kept) == "555"


def test_same_key_again_after_a_pause_counts_again_though_only_its_end_comes() -> None:
    first = packets_of("5")
    assert received([*first, (1000 + 3 * 8000, first[-1][1])]) == "55"


def test_timestamps_may_begin_anew_between_two_keys() -> None:
    first, second = packets_of("12"), packets_of("34")
    assert received([(at + 3_000_000, each) for at, each in first] + second) == "1234"


@pytest.mark.parametrize("moved_at", range(1, 7))
@pytest.mark.parametrize("by", [-3_000_000, 0x50000000, 0x90000000])
def test_timestamps_may_begin_anew_within_a_key(moved_at: int, by: int) -> None:
    packets = packets_of("5546")
    moved = [(at + 5_000_000 + by & 0xFFFFFFFF, each) for at, each in packets[moved_at:]]
    before = [(at + 5_000_000, each) for at, each in packets[:moved_at]]
    assert received(before + moved) == "5546"


@settings(max_examples=200, deadline=None)
@given(st.data(), st.text(DIGITS, min_size=1, max_size=6))
def test_each_key_counts_once_in_any_order_of_its_packets(data: st.DataObject, digits: str) -> None:
    packets = packets_of(digits)
    doubled = packets + data.draw(st.lists(st.sampled_from(packets), max_size=10))
    shuffled = data.draw(st.permutations(doubled))
    assert sorted(received(shuffled)) == sorted(digits)


@pytest.mark.parametrize(
    "payload", [b"", b"\x01", b"\x01\x0a\x00", b"\x10\x0a\x00\xa0", b"\xff" * 4]
)
def test_malformed_and_other_events_are_ignored(payload: bytes) -> None:
    assert KeyReceiver().take(0, payload) is None


def test_sent_key_begins_with_a_marker_and_ends_three_times() -> None:
    packets = list(key_packets("#", 100))
    assert [packet.marker for packet in packets] == [True] + [False] * (len(packets) - 1)
    parsed = [struct.unpack("!BBH", packet.payload) for packet in packets]
    assert {event for event, _, _ in parsed} == {11}
    durations = [duration for _, _, duration in parsed]
    assert durations == [160, 320, 480, 640, 800, 800, 800]
    assert [flags >> 7 for _, flags, _ in parsed] == [0, 0, 0, 0, 1, 1, 1]


def test_keys_in_any_interleaving_of_repetitions() -> None:
    receiver = KeyReceiver()
    twice = itertools.chain.from_iterable((packet, packet) for packet in key_packets("9"))
    assert [receiver.take(5, packet.payload) for packet in twice].count("9") == 1
