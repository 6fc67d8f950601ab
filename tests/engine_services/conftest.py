"""A server of the embedded engines in the test's own process, and ways to it that can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from voice.audio import Pcm
from voice.engine_services import Change, EngineServer, ServedEngines, described
from voice.evaluation.breakable_way import BreakableWay
from voice.recognition import WhisperRecogniser
from voice.settings import Recognition, Settings, Speech
from voice.settings.engines import EngineServices
from voice.settings.network import NetworkAccess
from voice.settings.values import host_and_port
from voice.speech import PiperSpeaker, Voices

RATE = 8000
QUESTION = "What is my plan?"

MakeSettings = Callable[..., Settings]


@pytest.fixture(scope="session")
def recogniser(embedded_recogniser_path: Path) -> Iterator[WhisperRecogniser]:
    loaded = WhisperRecogniser.load(embedded_recogniser_path)
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def speaker(embedded_voice_path: Path) -> Iterator[PiperSpeaker]:
    loaded = PiperSpeaker.load(embedded_voice_path, cached=0)
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def engines(
    recogniser: WhisperRecogniser,
    speaker: PiperSpeaker,
    embedded_recogniser_path: Path,
    embedded_voice_path: Path,
) -> ServedEngines:
    model = described("embedded-en", embedded_recogniser_path / "model.bin", ["en"])
    voice = described("embedded-en", embedded_voice_path / "voice.onnx", ["en"])
    return ServedEngines(recogniser, model, Voices({"en": speaker}), {"en": voice})


@pytest.fixture(scope="session")
def question(embedded_caller_voice_path: Path) -> Pcm:
    """A caller asks, at 8 kHz."""
    caller = PiperSpeaker.load(embedded_caller_voice_path)
    pcm = asyncio.run(caller.synthesise(QUESTION, RATE)).pcm
    caller.close()
    return pcm


@pytest.fixture
async def server(engines: ServedEngines) -> AsyncIterator[EngineServer]:
    async with EngineServer("127.0.0.1:0", engines) as running:
        yield running


@pytest.fixture
async def way(server: EngineServer) -> AsyncIterator[BreakableWay]:
    async with BreakableWay(port_of(server)) as open_way:
        yield open_way


@pytest.fixture
def changes() -> list[Change]:
    """What a link told of."""
    return []


def port_of(server: EngineServer) -> int:
    return host_and_port(server.address.partition("://")[2])[1]


def settings_at(address: str, **engines: object) -> Settings:
    """Of a call process both of whose engines are at work there; short of patience."""
    patience = {"connect_seconds": 2.0, "answer_seconds": 10.0, "rest_seconds": 0.05}
    # The tests' environment wins over what is given to Settings.
    return Settings().model_copy(
        update={
            "recognition": Recognition(model="embedded-en", at=address),
            "speech": Speech(voice="embedded-en", at=address),
            "engines": EngineServices.model_validate({**patience, **engines}),
            "network": NetworkAccess(allow=["127.0.0.1"]),
        }
    )
