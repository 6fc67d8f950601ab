"""How often turns are read while they are spoken: by what else the engine has to do."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Coroutine
from typing import TypeVar

import numpy as np
import pytest

from voice.audio import Pcm
from voice.engine_queue import EngineBusy, Priority
from voice.evaluation.virtual_time import run_virtually
from voice.recognition import (
    ANYTHING,
    Expectation,
    LanguageBelief,
    Partial,
    PartialReader,
    RecognitionSession,
    Transcript,
)
from voice.recognition.partial_pace import PartialPace

T = TypeVar("T")

RATE, FRAME = 8000, np.zeros(160, np.int16)
INTERVAL = 0.2


class Engine:
    """One worker whose every job takes as long; notes when which began."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.pace = PartialPace()
        self.began: list[tuple[float, Priority]] = []
        self.depth = 0
        self.error: Exception | None = None
        self._free = asyncio.Lock()

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        self.depth += 1
        async with self._free:
            self.depth -= 1
            self.began.append((asyncio.get_running_loop().time(), priority))
            await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return Transcript(f"word {len(self.began)}", 0.9, "en", 0.0, 1.0)

    def times(self, priority: Priority = Priority.PARTIAL) -> list[float]:
        return [time for time, of in self.began if of is priority]


class Caller:
    def __init__(self, engine: Engine) -> None:
        self.told: list[Partial] = []
        self.session = RecognitionSession(engine, engine.pace)
        self.session.start(FRAME, RATE)
        self.reader = PartialReader(self.session, INTERVAL, self.told.append)

    async def speaks(self, seconds: float, voiced: bool = True) -> None:
        for _ in range(round(seconds / 0.02)):
            self.session.feed(FRAME, RATE)
            self.reader.heard(voiced)
            await asyncio.sleep(0.02)


def gaps(times: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(times)]


def virtually(main: Coroutine[None, None, T]) -> T:
    return run_virtually(main)


def test_a_call_alone_is_read_at_its_interval() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        caller = Caller(engine)
        await caller.speaks(4)
        assert all(gap == pytest.approx(INTERVAL, abs=0.03) for gap in gaps(engine.times()))
        assert len(engine.times()) >= 18
        assert [partial.revision for partial in caller.told] == list(range(1, len(caller.told) + 1))

    virtually(main())


def test_a_slow_reading_is_followed_by_as_much_rest_as_it_took_too_long() -> None:
    async def main() -> None:
        engine = Engine(0.5)
        await Caller(engine).speaks(5)
        assert all(gap == pytest.approx(0.8, abs=0.03) for gap in gaps(engine.times()))

    virtually(main())


def test_nothing_is_read_in_a_pause() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        caller = Caller(engine)
        await caller.speaks(1)
        before = len(engine.times())
        await caller.speaks(2, voiced=False)
        assert len(engine.times()) == before

    virtually(main())


def test_several_callers_take_turns_and_leave_half_of_the_engine() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        callers = [Caller(engine) for _ in range(8)]
        await asyncio.gather(*(caller.speaks(10) for caller in callers))
        readings = [len(caller.told) for caller in callers]
        assert sum(readings) * engine.seconds <= 0.55 * 10
        assert sum(readings) * engine.seconds >= 0.4 * 10
        assert max(readings) - min(readings) <= 1

    virtually(main())


def test_a_caller_who_falls_silent_holds_up_nobody() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        first, second = Caller(engine), Caller(engine)
        await asyncio.gather(first.speaks(0.3), second.speaks(0.3))
        count = len(second.told)
        await second.speaks(2)
        assert len(second.told) >= count + 8

    virtually(main())


def test_a_final_transcript_waits_for_no_partial_but_the_one_under_way() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        callers = [Caller(engine) for _ in range(8)]
        asked: list[float] = []

        async def finals() -> None:
            loop = asyncio.get_running_loop()
            for _ in range(20):
                await asyncio.sleep(0.31)
                asked.append(loop.time())
                await engine.transcribe(
                    FRAME, RATE, priority=Priority.FINAL, expect=ANYTHING, belief=None
                )

        await asyncio.gather(finals(), *(caller.speaks(8) for caller in callers))
        waited = [
            began - time for time, began in zip(asked, engine.times(Priority.FINAL), strict=True)
        ]
        assert max(waited) <= engine.seconds + 1e-6

    virtually(main())


def test_nothing_is_read_while_other_work_waits() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        caller = Caller(engine)
        engine.depth = 3
        await caller.speaks(1)
        assert engine.times() == [] and caller.told == []

    virtually(main())


def test_a_stopped_reading_tells_nothing_and_the_next_one_may_begin() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        caller = Caller(engine)
        await caller.speaks(0.04)
        caller.reader.stop()
        await asyncio.sleep(0.5)
        assert caller.told == []
        await caller.speaks(0.5)
        assert caller.told

    virtually(main())


def test_a_reading_that_is_stopped_before_it_began_takes_no_ones_place() -> None:
    async def main() -> None:
        engine = Engine(0.1)
        caller, other = Caller(engine), Caller(engine)
        caller.reader.heard(True)
        caller.reader.stop()
        await other.speaks(1)
        assert engine.times() and other.told

    virtually(main())


@pytest.mark.parametrize(("error", "logged"), [(EngineBusy("full"), 0), (RuntimeError("oom"), 1)])
def test_an_engine_that_fails_costs_partials_and_nothing_else(
    error: Exception, logged: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        engine = Engine(0.1)
        engine.error = error
        caller = Caller(engine)
        await caller.speaks(0.15)
        engine.error = None
        await caller.speaks(1)
        assert caller.told

    caplog.set_level(logging.WARNING)
    virtually(main())
    assert len(caplog.records) == logged
    assert "oom" not in caplog.text
