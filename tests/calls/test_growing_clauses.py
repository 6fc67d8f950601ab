"""Clauses that play before all of their sound is made: heard whole, or ended well."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from tests.calls.conftest import SETTINGS, WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import greeted
from tests.calls.scripted import LONG_ANSWER, ScriptedResponder, in_english
from voice.audio import Pcm
from voice.calls.failures import EngineTimeout
from voice.events import CallEnded, ClauseSpoken, EngineFailed
from voice.languages import language
from voice.settings import Speech
from voice.speech import PiperSpeaker, SpokenClause
from voice.speech.sound_to_come import SoundToCome
from voice.telephony.leg import Transfer, TransferResult

PHRASES = language().phrases

pytestmark = pytest.mark.calls


class GrowingSpeaker:
    """Of an answer's first clause one half comes at once, the rest when `rest` has a result."""

    depth = 0

    def __init__(self, speaker: PiperSpeaker, rest: asyncio.Future[None]) -> None:
        self._speaker = speaker
        self._rest = rest
        self.whole: SpokenClause | None = None

    async def synthesise(self, text: str, sample_rate: int, **_: object) -> SpokenClause:
        spoken = await self._speaker.synthesise(text, sample_rate)
        if text != LONG_ANSWER[0]:
            return spoken
        half = len(spoken.pcm) // 2
        growing = replace(spoken, pcm=spoken.pcm.copy())
        growing.pcm[half:] = 0
        to_come = SoundToCome(asyncio.get_running_loop())
        to_come.reaches(half)
        self._rest.add_done_callback(lambda _: self._complete(growing, spoken, half))
        to_come.comes_from(self._rest)
        self.whole = spoken
        return replace(growing, to_come=to_come)

    def _complete(self, growing: SpokenClause, spoken: SpokenClause, half: int) -> None:
        growing.pcm[half:] = spoken.pcm[half:]


async def test_what_comes_later_is_heard_without_a_gap_in_it(
    serve: Serve,
    log: EventLog,
    say: Say,
    loaded: tuple[object, PiperSpeaker],
) -> None:
    rest: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    speaker = GrowingSpeaker(loaded[1], rest)
    socket = await serve(voices=in_english(speaker))
    async with greeted(socket, log, "later") as caller:
        before = len(caller.heard_audio())
        await caller.say(say("What is my plan?"))
        first = await log.clause(LONG_ANSWER[0])
        await caller.frames(5)
        rest.set_result(None)
        await log.clause(LONG_ANSWER[2])
        await caller.heard_out()
        heard = caller.heard_audio()[before:]
    assert speaker.whole is not None
    assert first.duration_ms == pytest.approx(speaker.whole.duration_ms, abs=0.1)
    assert contains(heard, speaker.whole.pcm)
    assert not log.of(EngineFailed)


async def test_a_voice_that_fails_within_a_clause_brings_one_apology_and_a_person(
    serve: Serve,
    log: EventLog,
    say: Say,
    loaded: tuple[object, PiperSpeaker],
    responder: ScriptedResponder,
) -> None:
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    gone.set_exception(RuntimeError("the voice is gone"))
    socket = await serve(WITH_PERSON, voices=in_english(GrowingSpeaker(loaded[1], gone)))
    async with greeted(socket, log, "gone") as caller:
        await caller.say(say("What is my plan?"))
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=True, reason=""))
        ended = await log.wait(CallEnded)
    assert [event.engine for event in log.of(EngineFailed)] == ["speech"]
    spoken = [event.text for event in log.of(ClauseSpoken)]
    assert spoken[-3:] == [LONG_ANSWER[0], PHRASES.apology, PHRASES.hand_over]
    assert ended.reason == "transferred (speech failed)"
    heard = responder.answered[0].heard_text
    assert heard and LONG_ANSWER[0].startswith(heard) and heard != LONG_ANSWER[0]


async def test_a_voice_that_stops_within_a_clause_is_not_waited_for_without_end(
    serve: Serve, log: EventLog, say: Say, loaded: tuple[object, PiperSpeaker]
) -> None:
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    impatient = SETTINGS.model_copy(update={"speech": Speech(timeout_seconds=1.0)})
    socket = await serve(impatient, voices=in_english(GrowingSpeaker(loaded[1], never)))
    async with greeted(socket, log, "stuck") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(PHRASES.apology)
        caller.hang_up()
        await log.wait(CallEnded)
    (failed,) = log.of(EngineFailed)
    assert failed.engine == "speech" and EngineTimeout.__name__ in failed.reason


async def test_who_speaks_over_what_is_not_made_yet_is_answered(
    serve: Serve,
    log: EventLog,
    say: Say,
    loaded: tuple[object, PiperSpeaker],
) -> None:
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    socket = await serve(voices=in_english(GrowingSpeaker(loaded[1], never)))
    async with greeted(socket, log, "over") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
        await caller.frames(60)  # all that is made, and a while of silence
        await caller.say(say("Goodbye."))
        never.set_result(None)
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("goodbye", "assistant")
    assert not log.of(EngineFailed)


def contains(heard: Pcm, part: Pcm) -> bool:
    """Whether the part is in what was heard, sample by sample."""
    starts = np.flatnonzero(heard[: len(heard) - len(part) + 1] == part[0])
    return any(np.array_equal(heard[start : start + len(part)], part) for start in starts)
