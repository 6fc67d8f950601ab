"""Turns of several calls that wait are searched in one go, and read as if each were alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.real_models.test_people import RATE, recorded
from tests.recognition.test_search import read_at_once
from voice.audio import Pcm, resample
from voice.engine_steps import alone
from voice.evaluation.word_errors import words_of
from voice.languages import language
from voice.models import ModelsAtHand
from voice.recognition import ANYTHING, WhisperRecogniser, folder
from voice.recognition.decoding import Decoder
from voice.recognition.encoding import Encoder
from voice.recognition.features import RATE_HZ

pytestmark = pytest.mark.real_models

SECONDS = ((0.0, 2.5), (0.0, 4.0), (3.0, 9.0), (5.0, 8.0))
"""Of a recorded speech: turns of other lengths, which may have other numbers of words."""


@pytest.fixture
def turns(recorded_data: Path) -> list[Pcm]:
    speech = recorded(recorded_data / "sentences" / "jfk.flac")
    return [speech[round(first * RATE) : round(last * RATE)] for first, last in SECONDS]


@pytest.fixture(params=[1, 5], ids=["greedy", "beam"])
def recogniser(
    real_models: ModelsAtHand, request: pytest.FixtureRequest
) -> Iterator[WhisperRecogniser]:
    with closing(WhisperRecogniser.load(real_models.recogniser, beam_size=request.param)) as engine:
        yield engine


async def test_what_is_searched_together_is_read_as_if_it_were_alone(
    recogniser: WhisperRecogniser, turns: list[Pcm]
) -> None:
    alone = [(await recogniser.transcribe(turn, RATE)).text for turn in turns]
    together = [heard.text for heard in await read_at_once(recogniser, turns)]
    assert together == alone
    assert "your country" in alone[2]


def test_the_greedy_search_of_whisper_base_finds_what_ctranslate2_finds(
    real_models: ModelsAtHand, turns: list[Pcm]
) -> None:
    loaded = folder.load(real_models.recogniser, workers=1, compute_type="int8")
    if loaded.greedy is None:
        pytest.skip("this processor lacks the instructions")
    encoder = Encoder(loaded)
    own = Decoder(loaded, language(), 1)
    other = Decoder(replace(loaded, greedy=None), language(), 1)
    for turn in turns:
        encoded = encoder.encode(resample(turn, RATE, RATE_HZ))
        found, expected = alone(own.read(encoded, ANYTHING)), alone(other.read(encoded, ANYTHING))
        assert words_of(found.text) == words_of(expected.text) != []
        assert found.mean_log_probability == pytest.approx(expected.mean_log_probability, abs=0.1)
