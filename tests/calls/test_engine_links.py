"""The link to the engines' service is cut in the middle of calls: nobody is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.calls.conftest import SETTINGS, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller, greeted
from tests.calls.scripted import LONG_ANSWER
from tests.engine_services.conftest import port_of, settings_at
from voice.calls.engines import Engines, served
from voice.engine_services import EngineServer, ServedEngines, Services, described
from voice.evaluation.breakable_way import BreakableWay
from voice.events import (
    CallEnded,
    EngineFailed,
    EngineFellBack,
    EngineReturned,
    FinalTranscript,
)
from voice.recognition import WhisperRecogniser
from voice.settings import Settings
from voice.speech import PiperSpeaker, Voices

pytestmark = pytest.mark.calls

AT_ONCE = 4


@pytest.fixture
async def way(
    loaded: tuple[WhisperRecogniser, PiperSpeaker],
    embedded_recogniser_path: Path,
    embedded_voice_path: Path,
) -> AsyncIterator[BreakableWay]:
    recogniser, _ = loaded
    speaker = PiperSpeaker.load(embedded_voice_path, cached=0)
    there = ServedEngines(
        recogniser,
        described("embedded-en", embedded_recogniser_path / "model.bin", ["en"]),
        Voices({"en": speaker}),
        {"en": described("embedded-en", embedded_voice_path / "voice.onnx", ["en"])},
    )
    async with (
        EngineServer("127.0.0.1:0", there) as server,
        BreakableWay(port_of(server)) as open_way,
    ):
        yield open_way
    speaker.close()


def settings_of(way: BreakableWay) -> Settings:
    there = settings_at(way.address, rest_seconds=0.2, answer_seconds=2.0)
    parts = ("recognition", "speech", "engines", "network")
    return SETTINGS.model_copy(update={part: getattr(there, part) for part in parts})


@pytest.fixture
async def own(engines: Engines, way: BreakableWay) -> Engines:
    """Engines whose work is done at the other end of the way."""
    made = await served(engines, settings_of(way), Services())
    await made.recogniser.warm_up()
    return made


def concerns(engine: str, event: EngineReturned) -> bool:
    return event.engine == engine


async def call_through_a_cut(
    number: int, socket: Path, log: EventLog, say: Say, answered: asyncio.Barrier, way: BreakableWay
) -> EventLog:
    """Three turns: before the way is cut, after that, and after it is mended."""
    own = log.only(f"cut-{number}")
    async with greeted(socket, own, f"cut-{number}") as caller:
        await caller.say(say("What is my plan?"))
        await own.clause(LONG_ANSWER[0])
        caller.begin_to_say(say("No, please stop, how much is my bill?"))
        await answered.wait()
        if number == 0:
            await way.cut()
        await own.wait(FinalTranscript, lambda turn: "bill" in turn.text)
        await own.wait(EngineFellBack)
        await answered.wait()
        if number == 0:
            await way.mend()
        for fell in own.of(EngineFellBack):
            await own.wait(EngineReturned, partial(concerns, fell.engine))
    return own


async def test_a_cut_in_the_middle_of_calls_loses_none_of_them(
    serve: Serve, own: Engines, way: BreakableWay, log: EventLog, say: Say
) -> None:
    socket = await serve(
        settings_of(way), recogniser=own.recogniser, voices=own.voices, services=own.services
    )
    answered = asyncio.Barrier(AT_ONCE)
    logs = await asyncio.gather(
        *(call_through_a_cut(each, socket, log, say, answered, way) for each in range(AT_ONCE))
    )
    for one in logs:
        (ended,) = one.of(CallEnded)
        assert (ended.reason, ended.by) == ("hang-up", "caller")
        assert not one.of(EngineFailed)
        heard = [turn.text for turn in one.of(FinalTranscript)]
        assert "plan" in heard[0] and any("bill" in text for text in heard[1:])
        fell = one.of(EngineFellBack)
        assert fell and all(event.reason.startswith(way.address) for event in fell)


async def test_a_call_that_begins_while_the_service_is_away_says_so(
    serve: Serve, own: Engines, way: BreakableWay, log: EventLog, say: Say
) -> None:
    await way.cut()
    socket = await serve(
        settings_of(way), recogniser=own.recogniser, voices=own.voices, services=own.services
    )
    async with greeted(socket, log, "first") as caller:
        await caller.say(say("What is my plan?"))
        await log.wait(EngineFellBack)
        await log.clause(LONG_ANSWER[0])
    second = log.only("second")
    async with LegCaller(socket, "second") as caller:
        fell = await second.wait(EngineFellBack)
        assert fell.sequence < 4
        caller.hang_up()
        await second.wait(CallEnded)
