"""Any client of the Wyoming protocol is served: Home Assistant, satellites, command lines."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice

from tests.engine_services.conftest import RATE, port_of
from voice.audio import Pcm, resample
from voice.engine_services import EngineServer, ServedEngines

WIDE = {"rate": 16_000, "width": 2, "channels": 1}


@pytest.fixture
async def client(server: EngineServer) -> AsyncIterator[AsyncTcpClient]:
    async with AsyncTcpClient("127.0.0.1", port_of(server)) as connected:
        yield connected


async def answer(client: AsyncTcpClient) -> Event:
    async with asyncio.timeout(20):
        event = await client.read_event()
    assert event is not None
    return event


async def ask(client: AsyncTcpClient, pcm: Pcm, language: str | None = None) -> Event:
    await client.write_event(Transcribe(language=language).event())
    await client.write_event(AudioStart(**WIDE).event())
    for first in range(0, len(pcm), 1024):
        chunk = pcm[first : first + 1024].tobytes()
        await client.write_event(AudioChunk(**WIDE, audio=chunk).event())
    await client.write_event(AudioStop().event())
    return await answer(client)


async def spoken(client: AsyncTcpClient) -> tuple[int, Pcm]:
    start = AudioStart.from_event(await answer(client))
    sound = b""
    while AudioChunk.is_type((event := await answer(client)).type):
        sound += AudioChunk.from_event(event).audio
    assert AudioStop.is_type(event.type)
    return start.rate, np.frombuffer(sound, np.int16)


async def test_what_there_is_is_described(client: AsyncTcpClient, engines: ServedEngines) -> None:
    await client.write_event(Describe().event())
    info = Info.from_event(await answer(client))
    (model,), (voice,) = info.asr[0].models, info.tts[0].voices
    assert (model.name, model.languages) == ("embedded-en", ["en"])
    assert model.version == f"sha256:{engines.model.sha256}" and model.installed
    assert (voice.name, voice.languages) == ("embedded-en", ["en"])


@pytest.mark.parametrize("language", [None, "en", "en-GB", "xx"])
async def test_turns_are_read_one_after_the_other(
    client: AsyncTcpClient, question: Pcm, language: str | None
) -> None:
    wide = resample(question, RATE, 16_000)
    for _ in range(2):
        transcript = Transcript.from_event(await ask(client, wide, language))
        assert "plan" in transcript.text and transcript.language == "en"


async def test_silence_is_no_words(client: AsyncTcpClient) -> None:
    event = await ask(client, np.zeros(16_000, np.int16))
    assert Transcript.from_event(event).text == ""
    assert Transcript.from_event(await ask(client, np.zeros(0, np.int16))).text == ""


@pytest.mark.parametrize(
    "voice", [None, SynthesizeVoice(name="embedded-en"), SynthesizeVoice(language="en_GB")]
)
async def test_texts_are_spoken(client: AsyncTcpClient, voice: SynthesizeVoice | None) -> None:
    for _ in range(2):
        await client.write_event(Synthesize("Good morning.", voice).event())
        rate, pcm = await spoken(client)
        assert rate == 22_050 and 0.3 < len(pcm) / rate < 3


async def test_a_voice_that_is_not_there_is_refused_and_the_next_request_served(
    client: AsyncTcpClient,
) -> None:
    await client.write_event(Synthesize("Hi.", SynthesizeVoice(name="another")).event())
    assert Error.from_event(await answer(client)).code == "NotOffered"
    await client.write_event(Synthesize("Hello.").event())
    assert (await spoken(client))[0] == 22_050


@pytest.mark.parametrize(
    "chunk",
    [
        Event("audio-chunk", {"rate": 16_000, "width": 4, "channels": 1}, b"1234"),
        Event("audio-chunk", {"rate": 16_000, "width": 2, "channels": 2}, b"1234"),
        Event("audio-chunk", {"rate": 16_000, "width": 2, "channels": 1}, b"123"),
        Event("audio-chunk", {"rate": 1, "width": 2, "channels": 1}, b"12"),
        Event("audio-chunk", {"rate": "fast", "width": 2, "channels": 1}, b"12"),
        Event("audio-chunk", {}, b"12"),
        Event("synthesize", {"text": 7}),
        Event("synthesize", {}),
        Event("synthesize", {"text": "a" * 2_001}),
        Event("transcribe", {"context": {"voice": {"priority": 77}}}),
        Event("transcribe", {"context": {"voice": {"expect": {"kind": "digits", "digits": -1}}}}),
    ],
)
async def test_what_cannot_be_served_is_refused_and_quotes_nothing(
    client: AsyncTcpClient, chunk: Event
) -> None:
    await client.write_event(chunk)
    error = Error.from_event(await answer(client))
    assert error.code and len(error.text) < 100
    await client.write_event(Describe().event())
    assert Info.is_type((await answer(client)).type)


async def test_a_belief_in_what_is_not_read_here_is_refused(client: AsyncTcpClient) -> None:
    shares = {"fr": 1.0}
    belief = {"spoken": "fr", "variety": "fr", "shares": shares, "before": shares}
    asked = {"context": {"voice": {"belief": belief}}}
    await client.write_event(Event("transcribe", asked))
    await client.write_event(AudioStop().event())
    assert Error.from_event(await answer(client)).code == "NotOffered"


async def test_sound_without_end_is_refused(client: AsyncTcpClient) -> None:
    chunk = AudioChunk(rate=8000, width=2, channels=1, audio=bytes(1_000_000))
    for _ in range(3):
        await client.write_event(chunk.event())
    assert Error.from_event(await answer(client)).code == "ServiceFailed"
    await client.write_event(Describe().event())
    assert Info.is_type((await answer(client)).type)


async def test_who_comes_when_all_places_are_taken_is_told_so(
    server: EngineServer, client: AsyncTcpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.engine_services.server.MOST_CONNECTIONS", 1)
    await client.write_event(Describe().event())
    assert Info.is_type((await answer(client)).type)
    async with AsyncTcpClient("127.0.0.1", port_of(server)) as late:
        assert Error.from_event(await answer(late)).code == "busy"


async def test_events_of_other_kinds_are_let_pass(client: AsyncTcpClient) -> None:
    await client.write_event(Event("detect", {"names": ["hey"]}))
    await client.write_event(Describe().event())
    assert Info.is_type((await answer(client)).type)


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\n",
        b"{}\n",
        b"[1]\n",
        b'{"type": "audio-chunk", "payload_length": 2000000000}\n',
        b'{"type": "describe", "data_length": -5, "data": 7}\n',
        b'{"type": "describe", "data": null}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 200_000,
    ],
)
async def test_what_is_no_event_ends_the_connection_and_no_other(
    server: EngineServer, client: AsyncTcpClient, garbage: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    writer.write(garbage)
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()
    await client.write_event(Describe().event())
    assert Info.is_type((await answer(client)).type)
