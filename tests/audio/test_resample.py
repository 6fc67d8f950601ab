"""Resampling keeps time, level and the telephone band."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.audio import Pcm, Resampler, dbfs, resample

RATES = [(8000, 16000), (16000, 8000), (22050, 8000), (22050, 16000), (48000, 8000), (8000, 22050)]


def sine(frequency: float, rate: int, seconds: float = 0.5) -> Pcm:
    return (8000 * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)).astype(
        np.int16
    )


def streamed(pcm: Pcm, source: int, target: int, chunk: int) -> Pcm:
    resampler = Resampler(source, target)
    parts = [resampler.push(pcm[at : at + chunk]) for at in range(0, len(pcm), chunk)]
    return np.concatenate([*parts, resampler.flush()])


@pytest.mark.parametrize(("source", "target"), RATES)
def test_stream_is_the_same_sound_at_the_new_rate(source: int, target: int) -> None:
    output = streamed(sine(1000, source), source, target, source // 50)
    ideal = sine(1000, target).astype(float)
    assert len(output) == len(ideal)
    inner = slice(target // 50, -target // 50)
    assert np.std(output[inner] - ideal[inner]) < 0.001 * np.std(ideal)


@pytest.mark.parametrize(("source", "target"), RATES)
def test_stream_holds_back_at_most_three_milliseconds(source: int, target: int) -> None:
    resampler = Resampler(source, target)
    given_out = len(resampler.push(sine(1000, source, 0.02)))
    assert given_out >= target * (0.020 - 0.0032)
    assert resampler.delay_samples / source <= 0.0031


@pytest.mark.parametrize("frequency", [300, 1000, 3400])
def test_telephone_band_passes_unchanged(frequency: float) -> None:
    wide = sine(frequency, 16000)
    assert abs(dbfs(streamed(wide, 16000, 8000, 320)) - dbfs(wide)) < 0.1


@pytest.mark.parametrize("frequency", [4500, 6000, 7500])
def test_what_does_not_fit_the_lower_rate_is_removed(frequency: float) -> None:
    output = streamed(sine(frequency, 16000), 16000, 8000, 320)
    assert dbfs(output[400:-400]) < dbfs(sine(frequency, 16000)) - 55


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(RATES),
    st.lists(st.integers(1, 700), min_size=1, max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_chunk_sizes_do_not_matter(rates: tuple[int, int], sizes: list[int], seed: int) -> None:
    noise = np.random.default_rng(seed).integers(-20000, 20000, sum(sizes)).astype(np.int16)
    resampler = Resampler(*rates)
    cuts = np.cumsum([0, *sizes])
    parts = [resampler.push(noise[a:b]) for a, b in itertools.pairwise(cuts)]
    pieces = np.concatenate([*parts, resampler.flush()])
    whole = streamed(noise, *rates, len(noise))
    assert len(pieces) == -(-len(noise) * rates[1] // rates[0])
    assert np.abs(pieces.astype(int) - whole).max() <= 1


def test_same_rate_passes_through() -> None:
    pcm = sine(500, 8000)
    assert np.array_equal(streamed(pcm, 8000, 8000, 160), pcm)
    assert resample(pcm, 8000, 8000) is pcm


def test_resampler_can_be_used_again_after_flush() -> None:
    resampler = Resampler(8000, 16000)
    first = np.concatenate([resampler.push(sine(1000, 8000)), resampler.flush()])
    second = np.concatenate([resampler.push(sine(1000, 8000)), resampler.flush()])
    assert np.array_equal(first, second)


def test_whole_recording_keeps_its_length() -> None:
    assert len(resample(sine(1000, 22050), 22050, 8000)) == 4000
