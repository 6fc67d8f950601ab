"""Recorded digits, alone and as the PIN of one speaker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice.audio import read_wav
from voice.errors import VoiceError
from voice.evaluation.people.digits import (
    LONGEST_GAP_SECONDS,
    PIN_DIGITS,
    SHORTEST_GAP_SECONDS,
    pins,
    read_digits,
    spoken,
)
from voice.evaluation.people.speech import SAMPLE_RATE


def test_the_name_of_a_file_says_digit_and_speaker(people: Path) -> None:
    found = read_digits(people)
    assert {one.digit for one in found} == {"1", "2", "3"}
    assert {one.speaker for one in found} == {"ann", "bob"}
    assert len(found) == 6


def test_a_digit_has_the_silence_of_a_turn_around_it(people: Path) -> None:
    digit = read_digits(people)[0]
    recorded, rate = read_wav(digit.path)
    number = spoken(digit)
    assert number.digits == digit.digit
    assert len(number.sound) / SAMPLE_RATE == pytest.approx(len(recorded) / rate + 0.5, abs=0.05)


def test_a_pin_is_one_speakers_with_gaps_between_its_digits(people: Path) -> None:
    recorded = read_digits(people)
    lengths = {
        (one.digit, one.speaker): len(read_wav(one.path)[0]) / read_wav(one.path)[1]
        for one in recorded
    }
    made = pins(recorded, 5, seed=3)
    assert [pin.speaker for pin in made] == ["ann", "bob", "ann", "bob", "ann"]
    for pin in made:
        assert len(pin.digits) == PIN_DIGITS
        said = sum(lengths[digit, pin.speaker] for digit in pin.digits)
        gaps = len(pin.sound) / SAMPLE_RATE - said - 0.5
        assert gaps + 0.1 > 3 * SHORTEST_GAP_SECONDS
        assert gaps - 0.1 < 3 * LONGEST_GAP_SECONDS


def test_the_same_seed_gives_the_same_pins(people: Path) -> None:
    first, again, other = (pins(read_digits(people), 4, seed) for seed in (1, 1, 2))
    assert [pin.digits for pin in first] == [pin.digits for pin in again]
    assert all(np.array_equal(one.sound, two.sound) for one, two in zip(first, again, strict=True))
    assert [pin.digits for pin in first] != [pin.digits for pin in other]


def test_a_folder_without_digits_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="holds no recorded digits"):
        read_digits(tmp_path)
