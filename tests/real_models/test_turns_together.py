"""Turns of several calls that wait are searched in one go, and read as if each were alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.real_models.test_people import RATE, recorded
from tests.recognition.test_search import read_at_once
from voice.audio import Pcm
from voice.models import ModelsAtHand
from voice.recognition import WhisperRecogniser

pytestmark = pytest.mark.real_models

SECONDS = ((0.0, 2.5), (0.0, 4.0), (3.0, 9.0), (5.0, 8.0))
"""Of a recorded speech: turns of other lengths, which may have other numbers of words."""


@pytest.fixture
def turns(recorded_data: Path) -> list[Pcm]:
    speech = recorded(recorded_data / "sentences" / "jfk.flac")
    return [speech[round(first * RATE) : round(last * RATE)] for first, last in SECONDS]


@pytest.fixture
def recogniser(real_models: ModelsAtHand) -> Iterator[WhisperRecogniser]:
    with closing(WhisperRecogniser.load(real_models.recogniser)) as engine:
        yield engine


async def test_what_is_searched_together_is_read_as_if_it_were_alone(
    recogniser: WhisperRecogniser, turns: list[Pcm]
) -> None:
    alone = [(await recogniser.transcribe(turn, RATE)).text for turn in turns]
    together = [heard.text for heard in await read_at_once(recogniser, turns)]
    assert together == alone
    assert "your country" in alone[2]
