"""The jitter buffer under loss, disorder, repetition and pauses, all deterministic."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.telephony.rtp import JitterBuffer
from voice.telephony.rtp.jitter_buffer import Event

START = 65530
"""So that every test passes the wrap of the sequence number."""


def payload(number: int, length: int = 160) -> bytes:
    return bytes([number % 251]) * length


def arrive(buffer: JitterBuffer, number: int, at: float | None = None, length: int = 160) -> None:
    arrival = number * 0.02 if at is None else at
    buffer.put((START + number) & 0xFFFF, number * 160, payload(number, length), arrival)


def play(buffer: JitterBuffer, ticks: int) -> list[int | str]:
    """What comes out: packet numbers, "lost" or "quiet"."""
    heard: list[int | str] = []
    for _ in range(ticks):
        frame = buffer.get()
        if frame.payload is not None:
            assert len(frame.payload) == 160
            heard.append(frame.payload[0])
        else:
            heard.append("lost" if frame.lost else "quiet")
    return heard


def run(buffer: JitterBuffer, arrivals: Iterable[Iterable[int]], after: int = 4) -> list[int | str]:
    """At each tick these packets arrive, then one frame is played."""
    heard: list[int | str] = []
    for tick, numbers in enumerate(arrivals):
        for number in numbers:
            arrive(buffer, number, tick * 0.02)
        heard += play(buffer, 1)
    return heard + play(buffer, after)


def only_packets(heard: list[int | str]) -> list[int | str]:
    return [frame for frame in heard if frame != "quiet"]


def test_even_stream_plays_in_order_after_the_smallest_delay() -> None:
    buffer = JitterBuffer(40, 160)
    heard = run(buffer, ([number] for number in range(20)), after=1)
    assert heard == ["quiet", *range(20)]
    assert buffer.statistics.lost == buffer.statistics.late == buffer.statistics.underruns == 0


def test_swapped_packets_are_put_in_order() -> None:
    buffer = JitterBuffer()
    order = [[0], [1], [2], [], [4, 3], [5], [7], [6], [8]]
    assert only_packets(run(buffer, order, after=1)) == list(range(9))
    assert buffer.statistics.lost == 0


def test_repeated_packets_are_heard_once() -> None:
    buffer = JitterBuffer()
    heard = run(buffer, ([number, number] for number in range(10)), after=1)
    assert only_packets(heard) == list(range(10))
    assert buffer.statistics.late == 10


def test_lost_packet_leaves_one_gap_in_its_place() -> None:
    buffer = JitterBuffer()
    heard = run(buffer, ([] if number == 5 else [number] for number in range(12)), after=1)
    assert only_packets(heard) == [0, 1, 2, 3, 4, "lost", *range(6, 12)]
    assert buffer.statistics.lost == 1


def test_packet_that_comes_after_its_place_is_dropped() -> None:
    buffer = JitterBuffer()
    arrivals = [[0], [1], [2], [], [4], [5], [6], [7, 3], [8]]
    heard = run(buffer, arrivals, after=1)
    assert 3 not in heard
    assert buffer.statistics.late == 1


def test_keys_between_audio_are_no_loss() -> None:
    buffer = JitterBuffer()
    heard: list[int | str] = []
    for number in range(20):
        if 5 <= number < 10:
            buffer.skip((START + number) & 0xFFFF)
        else:
            arrive(buffer, number)
        heard += play(buffer, 1)
    assert buffer.statistics.lost == 0
    assert [frame for frame in heard if isinstance(frame, int)][:6] == [0, 1, 2, 3, 4, 10]


def test_pause_of_the_sender_is_no_loss() -> None:
    buffer = JitterBuffer()
    for number in range(5):
        arrive(buffer, number)
    play(buffer, 20)
    for number in range(5, 10):
        buffer.put((START + number) & 0xFFFF, 8000 + number * 160, payload(number), 1 + number / 50)
    assert only_packets(play(buffer, 5)) == [5, 6, 7, 8, 9]
    assert buffer.statistics.lost == 0 and buffer.statistics.underruns == 1


def test_single_packet_is_heard_though_nothing_follows() -> None:
    buffer = JitterBuffer()
    arrive(buffer, 0)
    assert 0 in play(buffer, 5)


@pytest.mark.parametrize("length", [80, 240, 320, 480])
def test_packets_of_other_lengths_come_out_as_frames_of_20_ms(length: int) -> None:
    buffer = JitterBuffer()
    total = 0
    for number in range(24):
        buffer.put(number, number * length, payload(1, length), number * length / 8000)
        while total < (number + 1) * length // 160 - 2:
            assert buffer.get().lost is False
            total += 1
    assert buffer.statistics.lost == 0


def test_delay_grows_with_uneven_arrival_and_is_bounded() -> None:
    buffer = JitterBuffer(40, 160)
    for number in range(100):
        late = 0.09 if number % 10 == 9 else 0.0
        arrive(buffer, number, number * 0.02 + late)
        buffer.get()
    assert 80 <= buffer.target_ms <= 160
    for number in range(100, 200):
        arrive(buffer, number, number * 0.02 + (number % 10) * 0.1)
    assert buffer.target_ms == 160
    assert buffer.held_ms <= 200


def test_delay_shrinks_again_when_arrival_is_even() -> None:
    buffer = JitterBuffer(40, 160)
    for number in range(5000):
        arrive(buffer, number, number * 0.02 + (0.1 if number == 50 else 0.0))
        buffer.get()
        if number == 60:
            assert buffer.target_ms >= 100
    assert buffer.target_ms == 40
    assert buffer.held_ms <= 60


def test_burst_after_a_stall_is_brought_back_to_the_wanted_delay() -> None:
    buffer = JitterBuffer(40, 160)
    for number in range(30):
        arrive(buffer, number, 0.6)
    assert buffer.held_ms <= 200


def test_new_beginning_of_the_sender_is_followed() -> None:
    buffer = JitterBuffer()
    for number in range(10):
        arrive(buffer, number)
        buffer.get()
    heard: list[int | str] = []
    for number in range(10):
        buffer.put(20000 + number, number * 160, payload(100 + number), 5 + number * 0.02)
        heard += play(buffer, 1)
    assert [frame for frame in heard if isinstance(frame, int) and frame > 100][:3] == [
        101,
        102,
        103,
    ]
    assert buffer.statistics.restarts == 1


def test_one_stray_number_is_no_new_beginning() -> None:
    buffer = JitterBuffer()
    arrivals = [[number] for number in range(10)]
    for number, numbers in enumerate(arrivals):
        arrive(buffer, numbers[0])
        if number == 5:
            buffer.put(30000, 0, payload(99), 0.1)
        assert 99 not in play(buffer, 1)
    assert buffer.statistics.restarts == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 400)), max_size=80))
def test_any_packets_leave_it_working_and_bounded(packets: list[tuple[int, int]]) -> None:
    buffer = JitterBuffer()
    for tick, (sequence, length) in enumerate(packets):
        buffer.put(sequence, tick * 160, bytes(length), tick * 0.02)
        frame = buffer.get()
        assert frame.payload is None or len(frame.payload) == 160
        assert buffer.held_ms <= 320


def test_one_hiccup_raises_the_delay_for_less_than_ten_seconds() -> None:
    buffer = JitterBuffer(40, 160)
    targets: list[int] = []
    waiting: list[int] = []
    for number in range(1060):
        waiting.append(number)
        if not 500 <= number < 507:  # 140 ms in which nothing comes through
            for late in waiting:
                arrive(buffer, late, number * 0.02)
            waiting.clear()
        buffer.get()
        targets.append(buffer.target_ms)
    assert targets[499] == 40 and max(targets) > 80
    assert targets[1000] == 40 and buffer.held_ms <= 40


def test_packets_that_come_too_late_to_be_heard_raise_the_delay() -> None:
    buffer = JitterBuffer(40, 160)
    arrivals = sorted((number * 0.02 + (number % 20 == 0) * 0.09, number) for number in range(300))
    for tick in range(300):
        while arrivals and arrivals[0][0] <= tick * 0.02:
            at, number = arrivals.pop(0)
            arrive(buffer, number, at)
        buffer.get()
    assert buffer.target_ms >= 100


def test_more_that_waits_is_given_up_sooner() -> None:
    buffer = JitterBuffer(40, 160)
    for number in range(200):
        arrive(buffer, number)
        buffer.get()
    for number in range(200, 208):
        arrive(buffer, number, 4.0 + (number - 200) * 0.001)
    for number in range(208, 808):
        arrive(buffer, number)
        buffer.get()
    assert buffer.held_ms <= 40


def test_keys_come_out_in_the_order_of_their_sequence_numbers() -> None:
    buffer = JitterBuffer()
    keys: list[bytes] = []
    for number in range(12):
        if number == 6:
            buffer.put_event((START + 9) & 0xFFFF, Event(2000, b"two"))
            buffer.put_event((START + 7) & 0xFFFF, Event(1000, b"one"))
        if number not in (7, 9):
            arrive(buffer, number)
        buffer.get()
        keys += [event.payload for event in buffer.take_events()]
    assert keys == [b"one", b"two"]
    assert buffer.statistics.lost == 0


def test_key_that_comes_after_its_turn_comes_out_at_once() -> None:
    buffer = JitterBuffer()
    run(buffer, [[0], [1], [2], [], [4], [5], [6], [7]], after=0)
    buffer.put_event((START + 3) & 0xFFFF, Event(1000, b"late"))
    assert [event.payload for event in buffer.take_events()] == [b"late"]


def test_keys_that_wait_are_not_lost_by_a_reset() -> None:
    buffer = JitterBuffer()
    arrive(buffer, 0)
    buffer.put_event((START + 2) & 0xFFFF, Event(2, b"two"))
    buffer.put_event((START + 1) & 0xFFFF, Event(1, b"one"))
    buffer.reset()
    assert [event.payload for event in buffer.take_events()] == [b"one", b"two"]


@pytest.mark.parametrize("length", [160, 240])
def test_each_frame_is_of_one_codec(length: int) -> None:
    buffer = JitterBuffer()
    for number in range(6):
        codec = "old" if number < 3 else "new"
        buffer.put(number, number * length, codec[:1].encode() * length, number * 0.02, codec)
    heard = b""
    for _ in range(12):
        frame = buffer.get()
        if frame.payload is not None:
            assert set(frame.payload) == set(frame.codec[:1].encode())
            heard += frame.payload
    assert heard[: 5 * length] == b"o" * 3 * length + b"n" * 2 * length


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(8)), st.sets(st.integers(0, 7), min_size=1))
def test_in_whatever_order_they_arrive_sound_and_keys_come_out_in_order(
    order: list[int], keys: set[int]
) -> None:
    buffer = JitterBuffer(160, 200)
    for number in order:
        if number in keys:
            buffer.put_event(number, Event(number, bytes([number])))
        else:
            buffer.put(number, number * 160, payload(number), 0.0)
    frames: list[int] = []
    events: list[int] = []
    for _ in range(20):
        frame = buffer.get()
        events += [event.timestamp for event in buffer.take_events()]
        if frame.payload is not None:
            frames.append(frame.payload[0])
    assert events == sorted(keys)
    assert frames == [number for number in range(8) if number not in keys]


def test_a_flood_of_packets_without_sound_is_bounded() -> None:
    buffer = JitterBuffer()
    for number in range(10_000):
        buffer.put(number & 0xFFFF, number, b"", number / 10_000)
        buffer.put_event(number + 1 & 0xFFFF, Event(number, b""))
        buffer.take_events()
    assert len(buffer._packets) <= 256
