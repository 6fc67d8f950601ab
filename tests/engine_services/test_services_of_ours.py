"""Both sides are ours: what a service answers is what the engine beside it would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from tests.engine_services.conftest import RATE, settings_at
from voice.audio import Pcm
from voice.engine_queue import Priority
from voice.engine_services import (
    Change,
    EngineServer,
    ServedRecogniser,
    ServedSpeaker,
    reading_link,
    speaking_link,
)
from voice.evaluation.breakable_way import BreakableWay
from voice.recognition import Expectation, LanguageBelief, WhisperRecogniser
from voice.speech import PiperSpeaker

AMOUNT = "Your balance is 42.17 euros, due on 14 December."


@pytest.fixture
async def reader(
    way: BreakableWay, recogniser: WhisperRecogniser, changes: list[Change]
) -> AsyncIterator[ServedRecogniser]:
    link = reading_link(settings_at(way.address), (), changes.append)
    await link.begin()
    yield ServedRecogniser(link, recogniser)
    link.close()


@pytest.fixture
async def voice(
    way: BreakableWay, speaker: PiperSpeaker, changes: list[Change]
) -> AsyncIterator[ServedSpeaker]:
    link = speaking_link(settings_at(way.address), changes.append)
    await link.begin()
    yield ServedSpeaker(link, "en", speaker)
    link.close()


async def test_a_turn_is_read_there_as_it_is_here(
    reader: ServedRecogniser, recogniser: WhisperRecogniser, question: Pcm, way: BreakableWay
) -> None:
    belief, expect = LanguageBelief.of(["en"]), Expectation("choice", choices=("plan", "bill"))
    there = await reader.transcribe(question, RATE, expect=expect, belief=belief)
    here = await recogniser.transcribe(question, RATE, expect=expect, belief=belief)
    assert there.text == here.text and "plan" in there.text
    assert there.confidence == pytest.approx(here.confidence)
    assert (there.doubtful, there.belief, there.language) == (
        here.doubtful,
        here.belief,
        here.language,
    )
    assert way.connections == 2, "one to look at it, one for the turn"


async def test_a_turn_is_read_there_while_it_is_spoken(
    reader: ServedRecogniser, question: Pcm
) -> None:
    session = reader.session()
    session.start(question, RATE)
    await session.partial()
    session.feed(np.zeros(RATE // 2, np.int16), RATE)
    partial = await session.partial()
    final = await session.finalise()
    assert partial is not None and "plan" in partial.text and "plan" in final.text


async def test_a_clause_is_spoken_there_as_it_is_here(
    voice: ServedSpeaker, speaker: PiperSpeaker
) -> None:
    there, here = await voice.synthesise(AMOUNT, RATE), await speaker.synthesise(AMOUNT, RATE)
    assert np.array_equal(there.pcm, here.pcm)
    assert there.words == here.words and there.spoken_text == here.spoken_text
    assert there.heard(900) == here.heard(900)


async def test_what_every_call_says_is_kept_here_and_not_there(
    voice: ServedSpeaker, way: BreakableWay
) -> None:
    await voice.keep("Something went wrong.")
    before = way.connections
    assert (await voice.synthesise("Something went wrong.")).cached
    assert way.connections == before
    voice.forget()
    assert (await voice.synthesise("Something went wrong.")).cached
    first = await voice.synthesise("Hello, Mrs. Murphy.")
    again = await voice.synthesise("Hello, Mrs. Murphy.")
    assert not first.cached and again.cached
    voice.forget()
    asked = way.connections
    await voice.synthesise("Hello, Mrs. Murphy.")
    assert way.connections == asked + 1


async def test_many_ask_at_once(reader: ServedRecogniser, question: Pcm) -> None:
    readings = await asyncio.gather(*(reader.transcribe(question, RATE) for _ in range(12)))
    assert len({one.text for one in readings}) == 1


async def test_who_does_not_wait_any_more_leaves_the_services_queue(
    reader: ServedRecogniser, recogniser: WhisperRecogniser, question: Pcm, server: EngineServer
) -> None:
    long = np.tile(question, 8)
    asking = [asyncio.create_task(reader.transcribe(long, RATE)) for _ in range(8)]
    while recogniser.depth < 2:
        await asyncio.sleep(0.01)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    async with asyncio.timeout(20):
        while recogniser.depth:
            await asyncio.sleep(0.01)
        await reader.transcribe(question, RATE, priority=Priority.FINAL)
