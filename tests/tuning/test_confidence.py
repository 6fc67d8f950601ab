"""Confidence is fitted to be about the share of words that is right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from voice.tuning.confidence import Sureness, fitted


def readings(slope: float, offset: float) -> list[Sureness]:
    """As a model gives them whose confidence these two make right."""
    means = np.random.default_rng(1).uniform(-1.2, -0.05, 60)
    return [Sureness(mean, min(1.0, math.exp(slope * mean + offset)), 10) for mean in means]


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (3.5, 0.4), (0.5, -0.3)])
def test_what_makes_it_right_is_found(slope: float, offset: float) -> None:
    assert fitted(readings(slope, offset)) == {
        "confidence_slope": pytest.approx(slope, abs=0.26),
        "confidence_offset": pytest.approx(offset, abs=0.11),
    }


def test_long_readings_count_more() -> None:
    long = [Sureness(-0.5, 0.2, 100)] * 5
    short = [Sureness(-0.5, 1.0, 1)] * 5

    found = fitted([*long, *short])

    confidence = math.exp(found["confidence_slope"] * -0.5 + found["confidence_offset"])
    assert confidence == pytest.approx(0.21, abs=0.05)
