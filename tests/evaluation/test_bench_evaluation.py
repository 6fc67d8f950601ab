"""The benchmark of evaluation: what it speaks, and what it says when it cannot go on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from voice.errors import VoiceError
from voice.evaluation.callers import SCENARIOS

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench_evaluation.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_evaluation", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_evaluation"] = module
    spec.loader.exec_module(module)
    return module


def test_a_full_run_has_what_the_figures_need(bench: ModuleType) -> None:
    full = bench.EXTENTS["full"]
    assert full.short_calls >= 1000
    assert full.sip_calls >= 20
    assert full.limit_seconds < 30 * 60 and bench.EXTENTS["quick"].limit_seconds < 2 * 60
    assert set(bench.SCENARIOS) <= set(SCENARIOS)


def test_each_sentence_leaves_time_for_an_answer(bench: ModuleType) -> None:
    sound = bench._with_pauses([np.ones(100, np.int16), np.ones(50, np.int16)])
    pause = round(bench.PAUSE_SECONDS * bench.SAMPLE_RATE)
    assert len(sound) == 150 + 2 * pause
    assert sound[100 : 100 + pause].max() == 0


async def test_a_command_that_fails_is_one_line(bench: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="nowhere: no such file or folder"):
        await bench.voice("evaluate", "recordings", "nowhere", folder=tmp_path)
