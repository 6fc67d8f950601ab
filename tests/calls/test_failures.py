"""What goes wrong in calls: hang-ups at every stage, failing engines, a full house."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.calls.conftest import SETTINGS, WITH_PERSON, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER, ScriptedResponder, in_english
from voice.audio import Pcm
from voice.engine_queue import EngineBusy, Priority
from voice.events import (
    CallAnswered,
    CallEnded,
    CallStarted,
    ClauseSpoken,
    EngineFailed,
    PartialTranscript,
    SpeechStarted,
    ToolCalled,
    TurnEnded,
)
from voice.languages import language
from voice.recognition import (
    Expectation,
    LanguageBelief,
    RecognitionSession,
    Transcript,
    WhisperRecogniser,
)
from voice.speech import PiperSpeaker, SpokenClause
from voice.telephony.leg import LegFailed, MediaLost, Reject, Transfer, TransferResult

PHRASES = language().phrases
BUSY = EngineBusy("no time for work that may be in vain")

pytestmark = pytest.mark.calls


class BrokenRecogniser:
    """Fails at the first word, or is always busy."""

    depth = 0

    def __init__(self, error: Exception) -> None:
        self._error = error

    def session(self) -> RecognitionSession:
        return RecognitionSession(self)

    async def transcribe(self, *_: object, **__: object) -> Transcript:
        raise self._error


class FlakyRecogniser:
    """Fails when it is asked ahead of a turn's end."""

    depth = 0

    def __init__(self, recogniser: WhisperRecogniser, error: Exception) -> None:
        self._recogniser, self._error = recogniser, error

    def session(self) -> RecognitionSession:
        return RecognitionSession(self)

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        if priority is Priority.SPECULATIVE:
            raise self._error
        return await self._recogniser.transcribe(pcm, sample_rate, priority=priority, expect=expect)


class FlakySpeaker:
    """Too busy when it is asked ahead of a turn's end."""

    depth = 0

    def __init__(self, speaker: PiperSpeaker) -> None:
        self._speaker = speaker

    async def synthesise(
        self, text: str, sample_rate: int, *, priority: Priority = Priority.FINAL, **how: Any
    ) -> SpokenClause:
        if priority is Priority.SPECULATIVE:
            raise BUSY
        return await self._speaker.synthesise(text, sample_rate, priority=priority, **how)


class BrokenSpeaker:
    """Speaks what it knows by heart, and nothing else."""

    depth = 0

    def __init__(self, speaker: PiperSpeaker) -> None:
        self._speaker = speaker

    async def synthesise(self, text: str, sample_rate: int, **options: object) -> SpokenClause:
        if text in LONG_ANSWER:
            raise RuntimeError("the voice is gone")
        return await self._speaker.synthesise(text, sample_rate)


async def expect_healthy_call(socket: Path, log: EventLog, say: Say, call_id: str = "next") -> None:
    log = log.only(call_id)
    async with greeted(socket, log, call_id) as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])


async def hang_up_while(stage: str, socket: Path, log: EventLog, say: Say) -> None:
    everything, log = log, log.only(stage)
    async with LegCaller(socket, stage) as caller:
        if stage == "answering":
            await log.wait(CallStarted)
        elif stage == "greeting":
            await log.clause("assistant")
        else:
            await log.clause("Hello")
            await caller.heard_out()
            caller.begin_to_say(say("What is my plan?"))
            await log.wait(SpeechStarted)
        if stage == "recognising":
            await log.wait(TurnEnded)
        elif stage == "responding":
            await log.wait(PartialTranscript)
        elif stage == "speaking":
            await log.clause(LONG_ANSWER[0])
        caller.hang_up()
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("hang-up", "caller")
    await expect_healthy_call(socket, everything, say, f"after-{stage}")


async def test_a_hang_up_at_any_stage_leaves_the_next_call_healthy(
    socket: Path, log: EventLog, say: Say
) -> None:
    stages = ["answering", "greeting", "listening", "recognising", "responding", "speaking"]
    await asyncio.gather(*(hang_up_while(stage, socket, log, say) for stage in stages))


async def test_a_dead_edge_ends_the_call(socket: Path, log: EventLog, say: Say) -> None:
    async with LegCaller(socket, "edge") as caller:
        await log.clause("assistant")
        caller.leg.abort()
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("edge lost", "system")
    await expect_healthy_call(socket, log, say)


async def test_a_caller_who_falls_away_ends_the_call(socket: Path, log: EventLog) -> None:
    async with LegCaller(socket, "lost") as caller:
        await log.clause("assistant")
        caller.leg.send(MediaLost())
        ended = await log.wait(CallEnded)
    assert (ended.reason, ended.by) == ("no sound from the caller", "system")


async def test_an_error_from_the_edge_is_the_reason(socket: Path, log: EventLog) -> None:
    async with LegCaller(socket, "error") as caller:
        await log.wait(CallAnswered)
        caller.leg.send(LegFailed("no ports left"))
        caller.hang_up()
        ended = await log.wait(CallEnded)
    assert ended.reason == "edge: no ports left"


async def expect_apology(engine: str, socket: Path, log: EventLog, say: Say) -> None:
    log = log.only(engine)
    async with greeted(socket, log, engine) as caller:
        await caller.say(say("What is my plan?"))
        await log.clause("something went wrong")
        ended = await log.wait(CallEnded)
    assert [event.engine for event in log.of(EngineFailed)] == [engine]
    assert (ended.reason, ended.by) == (f"{engine} failed", "system")


async def test_a_failing_engine_brings_an_apology(
    serve: Serve, log: EventLog, say: Say, loaded: tuple[object, PiperSpeaker]
) -> None:
    broken = RuntimeError("the model is gone")
    failing = ScriptedResponder()
    failing.failure = broken
    sockets = {
        "recognition": await serve(recogniser=BrokenRecogniser(broken)),
        "response": await serve(responder=failing),
        "speech": await serve(voices=in_english(BrokenSpeaker(loaded[1]))),
    }
    calls = (expect_apology(engine, socket, log, say) for engine, socket in sockets.items())
    await asyncio.gather(*calls)


async def test_a_failing_voice_brings_one_apology_and_a_person(
    serve: Serve, log: EventLog, say: Say, loaded: tuple[object, PiperSpeaker]
) -> None:
    socket = await serve(WITH_PERSON, voices=in_english(BrokenSpeaker(loaded[1])))
    async with greeted(socket, log, "voice-gone") as caller:
        await caller.say(say("What is my plan?"))
        await caller.control(Transfer)
        caller.leg.send(TransferResult(ok=True, reason=""))
        ended = await log.wait(CallEnded)
    assert [event.engine for event in log.of(EngineFailed)] == ["speech"]
    spoken = [event.text for event in log.of(ClauseSpoken)]
    assert spoken[-2:] == [PHRASES.apology, PHRASES.hand_over]
    assert ended.reason == "transferred (speech failed)"


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), BUSY])
async def test_what_fails_ahead_of_the_turns_end_is_tried_again(
    serve: Serve,
    log: EventLog,
    say: Say,
    loaded: tuple[WhisperRecogniser, object],
    error: Exception,
) -> None:
    flaky = FlakyRecogniser(loaded[0], error)
    async with greeted(await serve(recogniser=flaky), log, "flaky") as caller:
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
    assert not log.of(EngineFailed)


async def test_what_nobody_has_time_for_ahead_of_the_turns_end_is_done_at_its_end(
    serve: Serve,
    log: EventLog,
    say: Say,
    responder: ScriptedResponder,
    loaded: tuple[WhisperRecogniser, PiperSpeaker],
) -> None:
    voices = in_english(FlakySpeaker(loaded[1]))
    async with greeted(await serve(voices=voices), log, "no-guesses") as caller:
        responder.busy = [BUSY]
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[-1])
    assert not log.of(EngineFailed)
    assert len(responder.turns) == 2, "one ahead, and one that counts"


async def test_a_busy_engine_is_waited_for(
    serve: Serve, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(await serve(), log, "busy") as caller:
        responder.busy = [EngineBusy("response: 64 jobs wait already")] * 2
        await caller.say(say("What is my plan?"))
        await log.clause(LONG_ANSWER[0])
    assert not log.of(EngineFailed)


async def test_a_slow_answer_is_bridged(
    socket: Path, log: EventLog, say: Say, responder: ScriptedResponder
) -> None:
    async with greeted(socket, log, "slow") as caller:
        responder.hold = asyncio.Event()
        await caller.say(say("What is my plan?"))
        filler = await log.clause("One moment")
        responder.hold.set()
        await log.clause(LONG_ANSWER[0])
    assert filler.kind == "filler"


async def test_a_call_too_many_is_refused_with_a_time(serve: Serve, log: EventLog) -> None:
    calls = SETTINGS.calls.model_copy(update={"max_calls": 1})
    socket = await serve(SETTINGS.model_copy(update={"calls": calls}))
    async with LegCaller(socket, "first") as first:
        await log.wait(CallAnswered)
        async with LegCaller(socket, "second") as second:
            refused = await second.control(Reject)
        first.hang_up()
        await log.wait(CallEnded)
    assert (refused.status, refused.retry_after) == (503, 10)


async def test_eight_calls_at_once_are_all_answered(socket: Path, log: EventLog, say: Say) -> None:
    async def call(number: int) -> None:
        own = log.only(f"call-{number}")
        async with greeted(socket, own, f"call-{number}") as caller:
            await caller.say(say("What is my plan?"))
            await own.clause(LONG_ANSWER[1])

    await asyncio.gather(*(call(number) for number in range(8)))
    assert len(log.of(ToolCalled)) == 8
    assert not log.of(EngineFailed)


async def test_many_short_calls_leave_nothing_behind(socket: Path, log: EventLog, say: Say) -> None:
    async def short(number: int) -> None:
        own = log.only(f"short-{number}")
        async with LegCaller(socket, f"short-{number}") as caller:
            await own.clause("assistant")
            caller.hang_up()
            await own.wait(CallEnded)

    process = psutil.Process(os.getpid())
    for number in range(10):
        await short(number)
    gc.collect()
    before = process.memory_info().rss
    tasks = len(asyncio.all_tasks())
    for number in range(10, 60):
        await short(number)
    gc.collect()
    assert len(asyncio.all_tasks()) <= tasks
    assert process.memory_info().rss - before < 12 * 2**20
