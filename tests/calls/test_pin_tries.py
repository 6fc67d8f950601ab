"""Tries of PINs over all calls: per customer and per source, whichever process counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.calls import pin_tries
from voice.calls.pin_tries import WINDOW_SECONDS, PinTries, TriesUsedUp
from voice.errors import ConfigError
from voice.foreign_code import ForeignError

LIMIT = 5


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


Open = Callable[[], PinTries]


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Open:
    """A process's view of the file that all share."""
    return lambda: PinTries(tmp_path / "state" / "tries.sqlite", LIMIT, clock)


@pytest.fixture
def tries(opened: Open) -> PinTries:
    made = opened()
    made.prepare()
    return made


async def use_up(tries: PinTries, customer: str = "400213", source: str = "a") -> None:
    for _ in range(LIMIT):
        await tries.begin(customer, source)


async def refused(tries: PinTries, customer: str, source: str) -> str:
    with pytest.raises(TriesUsedUp) as refusal:
        await tries.begin(customer, source)
    return refusal.value.limit


async def test_a_customer_has_five_tries_from_wherever_they_come(tries: PinTries) -> None:
    for number in range(LIMIT):
        await tries.begin("400213", f"source {number}")
    assert await refused(tries, "400213", "another") == "customer"
    await tries.begin("400214", "another")


async def test_a_source_has_five_tries_on_whomever(tries: PinTries) -> None:
    for number in range(LIMIT):
        await tries.begin(f"customer {number}", "a")
    assert await refused(tries, "another", "a") == "source"
    await tries.begin("another", "b")


async def test_a_right_pin_does_not_count(tries: PinTries) -> None:
    for _ in range(3 * LIMIT):
        await tries.forgive(await tries.begin("400213", "a"))
    await use_up(tries)


async def test_an_hour_later_there_are_new_tries(tries: PinTries, clock: Clock) -> None:
    await use_up(tries)
    clock.now += WINDOW_SECONDS - 1
    await refused(tries, "400213", "b")
    clock.now += 1
    await use_up(tries)


async def test_who_goes_on_trying_is_not_kept_out_for_longer(tries: PinTries, clock: Clock) -> None:
    await use_up(tries)
    clock.now += WINDOW_SECONDS - 1
    for _ in range(3):
        await refused(tries, "400213", "a")
    clock.now += 1
    await tries.begin("400213", "a")


async def test_a_clock_that_was_set_back_ends_the_hour_all_the_same(
    tries: PinTries, clock: Clock
) -> None:
    await use_up(tries)
    clock.now -= 1_000 * WINDOW_SECONDS
    await refused(tries, "400213", "a")
    clock.now += WINDOW_SECONDS
    await tries.begin("400213", "a")


async def test_a_restart_forgets_nothing(tries: PinTries, opened: Open) -> None:
    await use_up(tries)
    again = opened()
    again.prepare()
    assert await refused(again, "400213", "b") == "customer"


async def test_processes_at_the_same_time_share_one_limit(tries: PinTries, opened: Open) -> None:
    asked = (opened().begin("400213", f"source {number}") for number in range(4 * LIMIT))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == LIMIT
    assert all(isinstance(outcome, int | TriesUsedUp) for outcome in outcomes)


async def test_the_file_is_bounded_and_a_full_one_lets_nobody_try(
    tries: PinTries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pin_tries, "CAPACITY", 10)
    for number in range(10):
        await tries.begin(f"customer {number}", f"source {number}")
    assert await refused(tries, "another", "another") == "all"


async def test_a_file_that_fails_later_lets_nobody_try_and_takes_nothing_back(
    tries: PinTries, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    number = await tries.begin("400213", "source")
    file = tmp_path / "state" / "tries.sqlite"
    file.unlink()
    file.mkdir()
    with pytest.raises(ForeignError):
        await tries.begin("400213", "source")
    await tries.forgive(number)
    assert caplog.text.count(f"identity.database: {file}: unable to open") == 2


def test_only_we_can_read_the_file(tries: PinTries, tmp_path: Path) -> None:
    assert (tmp_path / "state" / "tries.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [None, b"no database at all" * 100])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "tries.sqlite"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"identity\.database: .*tries\.sqlite"):
        PinTries(file, LIMIT).prepare()
