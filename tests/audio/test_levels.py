"""Levels in dB below full scale."""

from __future__ import annotations

import numpy as np
import pytest

from voice.audio import dbfs, fade_in, fade_out, frame_levels, mixed, peak_dbfs, silence, with_gain


def test_known_levels() -> None:
    square = np.tile(np.array([-32768, 32767], np.int16), 400)
    assert dbfs(square) == pytest.approx(0, abs=0.01)
    assert dbfs(square // 2) == pytest.approx(-6.02, abs=0.01)
    sine = (32767 * np.sin(np.arange(8000) * 2 * np.pi / 8)).astype(np.int16)
    assert dbfs(sine) == pytest.approx(-3.01, abs=0.02)
    assert peak_dbfs(sine) == pytest.approx(0, abs=0.01)


def test_silence_and_nothing_measure_the_floor() -> None:
    assert dbfs(silence(160)) == dbfs(silence(0)) == peak_dbfs(silence(0)) == -100
    assert list(frame_levels(silence(320), 8000)) == [-100, -100]


def test_frames_are_measured_one_by_one_and_a_broken_one_is_left_out() -> None:
    pcm = np.concatenate([silence(160), np.full(160, 3277, np.int16), silence(40)])
    assert frame_levels(pcm, 8000).round(1).tolist() == [-100.0, -20.0]


def test_gain_clips() -> None:
    loud = with_gain(np.array([20000, -20000], np.int16), 6.0206)
    assert loud.tolist() == [32767, -32768]


def test_fades_reach_nothing() -> None:
    pcm = np.full(160, 1000, np.int16)
    assert (fade_out(pcm)[0], fade_out(pcm)[-1]) == (1000, 0)
    assert (fade_in(pcm)[0], fade_in(pcm)[-1]) == (0, 1000)


def test_voices_of_different_length_are_mixed_and_clipped() -> None:
    mix = mixed(np.array([30000, 30000, 1], np.int16), np.array([30000, -30000], np.int16))
    assert mix.tolist() == [32767, 0, 1]
