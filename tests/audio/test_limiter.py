"""Louder, and nothing of it clipped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import Pcm, dbfs, lifted, peak_dbfs

RATE = 8000


def speech(peak: float, seed: int = 1) -> Pcm:
    """Noise that swells and falls as words do."""
    swell = np.abs(np.sin(np.arange(RATE) * 2 * np.pi * 3 / RATE)) ** 2
    noise = np.random.default_rng(seed).uniform(-1, 1, RATE)
    made: Pcm = np.rint(noise * swell * peak).astype(np.int16)
    return made


def test_what_has_room_is_lifted_by_so_much() -> None:
    pcm = speech(3000)
    assert dbfs(lifted(pcm, 6.0, RATE)) == pytest.approx(dbfs(pcm) + 6, abs=0.2)
    assert dbfs(lifted(pcm, -6.0, RATE)) == pytest.approx(dbfs(pcm) - 6, abs=0.2)


@given(st.integers(1, 32767), st.sampled_from([6.0, 12.0, 30.0]), st.integers(0, 5))
def test_nothing_is_clipped(peak: int, decibel: float, seed: int) -> None:
    assert peak_dbfs(lifted(speech(peak, seed), decibel, RATE)) <= -0.99


def test_the_quiet_is_lifted_beside_the_loud() -> None:
    loud, quiet = speech(30000), speech(1000, seed=2)
    both = lifted(np.concatenate([loud, quiet]), 12.0, RATE)
    assert dbfs(both[RATE + 200 :]) == pytest.approx(dbfs(quiet[200:]) + 12, abs=0.3)
    assert dbfs(both[:RATE]) > dbfs(loud) - 2


@pytest.mark.parametrize("samples", [0, 1, 39, 41])
def test_any_length_stays(samples: int) -> None:
    assert len(lifted(np.full(samples, 20000, np.int16), 12.0, RATE)) == samples
