"""A caller in virtual time: what they say, hear, and what of it comes back as an echo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import numpy as np
import pytest

from voice.audio import Pcm, dbfs
from voice.evaluation.callers.live_caller import LiveCaller, phrase_with_pauses
from voice.evaluation.callers.live_line import FRAME, RATE, Echo, EchoPath, LiveLine
from voice.evaluation.virtual_time import run_virtually, virtual_wall_clock
from voice.events import CallEvent, ClauseSpoken
from voice.telephony.leg import Answer, Audio, Dtmf, Flush, HangUp, LegEnded, LegMessage, Played

LOUD = np.full(FRAME, 8000, np.int16)


class Buzz:
    """A second of sound for any text."""

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        return np.full(sample_rate, 8000, np.int16)


def held(
    script: Callable[[LiveCaller, list[LegMessage], list[CallEvent]], Awaitable[None]],
    echo: EchoPath | None = None,
) -> list[LegMessage]:
    """All that the line told the call while the caller did what the script says."""
    told: list[LegMessage] = []

    async def call() -> None:
        line = LiveLine(virtual_wall_clock, echo)
        events: list[CallEvent] = []
        caller = LiveCaller(line, Buzz(), events, virtual_wall_clock)

        async def read() -> None:
            async for message in line:
                told.append(message)  # noqa: PERF401 - tests look at it while it grows

        reading = asyncio.create_task(read())
        line.send(Answer())
        await line.answered.wait()
        await script(caller, told, events)
        line.hang_up()
        await reading

    run_virtually(call())
    return told


def loud_frames(told: list[LegMessage]) -> list[int]:
    """Positions of the caller's loud frames among all of their frames."""
    frames = [message for message in told if isinstance(message, Audio)]
    return [number for number, frame in enumerate(frames) if dbfs(frame.pcm) > -40]


def clause(text: str) -> ClauseSpoken:
    now = virtual_wall_clock()
    return ClauseSpoken(call_id="", sequence=0, ms=0, wall_time=now, text=text, kind="answer")


def test_a_phrase_is_sent_with_its_pause_and_its_times_are_known() -> None:
    async def script(caller: LiveCaller, told: list[LegMessage], _: list[CallEvent]) -> None:
        said = await caller.say("I am <0.5> here")
        assert said.end - said.start == pytest.approx(2.5, abs=0.03)

    loud = loud_frames(held(script))
    gaps = [later - earlier for earlier, later in pairwise(loud)]
    assert len(loud) == 100 and max(gaps) == 26


def test_pauses_are_read_from_a_phrase() -> None:
    assert phrase_with_pauses("er, <1.2> well <0.4> yes") == ["er,", 1.2, "well", 0.4, "yes"]
    assert phrase_with_pauses("yes") == ["yes"]


def test_an_answer_is_heard_to_its_end_although_it_was_quiet_before() -> None:
    async def script(caller: LiveCaller, told: list[LegMessage], events: list[CallEvent]) -> None:
        await caller.until(lambda: False, 3.0)
        events.append(clause("Your plan is Smart."))
        for _ in range(100):
            caller.line.send(Audio(LOUD, RATE))
        began = virtual_wall_clock()
        assert await caller.listen(5.0) == "Your plan is Smart."
        assert virtual_wall_clock() - began == pytest.approx(2.8, abs=0.1)
        assert await caller.listen(1.0) == "", "it is heard once"

    held(script)


def test_who_spoke_into_an_answer_waits_for_another_one() -> None:
    async def script(caller: LiveCaller, told: list[LegMessage], events: list[CallEvent]) -> None:
        events.append(clause("Your plan is"))
        await caller.say("There is a fire.")
        await asyncio.sleep(0.1)

        async def answer() -> None:
            await asyncio.sleep(2.0)
            events.append(clause("I am getting help."))

        answering = asyncio.create_task(answer())
        assert await caller.listen(5.0) == "Your plan is I am getting help."
        await answering
        began = virtual_wall_clock()
        await caller.say("Are you there?")
        assert await caller.listen(3.0) == ""
        assert virtual_wall_clock() - began == pytest.approx(4.0, abs=0.1)

    held(script)


def test_a_flush_drops_what_was_not_heard_and_tells_how_much() -> None:
    async def script(caller: LiveCaller, *_: object) -> None:
        for _number in range(50):
            caller.line.send(Audio(LOUD, RATE))
        await caller.until(lambda: len(caller.line.heard) >= 10, 5.0)
        caller.line.send(Flush())
        await caller.until(lambda: False, 0.1)

    ledgers = [message for message in held(script) if isinstance(message, Played)]
    last = ledgers[-1]
    assert last.flushed and last.samples + last.dropped == 50 * FRAME
    assert last.samples == 11 * FRAME, "what is fading out was heard"


def test_keys_reach_the_call_and_a_hang_up_ends_it() -> None:
    async def script(caller: LiveCaller, told: list[LegMessage], _: list[CallEvent]) -> None:
        caller.line.press("42")
        await caller.until(lambda: False, 0.1)

    told = held(script)
    assert [message.digit for message in told if isinstance(message, Dtmf)] == ["4", "2"]
    assert isinstance(told[-1], LegEnded)


def test_a_call_that_the_assistant_ends_stops_the_caller() -> None:
    async def script(caller: LiveCaller, told: list[LegMessage], _: list[CallEvent]) -> None:
        caller.line.send(HangUp())
        await caller.say("what")
        assert caller.line.over.is_set() and not caller.line.ended_by_caller

    held(script)


@pytest.mark.parametrize("delay", [0.05, 0.137, 0.6])
def test_an_echo_comes_back_later_and_softer(delay: float) -> None:
    echo = Echo(EchoPath(delay, -20.0))
    chance = np.random.default_rng(1)
    played = chance.integers(-8000, 8000, RATE).astype(np.int16)
    back = np.concatenate(
        [echo.back(played[start : start + FRAME]) for start in range(0, len(played), FRAME)]
    ).astype(np.float64)
    late = round(delay * RATE)
    whole = np.correlate(back[late:], played[: len(back) - late].astype(np.float64), "valid")
    power = np.dot(played[: len(back) - late].astype(np.float64), played[: len(back) - late])
    assert whole[0] / power == pytest.approx(0.05, rel=0.1), "half of it, for it is duller"
    assert not back[:late].any()
