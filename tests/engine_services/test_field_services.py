"""Services of the field do the work: what they do not tell is made up for as far as it can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event, async_write_event

from tests.engine_services.conftest import RATE, settings_at
from voice.audio import Pcm
from voice.engine_services import Change, ServedSpeaker, speaking_link
from voice.speech import PiperSpeaker

AMOUNT = "Your balance is 42.17 euros, due on 14 December."
WIDE = {"rate": 16_000, "width": 2, "channels": 1}


class PlainVoice:
    """A service that speaks what it is told, softly, and tells nothing of it."""

    def __init__(self, speaker: PiperSpeaker) -> None:
        self._speaker = speaker
        self.said: list[Event] = []
        self.silent = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (event := await async_read_event(reader)) is not None:
            if event.type == "describe":
                names = [("away", ["en"], False), ("en_GB-alan-low", ["en_GB"], True)]
                voices = [{"name": a, "languages": b, "installed": c} for a, b, c in names]
                info = {"tts": [{"name": "piper", "voices": voices}]}
                await async_write_event(Event("info", info), writer)
            elif event.type == "synthesize":
                self.said.append(event)
                await self._speak(event.data["text"], writer)
        writer.close()

    async def _speak(self, text: str, writer: asyncio.StreamWriter) -> None:
        pcm = (await self._speaker.synthesise(text, 16_000)).pcm // 8
        pcm = np.zeros_like(pcm) if self.silent else pcm
        await async_write_event(AudioStart(**WIDE).event(), writer)
        await async_write_event(AudioChunk(**WIDE, audio=pcm.tobytes()).event(), writer)
        await async_write_event(AudioStop().event(), writer)


@pytest.fixture
def plain(speaker: PiperSpeaker) -> PlainVoice:
    return PlainVoice(speaker)


@pytest.fixture
async def voice(
    plain: PlainVoice, speaker: PiperSpeaker, changes: list[Change]
) -> AsyncIterator[ServedSpeaker]:
    async with served(plain) as address:
        link = speaking_link(settings_at(address, rest_seconds=60), changes.append)
        await link.begin()
        yield ServedSpeaker(link, "en", speaker)
        link.close()


@asynccontextmanager
async def served(plain: PlainVoice) -> AsyncIterator[str]:
    server = await asyncio.start_server(plain.serve, "127.0.0.1", 0)
    async with server:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_voice_of_the_language_is_asked_for_words_without_figures(
    voice: ServedSpeaker, plain: PlainVoice, changes: list[Change]
) -> None:
    clause = await voice.synthesise(AMOUNT, RATE)
    (asked,) = plain.said
    assert asked.data["voice"] == {"language": "en"}, "none has the local voice's name"
    assert not any(map(str.isdigit, asked.data["text"]))
    assert clause.text == AMOUNT and clause.spoken_text == asked.data["text"]
    assert not changes


async def test_its_sound_is_as_loud_as_ours_and_at_the_lines_rate(
    voice: ServedSpeaker, speaker: PiperSpeaker
) -> None:
    there, here = await voice.synthesise(AMOUNT, RATE), await speaker.synthesise(AMOUNT, RATE)
    assert there.sample_rate == RATE
    assert there.duration_ms == pytest.approx(here.duration_ms, rel=0.15)
    assert level(there.pcm) == pytest.approx(level(here.pcm), abs=1.5)


async def test_when_its_words_sound_is_estimated_by_their_length(
    voice: ServedSpeaker, speaker: PiperSpeaker
) -> None:
    there, here = await voice.synthesise(AMOUNT, RATE), await speaker.synthesise(AMOUNT, RATE)
    assert [word.text for word in there.words] == [word.text for word in here.words]
    for estimated, known in zip(there.words, here.words, strict=True):
        assert abs(estimated.start_ms - known.start_ms) < 400
    assert there.heard(0) == "" and there.heard(there.duration_ms) == AMOUNT


async def test_silence_is_no_speech(
    voice: ServedSpeaker, plain: PlainVoice, changes: list[Change]
) -> None:
    plain.silent = True
    clause = await voice.synthesise("Good evening.", RATE)
    assert np.abs(clause.pcm).max() > 1000, "it was spoken here"
    assert changes[0].reason.endswith(": it answered with silence")


async def test_nothing_to_say_asks_nobody(voice: ServedSpeaker, plain: PlainVoice) -> None:
    assert (await voice.synthesise("...", RATE)).text == "..."
    assert not plain.said


def level(pcm: Pcm) -> float:
    """Decibels of what sounds."""
    loud = pcm[np.abs(pcm) > 300].astype(np.float64)
    return float(20 * np.log10(np.sqrt((loud**2).mean())))
