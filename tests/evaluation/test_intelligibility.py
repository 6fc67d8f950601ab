"""How well a voice is understood: what is counted, and what is spoken for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from voice.audio import Pcm
from voice.evaluation.intelligibility import (
    FULL_BAND_HZ,
    TELEPHONE_HZ,
    Spoken,
    by_telephone,
    speak,
    understood,
)
from voice.recognition import WhisperRecogniser
from voice.speech import PiperSpeaker

TEXTS = ("What is my plan?", "How much is my bill?")


@pytest.fixture(scope="module")
def recogniser(embedded_recogniser_path: Path) -> Iterator[WhisperRecogniser]:
    with closing(WhisperRecogniser.load(embedded_recogniser_path)) as recogniser:
        yield recogniser


@pytest.fixture(scope="module")
def speaker(embedded_caller_voice_path: Path) -> Iterator[PiperSpeaker]:
    with closing(PiperSpeaker.load(embedded_caller_voice_path)) as speaker:
        yield speaker


async def test_what_a_clear_voice_says_is_understood_in_both_bands(
    recogniser: WhisperRecogniser, speaker: PiperSpeaker
) -> None:
    spoken, speed = await speak(speaker, TEXTS)
    heard = await understood(recogniser, spoken)
    assert heard.full_band.words == heard.telephone.words == 9
    assert heard.telephone.edits <= 1 and heard.full_band.edits <= 1
    assert 0 < speed.real_time_factor < 5 and speed.sentence_ms > 0


async def test_what_is_not_said_counts_as_wrong(
    recogniser: WhisperRecogniser, speaker: PiperSpeaker
) -> None:
    (one, other), _ = await speak(speaker, TEXTS)
    mixed_up = [Spoken(one.text, other.pcm), Spoken("", one.pcm[:0])]
    heard = await understood(recogniser, mixed_up)
    assert heard.telephone.edits >= 3 and heard.telephone.words == 4


def test_a_telephone_carries_less_than_four_kilohertz() -> None:
    seconds = np.arange(FULL_BAND_HZ) / FULL_BAND_HZ

    def tone(hertz: int) -> Pcm:
        wave: Pcm = np.rint(8000 * np.sin(2 * np.pi * hertz * seconds)).astype(np.int16)
        return wave

    low, high = by_telephone(tone(1000)), by_telephone(tone(6000))
    assert len(low) == TELEPHONE_HZ
    assert np.abs(low[1000:-1000]).max() > 7000
    assert np.abs(high[1000:-1000]).max() < 300
