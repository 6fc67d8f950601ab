"""Keys by RFC 4733, through loss, repetition and disorder."""

from __future__ import annotations

import itertools
import struct

import pytest

from voice.telephony.rtp.telephone_event import DIGITS, KeyReceiver, key_packets


def press(receiver: KeyReceiver, digit: str, timestamp: int, lose: set[int] = frozenset()) -> str:
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
