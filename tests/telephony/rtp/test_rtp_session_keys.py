"""Keys through a session: in order, each once, and not more than anybody presses."""

from __future__ import annotations

import struct

import pytest

from tests.telephony.rtp.rtp_sides import Phone, Side, target


async def phone_and_side() -> tuple[Side, Phone]:
    side = Side()
    await side.open()
    side.session.direct(target(9))
    phone = Phone(side)
    phone.talk(10)
    return side, phone


def event(key: int, duration: int, end: bool = False) -> bytes:
    return struct.pack("!BBH", key, 0x8A if end else 10, duration)


@pytest.mark.parametrize("jump", [-45_000, 0x50000000, 0x90000000])
async def test_keys_survive_any_jump_of_the_timestamps(jump: int) -> None:
    side, phone = await phone_and_side()
    phone.press("123")
    phone.timestamp = phone.timestamp + jump
    phone.talk(25)
    phone.press("456")
    side.session.close()
    assert side.keys == list("123456")


async def test_keys_survive_a_new_beginning_of_the_sequence() -> None:
    side, phone = await phone_and_side()
    phone.press("12")
    phone.timestamp, phone.sequence = 5000, phone.sequence + 20_000
    phone.press("34")
    side.tick(5)
    side.session.close()
    assert side.keys == list("1234")


async def test_keys_that_overtake_each_other_count_in_the_order_of_pressing() -> None:
    side, phone = await phone_and_side()
    begun, first = phone.timestamp, phone.sequence
    for place, key, offset in ((3, 2, 1600), (0, 1, 0)):
        phone.sequence = first + place
        phone.send(event(key, 960, end=True), 101, begun + offset)
    phone.sequence = first + 1
    phone.timestamp += 160
    phone.talk(2)
    phone.sequence += 1
    phone.talk(10)
    side.session.close()
    assert side.keys == ["1", "2"]


async def test_flood_of_keys_is_capped_counted_and_told_once() -> None:
    side, phone = await phone_and_side()
    for number in range(5000):  # 1000 a second
        phone.send(event(number % 10, 160), 101, number * 800)
        if number % 20 == 19:
            side.tick()
    side.tick(5)
    side.session.close()
    assert len(side.keys) <= 32 + 5 * 5.1 + 1
    assert len(side.keys) + side.session.statistics.keys_dropped == 5000
    assert len(side.warnings) == 1


async def test_keys_of_sip_info_are_counted_with_the_others() -> None:
    side, _ = await phone_and_side()
    for _ in range(100):
        side.session.press("5")
    side.session.close()
    assert len(side.keys) == 32 and side.session.statistics.keys_dropped == 68


async def test_a_dialler_is_no_flood() -> None:
    side, phone = await phone_and_side()
    number = "4929123456781234#"
    for digit in number:  # 40 ms and 40 ms of pause, the shortest there are
        phone.send(event(int(digit) if digit != "#" else 11, 160), 101)
        side.tick()
        phone.send(event(int(digit) if digit != "#" else 11, 320, end=True), 101)
        side.tick()
        phone.timestamp += 320
        phone.talk(2)
    side.tick(5)
    side.session.close()
    assert "".join(side.keys) == number
