"""A call process inside the test: real recogniser and voice, answers known beforehand."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from tests.calls.event_log import EventLog
from tests.calls.scripted import PIN, ScriptedIdentity, ScriptedResponder, in_english
from voice.audio import Pcm
from voice.calls.engines import Engines, warm_up
from voice.calls.pin_tries import PinTries
from voice.calls.server import CallServer
from voice.recognition import WhisperRecogniser
from voice.response import Responder, ToolBox
from voice.settings import Calls, Settings
from voice.settings.telephony import Sip
from voice.speech import PiperSpeaker

GREETING = "Automated assistant. Hello?"
SETTINGS = Settings(calls=Calls(greeting=GREETING, no_input_seconds=1.0, max_calls=9))
PERSON = "sip:people@example.test"
WITH_PERSON = SETTINGS.model_copy(update={"sip": Sip(person=PERSON)})
"""A person is there to whom callers can be put through."""

Say = Callable[[str], Pcm]
"""A sentence in the caller's voice, without silence at its ends."""
Serve = Callable[..., Awaitable[Path]]
"""Starts a call process on the given settings and engines, or what stands in for one; the path of
its socket."""


@pytest.fixture(scope="session")
def loaded(
    embedded_recogniser_path: Path, embedded_voice_path: Path
) -> Iterator[tuple[WhisperRecogniser, PiperSpeaker]]:
    recogniser = WhisperRecogniser.load(embedded_recogniser_path)
    speaker = PiperSpeaker.load(embedded_voice_path)
    yield recogniser, speaker
    recogniser.close()
    speaker.close()


@pytest.fixture(scope="session")
def say(embedded_caller_voice_path: Path) -> Iterator[Say]:
    speaker = PiperSpeaker.load(embedded_caller_voice_path)

    def speak(text: str) -> Pcm:
        pcm = asyncio.run(speaker.synthesise(text, 8000)).pcm
        loud = np.flatnonzero(np.abs(pcm) > 200)
        return pcm[loud[0] : loud[-1] + 1]

    sentences = {text: speak(text) for text in SENTENCES}
    yield lambda text: sentences[text]
    speaker.close()


SENTENCES = (
    "What is my plan?",
    "How much is my bill?",
    "Goodbye.",
    "I want to speak to a person.",
    "I have lost my phone,",
    "please block my SIM card.",
    "No, please stop, how much is my bill?",
    "Okay.",
    "All right.",
    "Are you there?",
    "My code is four, two, seven, one.",
    "Yes, please do.",
    "No, please stop.",
    "No wait, what is my plan?",
    "Thank you, goodbye.",
    PIN,
)


@pytest.fixture(scope="module")
def real_responder(embedded_responder_path: Path, tasks_path: Path) -> Iterator[Responder]:
    responder = Responder.load(embedded_responder_path, tasks_path)
    yield responder
    responder.close()


@pytest.fixture
def responder() -> ScriptedResponder:
    return ScriptedResponder()


@pytest.fixture
async def engines(
    loaded: tuple[WhisperRecogniser, PiperSpeaker], responder: ScriptedResponder, tmp_path: Path
) -> Engines:
    recogniser, speaker = loaded
    tries = PinTries(tmp_path / "pin_tries.sqlite", SETTINGS.identity.tries_per_hour)
    scripted = cast(Responder, responder)
    made = Engines(
        recogniser, scripted, in_english(speaker), ToolBox([]), ScriptedIdentity(), tries
    )
    await warm_up(made, SETTINGS)
    return made


@pytest.fixture
def log() -> EventLog:
    return EventLog()


@pytest.fixture
def servers() -> list[CallServer]:
    """What `serve` started."""
    return []


@pytest.fixture
async def serve(
    engines: Engines, log: EventLog, tmp_path: Path, servers: list[CallServer]
) -> AsyncIterator[Serve]:
    async def start(settings: Settings = SETTINGS, **replaced: Any) -> Path:
        path = tmp_path / f"calls-{len(servers)}.sock"
        used = dataclasses.replace(engines, **replaced)
        server = CallServer(path, settings, used, [log])
        servers.append(server)
        await server.__aenter__()
        return path

    yield start
    for server in servers:
        await asyncio.wait_for(server.idle(), 10)
        await server.__aexit__(None, None, None)


@pytest.fixture
async def socket(serve: Serve) -> Path:
    return await serve()
