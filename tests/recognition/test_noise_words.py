"""Words that a model makes of noise: improbable, where it is probable that nobody spoke."""

from __future__ import annotations

import math

import pytest

from voice.recognition import WhisperRecogniser
from voice.recognition.decoding import Reading


@pytest.mark.parametrize(
    ("certain", "nobody", "is_noise"),
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
    recogniser: WhisperRecogniser, certain: float, nobody: float, is_noise: bool
) -> None:
    reading = Reading("so", 1, 2 * math.log(certain), nobody, ())
    assert recogniser._is_nothing(reading) is is_noise
