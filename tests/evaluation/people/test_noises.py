"""Twelve sounds without a word, and that none becomes one in a call."""

from __future__ import annotations

import numpy as np
import pytest

from voice.audio import Pcm
from voice.evaluation.people.noises import SECONDS, noises
from voice.evaluation.people.phantoms import words_in_noise
from voice.evaluation.people.speech import SAMPLE_RATE
from voice.settings import Settings


def strongest_hz(pcm: Pcm, count: int) -> set[int]:
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    found = []
    for _ in range(count):
        peak = int(np.argmax(spectrum))
        found.append(round(peak * SAMPLE_RATE / len(pcm)))
        spectrum[max(0, peak - 200) : peak + 200] = 0
    return set(found)


def share_below(pcm: Pcm, hertz: float) -> float:
    power = np.abs(np.fft.rfft(pcm.astype(float))) ** 2
    return float(power[: round(hertz * len(pcm) / SAMPLE_RATE)].sum() / power.sum())


def test_there_are_twelve_of_the_same_length_and_none_clips() -> None:
    made = noises()
    assert len(made) == 12
    for name, pcm in made.items():
        assert len(pcm) == SECONDS * SAMPLE_RATE, name
        assert 0 < np.abs(pcm.astype(int)).max() < 32767, name


def test_the_same_seed_makes_the_same_noises() -> None:
    first, again, other = noises(1), noises(1), noises(2)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["rumble"], other["rumble"])


def test_tones_are_those_of_the_telephone() -> None:
    made = noises()
    assert strongest_hz(made["ringing"], 2) == {440, 480}
    assert strongest_hz(made["busy"], 2) == {480, 620}
    assert strongest_hz(made["fax"], 1) == {1100}
    assert strongest_hz(made["hum"], 1) == {50}


def test_rumble_is_deeper_than_breath() -> None:
    made = noises()
    assert share_below(made["rumble"], 300) > 0.9 > share_below(made["breath"], 300)


@pytest.mark.calls
def test_a_call_without_words_brings_none_to_the_response_step() -> None:
    made = noises()
    heard = words_in_noise(Settings(), {name: made[name] for name in ("silence", "busy")})
    assert heard == {"silence": "", "busy": ""}
