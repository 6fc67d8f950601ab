"""Callers on bad lines: soft, overdriven, offset, with noise or others behind them, or keying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.calls.conftest import Say
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, PIN_DIGITS
from voice.audio import Pcm, dbfs, decode_ulaw, encode_ulaw, with_gain
from voice.evaluation.people.noises import noises
from voice.events import (
    CallEnded,
    ClauseSpoken,
    FinalTranscript,
    IdentityDecided,
    Interrupted,
    ResponseStarted,
)

pytestmark = pytest.mark.calls

BEHIND_DB = -20.0
"""A television or somebody else in the room, beside the caller."""


def at_level(pcm: Pcm, level_dbfs: float) -> Pcm:
    return with_gain(pcm, level_dbfs - dbfs(pcm))


def offset(frame: Pcm) -> Pcm:
    shifted: Pcm = (frame.astype(np.int32) + 2500).clip(-32768, 32767).astype(np.int16)
    return shifted


def as_it_is(frame: Pcm) -> Pcm:
    return frame


CALLERS: Mapping[str, tuple[float, Callable[[Pcm], Pcm]]] = {
    "-45 dBFS": (-45.0, as_it_is),
    "clipped": (-9.0, as_it_is),
    "direct current": (-26.0, offset),
    "-40 dBFS with direct current": (-40.0, offset),
}


@pytest.mark.parametrize(("level_dbfs", "line"), CALLERS.values(), ids=CALLERS)
async def test_a_caller_is_understood(
    socket: Path, log: EventLog, say: Say, level_dbfs: float, line: Callable[[Pcm], Pcm]
) -> None:
    async with LegCaller(socket, "bad-line") as caller:
        caller.line = lambda frame: decode_ulaw(encode_ulaw(line(frame)))
        await log.clause("Hello")
        await caller.heard_out()
        await caller.say(at_level(say("What is my plan?"), level_dbfs))
        await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        await log.wait(CallEnded)
    assert len(log.of(FinalTranscript)) == 1


async def test_somebody_else_in_the_room_does_not_stop_the_assistant(
    socket: Path, log: EventLog, say: Say
) -> None:
    async with greeted(socket, log, "two-people") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[1])
        behind = at_level(say("No, please stop, how much is my bill?"), -26.0 + BEHIND_DB)
        await caller.say(behind)
        await log.clause(LONG_ANSWER[2])
    assert not log.of(Interrupted)
    assert len(log.of(ResponseStarted)) == 1


@pytest.mark.parametrize("name", ["coughs", "gusts", "ringing", "typing"])
async def test_what_is_no_voice_does_not_stop_the_assistant(
    socket: Path, log: EventLog, say: Say, name: str
) -> None:
    sound = noises(5)[name]
    loudest = int(np.argmax(np.abs(sound.astype(np.int32))))
    async with greeted(socket, log, "noise") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[1])
        await caller.say(sound[max(0, loudest - 8000) :][:20_000])
        await log.clause(LONG_ANSWER[2])
    assert not log.of(Interrupted)
    answers = [event.text for event in log.of(ClauseSpoken) if event.kind == "answer"]
    assert answers == list(LONG_ANSWER)


async def test_keys_count_while_the_caller_speaks(socket: Path, log: EventLog, say: Say) -> None:
    async with greeted(socket, log, "keys-and-words") as caller:
        await caller.say(say("How much is my bill?"))
        await log.clause("PIN")
        await caller.heard_out()
        caller.begin_to_say(say("I want to speak to a person.")[: 8000 * 8 // 10])
        await caller.frames(20)
        caller.key(PIN_DIGITS)
        await log.clause("42.17")
    assert [event.accepted for event in log.of(IdentityDecided)] == [True]
