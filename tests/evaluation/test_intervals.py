"""Bounds of figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from voice.evaluation.intervals import percentile, rate, ratio


@pytest.mark.parametrize(
    ("successes", "runs", "low", "high"),
    [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (45, 50, 0.786, 0.957), (1, 2, 0.095, 0.905)],
)
def test_wilson_interval(successes: int, runs: int, low: float, high: float) -> None:
    figure = rate(successes, runs)
    assert figure.low == pytest.approx(low, abs=0.001)
    assert figure.high == pytest.approx(high, abs=0.001)
    assert figure.n == runs


def test_a_median_lies_within_its_bounds_which_shrink_with_more_values() -> None:
    values = np.random.default_rng(7).normal(800, 100, 400).tolist()
    few, many = percentile(values[:20], 50), percentile(values, 50)
    assert few.low <= few.value <= few.high
    assert many.high - many.low < few.high - few.low
    assert many.low < many.value < many.high


def test_bounds_hold_a_known_percentile_about_95_times_in_100() -> None:
    chance = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        figure = percentile(chance.exponential(1.0, 200).tolist(), 95)
        held += figure.low <= -math.log(0.05) <= figure.high
    assert 0.9 <= held / 300 <= 0.99


def test_the_bounds_of_a_high_percentile_of_few_values_are_the_outermost_ones() -> None:
    figure = percentile([1, 2, 3, 4], 95)
    assert figure.low < figure.value < figure.high == 4


def test_a_percentile_of_a_long_load_needs_no_more_memory_than_its_values() -> None:
    gaps = np.random.default_rng(5).normal(20, 1, 300_000).tolist()
    figure = percentile(gaps, 99)
    assert figure.low < figure.value < figure.high and figure.high - figure.low < 0.1


def test_bounds_of_a_ratio_are_the_same_every_time() -> None:
    assert ratio([1, 2], [3, 4]) == ratio([1, 2], [3, 4])


def test_a_ratio_of_sums() -> None:
    figure = ratio([1, 0, 3], [10, 10, 10])
    assert figure.value == pytest.approx(0.4 / 3)
    assert 0 <= figure.low <= figure.value <= figure.high <= 0.3


def test_nothing_measured() -> None:
    assert math.isnan(percentile([], 50).value)
    assert math.isnan(ratio([], []).value)
    assert rate(0, 0).n == 0
