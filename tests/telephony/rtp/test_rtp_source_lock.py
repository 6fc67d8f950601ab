"""Who is heard: the first from the expected address, and nobody else without good reason."""

from __future__ import annotations

import pytest

from voice.telephony.rtp import SourceLock

CALLER = ("192.0.2.1", 4000, 1)


@pytest.fixture
def latched() -> SourceLock:
    lock = SourceLock("192.0.2.1", 4000)
    assert lock.admits(*CALLER, sequence=0, now=0.0)
    return lock


def test_only_the_expected_address_latches() -> None:
    lock = SourceLock("192.0.2.1", 4000)
    assert not lock.admits("192.0.2.2", 4000, 1, 0, 0.0)
    assert lock.source is None
    assert lock.admits("192.0.2.1", 5555, 1, 0, 0.0)  # behind NAT the port differs
    assert lock.source is not None and lock.source.port == 5555


def test_audio_may_come_from_where_the_signalling_comes_from() -> None:
    lock = SourceLock("10.0.0.5", 4000, signalling_host="192.0.2.1")
    assert not lock.admits("192.0.2.2", 4000, 1, 0, 0.0)
    assert lock.admits("192.0.2.1", 61000, 1, 0, 0.0)
    assert not lock.admits("10.0.0.5", 4000, 1, 1, 0.1)


@pytest.mark.parametrize(
    "other", [("192.0.2.9", 4000, 1), ("192.0.2.1", 4002, 1), ("192.0.2.1", 4000, 2)]
)
def test_others_are_never_heard_while_the_source_sends(
    latched: SourceLock, other: tuple[str, int, int]
) -> None:
    for number in range(500):
        assert latched.admits(*CALLER, sequence=number, now=number * 0.02)
        assert not latched.admits(*other, sequence=number, now=number * 0.02)
    assert latched.refused == 500


def test_new_source_is_believed_after_ten_in_order_and_a_second_of_silence(
    latched: SourceLock,
) -> None:
    new = ("192.0.2.1", 4010, 9)
    heard = [latched.admits(*new, sequence=number, now=number * 0.02) for number in range(60)]
    assert heard.index(True) == 50
    assert all(heard[50:]) and latched.changes == 1
    assert not latched.admits(*CALLER, sequence=1, now=1.3)


def test_ten_are_needed_even_after_a_long_silence(latched: SourceLock) -> None:
    new = ("192.0.2.1", 4010, 9)
    heard = [latched.admits(*new, sequence=number, now=60 + number * 0.02) for number in range(12)]
    assert heard.index(True) == 9


def test_disorder_begins_the_count_anew(latched: SourceLock) -> None:
    new = ("192.0.2.1", 4010, 9)
    numbers = [*range(9), *range(20, 29), 65535, *range(9)]
    heard = [latched.admits(*new, sequence=number, now=60.0) for number in numbers]
    assert heard.index(True) == len(numbers) - 1


def test_packet_of_the_old_source_ends_a_takeover(latched: SourceLock) -> None:
    new = ("192.0.2.1", 4010, 9)
    for number in range(9):
        latched.admits(*new, sequence=number, now=60.0)
    assert latched.admits(*CALLER, sequence=1, now=60.0)
    assert not latched.admits(*new, sequence=9, now=61.5)


def test_another_address_in_a_new_description_latches_anew(latched: SourceLock) -> None:
    latched.expect("192.0.2.1", 4000)
    assert latched.source is not None
    latched.expect("192.0.2.7", 4000)
    assert not latched.admits(*CALLER, sequence=1, now=0.1)
    assert latched.admits("192.0.2.7", 4000, 5, 0, 0.1)


def test_spellings_of_one_address_are_equal() -> None:
    lock = SourceLock("2001:db8::0:1", 4000)
    assert lock.admits("2001:db8::1", 4000, 1, 0, 0.0)
