"""The benchmark of the response step writes what every benchmark writes."""

from __future__ import annotations

import json
from pathlib import Path

import bench_response
from voice.evaluation.figures import BenchmarkResult

MODEL = Path(bench_response.ROOT) / "response_models" / "embedded-en"


def test_scores_become_figures_with_bounds_and_a_row_for_each_intent(tmp_path: Path) -> None:
    plan = bench_response.Score(right=8, milliseconds=[40.0] * 8)
    person = bench_response.Score(right=1, asked_again=1, milliseconds=[60.0] * 4)
    person.wrong["get_bill"] += 2
    result = BenchmarkResult.begin("bench_response")
    bench_response.add_scores(result, {"plan": plan, "person": person})
    result.save(tmp_path / "bench_response.json")

    saved = json.loads((tmp_path / "bench_response.json").read_text())
    assert saved["figures"]["embedded_right"] == 0.75 and saved["n"]["embedded_right"] == 12
    low, high = saved["bounds"]["embedded_right"]
    assert low < 0.75 < high
    assert saved["figures"]["embedded_turn_ms_median"] == 40
    assert "embedded_turn_ms_p95" in saved["too_few"]
    assert saved["rows"][1] == {
        "intent": "person", "n": 4, "right": 1, "asked_again": 1, "wrong": {"get_bill": 2},
    }  # fmt: skip


async def test_what_is_kept_and_what_is_given_up_become_figures() -> None:
    result = BenchmarkResult.begin("bench_response")
    await bench_response.add_engine_times(result, MODEL, cold=1, warm=1, given_up=3)
    assert result.figures["prompt_cache_speedup"] > 1 and result.n["cancel_wait_ms"] == 3
    assert result.figures["cancel_wait_ms"] > 0
