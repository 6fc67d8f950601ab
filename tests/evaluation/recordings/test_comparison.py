"""Two runs side by side: paired by name, and honest about chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from voice.errors import VoiceError
from voice.evaluation.intervals import ratio_difference
from voice.evaluation.recordings.call_result import CallResult, TurnResult
from voice.evaluation.recordings.comparison import compare
from voice.evaluation.word_errors import WordErrors


def call(index: int, edits: int, words: int = 10, dialect: str = "a", **more: Any) -> CallResult:
    values: dict[str, Any] = {
        "groups": {"dialect": dialect}, "errors": WordErrors(edits, 0, 0, words),
        "recognised": "x" * edits, "turns": (TurnResult(0, 1, voice_to_voice_ms=500.0 + edits),),
    }  # fmt: skip
    return CallResult(index, f"{index}.wav", "", **{**values, **more})


def test_an_improvement_everywhere_is_beyond_chance() -> None:
    before = [call(index, 4 + index % 3) for index in range(40)]
    after = [call(index, 2 + index % 3) for index in range(40)]
    changes = compare(before, after)
    assert changes["recordings"] == changes["with_other_texts"] == 40
    assert changes["wer"]["change"]["value"] == pytest.approx(-0.2)
    assert changes["wer"]["beyond_chance"] is True
    assert changes["groups"]["dialect a"]["change"]["value"] == pytest.approx(-0.2)
    assert changes["voice_to_voice_median_ms"] == [505.0, 503.0]


def test_one_call_more_or_less_may_be_chance() -> None:
    before = [call(index, 3) for index in range(20)]
    after = [call(index, 2 if index == 7 else 3) for index in range(20)]
    changes = compare(before, after)
    assert changes["wer"]["beyond_chance"] is False
    assert changes["most_changed"] == [{"name": "7.wav", "before": 0.3, "after": 0.2}]


def test_only_common_recordings_count_in_whatever_order() -> None:
    before = [call(index, 1) for index in (0, 1, 2, 3)]
    after = [call(index, 2) for index in (5, 3, 2, 0)]
    assert compare(before, after)["recordings"] == 3


def test_nothing_in_common_is_an_error() -> None:
    with pytest.raises(VoiceError, match="no recording in common"):
        compare([call(0, 1)], [call(1, 1)])


def test_goals_that_were_met_are_counted_in_both() -> None:
    before = [call(0, 1, task_success=False), call(1, 1, task_success=True), call(2, 1)]
    after = [call(0, 1, task_success=True), call(1, 1, task_success=True), call(2, 1)]
    assert compare(before, after)["task_success"] == {"calls": 2, "before": 1, "after": 2}


def test_calls_without_references_are_compared_by_text_alone() -> None:
    before = [call(0, 1, errors=None, recognised="a")]
    changes = compare(before, [call(0, 1, errors=None, recognised="b")])
    assert (changes["wer"], changes["with_other_texts"]) == (None, 1)


def test_what_pairs_have_in_common_cancels_out() -> None:
    random = np.random.default_rng(5)
    words = random.integers(5, 40, 200)
    hard = random.binomial(words, random.uniform(0, 0.8, 200))
    better = np.maximum(hard - random.binomial(1, 0.3, 200), 0)
    before, after, spoken = hard.tolist(), better.tolist(), words.tolist()
    found = ratio_difference((before, spoken), (after, spoken))
    assert found.low < found.value < found.high < 0
    assert found.high - found.low < 0.01
