"""Utterances by level alone: their ends, their pauses, and noise that is none."""

from __future__ import annotations

import numpy as np

from voice.evaluation.recordings.utterances import SpeechStretch, utterances

QUIET, SPEECH, FADING, CLICK = -70.0, -15.0, -57.0, -20.0


def frames(*parts: tuple[float, float]) -> list[float]:
    """Levels in dBFS with how many seconds each lasts."""
    return [level for level, seconds in parts for _ in range(round(seconds * 50))]


def test_one_utterance_ends_with_its_last_sound_above_40_db() -> None:
    found = utterances(frames((QUIET, 1), (SPEECH, 2), (FADING, 0.3), (QUIET, 1)))
    assert found == [SpeechStretch(1000, 3000)]


def test_a_short_pause_lies_within_a_long_one_between() -> None:
    levels = frames((SPEECH, 1), (QUIET, 0.9), (SPEECH, 1), (QUIET, 1.1), (SPEECH, 1))
    assert utterances(levels) == [SpeechStretch(0, 2900), SpeechStretch(4000, 5000)]


def test_a_click_is_no_utterance() -> None:
    assert utterances(frames((QUIET, 1), (CLICK, 0.04), (QUIET, 2))) == []


def test_noise_is_left_out() -> None:
    noise = list(np.random.default_rng(1).normal(-40, 1.5, 200))
    found = utterances([*noise, *frames((SPEECH, 1)), *noise])
    assert found == [SpeechStretch(4000, 5000)]


def test_nothing_at_all() -> None:
    assert utterances([]) == utterances(frames((-100.0, 3))) == []
