"""Recordings in the caller's own voice, and a call in virtual time with answers known before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from tests.calls.scripted import ScriptedIdentity, ScriptedResponder, in_english
from tests.evaluation.recordings.evaluated import COSTS, RATE, SETTINGS, Evaluate, Say
from voice.audio import Pcm, silence, write_wav
from voice.calls.engines import Engines, warm_up
from voice.calls.pin_tries import PinTries
from voice.evaluation.recordings.call_result import CallResult
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.recorded_call import evaluate_call
from voice.evaluation.virtual_time import VirtualQueues, run_virtually
from voice.recognition import WhisperRecogniser
from voice.response import Responder, ToolBox
from voice.settings import Settings
from voice.speech import PiperSpeaker


@pytest.fixture(scope="session")
def say(embedded_caller_voice_path: Path) -> Iterator[Say]:
    speaker = PiperSpeaker.load(embedded_caller_voice_path)
    spoken: dict[str, Pcm] = {}

    def speak(*parts: str | float) -> Pcm:
        pieces = []
        for part in parts:
            if isinstance(part, str):
                if part not in spoken:
                    spoken[part] = asyncio.run(speaker.synthesise(part, RATE)).pcm
                pieces.append(spoken[part])
            else:
                pieces.append(silence(round(part * RATE)))
        return np.concatenate(pieces)

    yield speak
    speaker.close()


@pytest.fixture(scope="session")
def loaded(
    embedded_recogniser_path: Path,
    embedded_voice_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[WhisperRecogniser, PiperSpeaker]]:
    queues = VirtualQueues(COSTS)
    recogniser = WhisperRecogniser.load(embedded_recogniser_path, make_queue=queues)
    speaker = PiperSpeaker.load(embedded_voice_path, make_queue=queues)
    engines = _engines(recogniser, speaker, tmp_path_factory.mktemp("tries"))
    run_virtually(warm_up(engines, SETTINGS))
    yield recogniser, speaker
    recogniser.close()
    speaker.close()


def _engines(recogniser: WhisperRecogniser, speaker: PiperSpeaker, folder: Path) -> Engines:
    tries = PinTries(folder / "pin_tries.sqlite", SETTINGS.identity.tries_per_hour)
    responder = cast(Responder, ScriptedResponder())
    return Engines(
        recogniser, responder, in_english(speaker), ToolBox([]), ScriptedIdentity(), tries
    )


@pytest.fixture
def evaluate(loaded: tuple[WhisperRecogniser, PiperSpeaker], tmp_path: Path) -> Evaluate:
    recogniser, speaker = loaded

    def run(
        sound: Pcm | Path,
        settings: Settings = SETTINGS,
        from_answer: bool = False,
        **changed: Any,
    ) -> CallResult:
        if not isinstance(sound, Path):
            write_wav(tmp_path / "sound.wav", sound, RATE)
            sound = tmp_path / "sound.wav"
        speaker.forget()
        engines = _engines(recogniser, speaker, tmp_path)
        recording = replace(ListedRecording(0, sound.name, sound), **changed)
        return run_virtually(evaluate_call(recording, "left", from_answer, settings, engines))

    return run
