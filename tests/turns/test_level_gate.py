"""The level gate: noise of any kind sinks below it, speech never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.turns import LevelGate


@pytest.mark.parametrize("hum_dbfs", [-50.0, -40.0, -30.0])
def test_a_hum_counts_as_noise_after_three_seconds(hum_dbfs: float) -> None:
    gate = LevelGate()
    passed = [gate.passes(hum_dbfs) for _ in range(300)]
    assert not any(passed[160:])


def test_speech_above_a_hum_still_passes() -> None:
    gate = LevelGate()
    for _ in range(200):
        gate.passes(-45.0)
    assert gate.passes(-25.0)


def test_speech_with_its_dips_keeps_the_gate_open() -> None:
    gate = LevelGate()
    syllables = [-22.0, -18.0, -20.0, -27.0, -45.0] * 100
    passed = [gate.passes(level) for level in syllables]
    assert sum(passed[-100:]) >= 75


def test_lost_packets_do_not_lower_the_floor() -> None:
    gate = LevelGate()
    for number in range(300):
        gate.passes(-100.0 if number % 2 else -40.0)
    assert not gate.passes(-40.0)


@given(st.lists(st.floats(min_value=-100, max_value=0), max_size=400))
def test_the_floor_stays_where_speech_can_be_heard_over_it(levels: list[float]) -> None:
    gate = LevelGate()
    for level in levels:
        gate.passes(level)
    assert -66 <= gate.floor_dbfs <= -20


def test_a_silent_line_lets_quiet_voices_pass_and_is_raised_for_the_detector() -> None:
    gate = LevelGate()
    for _ in range(100):
        gate.passes(-90.0)
    assert gate.passes(-55.0)
    assert gate.lift_db == pytest.approx(15.0)


def test_a_noisy_line_is_not_raised() -> None:
    gate = LevelGate()
    for _ in range(200):
        gate.passes(-45.0)
    assert gate.lift_db == 0.0
