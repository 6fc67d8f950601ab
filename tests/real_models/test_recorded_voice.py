"""A voice of a person, as Piper exports them: heard before all of a sentence is made."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from voice.models import ModelsAtHand
from voice.speech import PiperSpeaker
from voice.speech.growing_sound import BEGINNING_SECONDS, GrowingSound
from voice.speech.piper_voice import LoadedVoice

pytestmark = pytest.mark.real_models

RATE = 8000
PLAN = "You are on the Smart plan with 20 gigabytes of data for 19.99 euros a month."


async def test_a_sentence_comes_with_its_beginning(real_models: ModelsAtHand) -> None:
    with closing(PiperSpeaker.load(real_models.voice)) as speaker:
        clause = await speaker.synthesise(PLAN, RATE, whole=False)
        assert clause.to_come is not None
        await clause.made(len(clause.pcm))
    assert 4000 < clause.duration_ms < 7000
    assert [word.text for word in clause.words[:4]] == ["You", "are", "on", "the"]
    sounding = np.flatnonzero(np.abs(clause.pcm) > 500)
    assert sounding[0] < 0.1 * RATE
    assert sounding[-1] / RATE == pytest.approx(clause.words[-1].end_ms / 1000, abs=0.35)


def test_its_samples_are_those_of_the_sentence_made_at_once(real_models: ModelsAtHand) -> None:
    voice, _ = LoadedVoice.load(real_models.voice)
    (sentence,) = voice.sentences(PLAN)
    sound = GrowingSound.begun(sentence, 1.0, 0.2, (voice.sample_rate, voice.sample_rate))
    assert sound is not None
    assert BEGINNING_SECONDS / 2 < sound.ready / voice.sample_rate < BEGINNING_SECONDS
    *_, made = sound.grow()
    cut = round(sound.cut_seconds * voice.sample_rate)
    whole = np.rint(sentence.made().samples[cut:] * 32767)
    both = min(made, len(whole))
    assert np.abs(sound.pcm[:both] - whole[:both]).max() <= 2
