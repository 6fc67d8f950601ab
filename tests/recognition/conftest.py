"""Spoken audio for the recogniser's tests, made by the assistant's own voice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from piper import PiperVoice

from voice.audio import Pcm, resample
from voice.model_folders import find_model
from voice.recognition import WhisperRecogniser


@pytest.fixture(scope="session")
def spoken(embedded_voice_path: Path) -> Callable[[str], Pcm]:
    """Samples at 8 kHz of a sentence, with a little silence around it."""
    voice = PiperVoice.load(embedded_voice_path / "voice.onnx")

    @cache
    def say(sentence: str) -> Pcm:
        chunks = [chunk.audio_int16_array for chunk in voice.synthesize(sentence)]
        pause = np.zeros(voice.config.sample_rate // 5, np.int16)
        return resample(np.concatenate([pause, *chunks, pause]), voice.config.sample_rate, 8000)

    return say


@pytest.fixture(scope="session")
def recogniser(embedded_recogniser_path: Path) -> Iterator[WhisperRecogniser]:
    engine = WhisperRecogniser.load(embedded_recogniser_path, word_times=True)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def whisper_base() -> Iterator[WhisperRecogniser]:
    """Skips the test where Whisper base is not installed."""
    folder = find_model("asr_models", "whisper-base")
    if not Path(folder).is_dir():
        pytest.skip("needs Whisper base: voice models pull whisper-base")
    engine = WhisperRecogniser.load(folder)
    yield engine
    engine.close()
