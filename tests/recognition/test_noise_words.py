"""Words that a model makes of noise: improbable, where it is probable that nobody spoke."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from voice.audio import Pcm, resample
from voice.evaluation.people.noises import noises
from voice.recognition.decoding import WindowReading
from voice.recognition.features import RATE_HZ
from voice.recognition.folder import Description
from voice.recognition.noise import is_noise

SENTENCE = "How can I help you?"


def reading(certain: float, nobody: float, text: str = "so") -> WindowReading:
    return WindowReading(text, 1, 2 * math.log(certain), nobody, ())


def wide(pcm: Pcm) -> Pcm:
    return resample(pcm, 8000, RATE_HZ)


@pytest.mark.parametrize(
    ("certain", "nobody", "noise"),
    [
        (0.12, 0.55, True),
        (0.14, 0.58, True),
        (0.21, 0.54, True),
        (0.13, 0.19, False),
        (0.9, 0.19, False),
        (0.9, 0.9, False),
    ],
)
def test_what_nobody_is_likelier_to_have_said_is_noise(
    spoken: Callable[[str], Pcm], certain: float, nobody: float, noise: bool
) -> None:
    assert is_noise(reading(certain, nobody), wide(spoken(SENTENCE)), Description()) is noise


@pytest.mark.parametrize("name", ["melody", "ringing", "busy", "fax", "rumble", "breath", "typing"])
@pytest.mark.parametrize("seed", [1, 11])
def test_doubtful_words_need_a_voice(name: str, seed: int) -> None:
    sound = wide(noises(seed)[name])

    assert is_noise(reading(0.12, 0.3), sound, Description())
    assert not is_noise(reading(0.65, 0.3), sound, Description()), "these are not in doubt"
    assert not is_noise(reading(0.12, 0.3, text=""), sound, Description()), "no words at all"


@pytest.mark.parametrize("gain_db", [0, -20, -35])
def test_a_voice_is_heard_however_quiet_it_is(spoken: Callable[[str], Pcm], gain_db: int) -> None:
    quiet = np.rint(spoken(SENTENCE) * 10 ** (gain_db / 20)).astype(np.int16)

    assert not is_noise(reading(0.12, 0.3), wide(quiet), Description())
