"""Whisper base writes nothing of noise, tones and music, and loses nobody's words by that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voice.audio import Pcm, resample
from voice.evaluation.people.noises import noises
from voice.evaluation.word_errors import word_errors
from voice.models import ModelsAtHand
from voice.recognition import WhisperRecogniser

pytestmark = pytest.mark.real_models

RATE = 8000
QUILTER = (
    "Mr Quilter is the apostle of the middle classes and we are glad to welcome his gospel",
    "test.wav",
)


@pytest.fixture(scope="module")
def recogniser(real_models: ModelsAtHand) -> Iterator[WhisperRecogniser]:
    engine = WhisperRecogniser.load(real_models.recogniser)
    yield engine
    engine.close()


@pytest.mark.parametrize("seconds", [1.5, 12.0])
@pytest.mark.parametrize("name", list(noises()))
async def test_no_words_are_heard_in_noise(
    recogniser: WhisperRecogniser, name: str, seconds: float
) -> None:
    for seed in (11, 12):
        sound = noises(seed)[name][: round(seconds * RATE)]
        heard = await recogniser.transcribe(sound, RATE)
        assert heard.text == "", seed


@pytest.mark.parametrize("gain_db", [0, -30])
async def test_a_recorded_sentence_keeps_its_words(
    recogniser: WhisperRecogniser, recorded_data: Path, gain_db: int
) -> None:
    said, file = QUILTER
    samples, rate = soundfile.read(recorded_data / "sentences" / file, dtype="int16")
    quiet: Pcm = np.rint(samples * 10 ** (gain_db / 20)).astype(np.int16)

    heard = await recogniser.transcribe(resample(quiet, rate, RATE), RATE)

    assert word_errors(said, heard.text).rate <= 0.12, heard.text
