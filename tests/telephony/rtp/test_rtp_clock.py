"""One clock ticks all sessions: a failing one is dropped, a discarded one stays so."""

from __future__ import annotations

import asyncio

import pytest

from voice.telephony.rtp import MediaClock


class Counter:
    def __init__(self, fails: bool = False) -> None:
        self.ticks = 0
        self.fails = fails
        self.given_up = 0

    def failed(self) -> None:
        self.given_up += 1

    def tick(self) -> None:
        self.ticks += 1
        if self.fails:
            raise RuntimeError("broken session")


def test_failing_session_is_dropped_and_the_others_tick_on() -> None:
    clock = MediaClock()
    good, bad = Counter(), Counter(fails=True)
    clock.add(bad)
    clock.add(good)
    for _ in range(10):
        clock.tick()
    assert (good.ticks, bad.ticks) == (10, 3)
    assert (good.given_up, bad.given_up) == (0, 1)


class Leaving(Counter):
    """Discards a session within its own tick, and may fail afterwards."""

    def __init__(self, clock: MediaClock, fails: bool) -> None:
        super().__init__(fails)
        self.clock = clock
        self.discarded: Counter = self

    def tick(self) -> None:
        self.clock.discard(self.discarded)
        super().tick()


@pytest.mark.parametrize("fails", [True, False])
def test_session_that_ends_within_its_tick_is_ticked_no_more(fails: bool) -> None:
    clock = MediaClock()
    session = Leaving(clock, fails)
    clock.add(session)
    for _ in range(5):
        clock.tick()
    assert (session.ticks, session.given_up) == (1, 0)


def test_session_discarded_by_another_is_not_ticked_even_in_that_tick() -> None:
    clock = MediaClock()
    first, other = Leaving(clock, fails=False), Counter()
    first.discarded = other
    clock.add(first)
    clock.add(other)
    clock.tick()
    assert (first.ticks, other.ticks) == (1, 0)


async def test_clock_keeps_its_deadlines_and_gives_up_what_it_missed() -> None:
    moment = 0.0

    def now() -> float:
        return moment

    clock = MediaClock(now)
    counter = Counter()
    clock.add(counter)
    clock.start()
    await asyncio.sleep(0)
    moment = 0.1  # five periods passed at once: all are made up for
    for _ in range(5):
        await asyncio.sleep(0.001)
    while counter.ticks < 5:
        await asyncio.sleep(0.01)
    moment = 5.0
    while clock.resyncs == 0:
        await asyncio.sleep(0.01)
    ticks = counter.ticks
    await asyncio.sleep(0.005)
    assert counter.ticks <= ticks + 1
    await clock.stop()
