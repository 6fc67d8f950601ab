"""The benchmark of evaluation: what it speaks, and what it says when it cannot go on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import bench_evaluation
from voice.errors import VoiceError
from voice.evaluation.batch.run import TASKS_PER_WORKER
from voice.evaluation.callers import SCENARIOS
from voice.evaluation.suites.suite_file import load_suite


def test_a_full_run_has_what_the_figures_need() -> None:
    full = bench_evaluation.EXTENTS["full"]
    assert full.short_calls >= bench_evaluation.WHOLE_LIFE == TASKS_PER_WORKER
    assert full.sip_calls >= 20
    assert full.seeds * len(load_suite("demo").callers) >= 500
    assert full.limit_seconds < 30 * 60 and bench_evaluation.EXTENTS["quick"].limit_seconds < 2 * 60
    assert set(bench_evaluation.SCENARIOS) <= set(SCENARIOS)


def test_each_sentence_leaves_time_for_an_answer() -> None:
    sound = bench_evaluation._with_pauses([np.ones(100, np.int16), np.ones(50, np.int16)])
    pause = round(bench_evaluation.PAUSE_SECONDS * bench_evaluation.SAMPLE_RATE)
    assert len(sound) == 150 + 2 * pause
    assert sound[100 : 100 + pause].max() == 0


def test_the_speed_of_a_run_is_that_of_loaded_workers(tmp_path: Path) -> None:
    for number in range(5):
        file = tmp_path / "calls" / "0000" / f"{number}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (1000 + number / 2, 1000 + number / 2))
    assert bench_evaluation.calls_per_second(tmp_path) == 2


async def test_a_command_that_fails_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="nowhere: no such file or folder"):
        await bench_evaluation.voice("evaluate", "recordings", "nowhere", folder=tmp_path)
