"""Turns that are searched together have one ratio a round; the first round only warms up."""

from __future__ import annotations

from pathlib import Path

from voice.audio import read_wav, resample
from voice.evaluation.people.batch_speed import batch_speedups


def test_each_round_but_the_first_has_its_ratio(
    people: Path, embedded_recogniser_path: Path
) -> None:
    samples, rate = read_wav(people / "digits" / "1_ann_0.wav")
    turns = [resample(samples, rate, 16000)] * 2
    ratios = batch_speedups(str(embedded_recogniser_path), [turns] * 3, beam_size=1)
    assert len(ratios) == 2
    assert all(ratio > 0 for ratio in ratios)
