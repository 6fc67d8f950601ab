"""The benchmark of the response step writes what every benchmark writes."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from voice.evaluation.figures import BenchmarkResult

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench_response.py"


def test_scores_become_figures_with_bounds_and_a_row_for_each_intent(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("bench_response", SCRIPT)
    assert spec is not None and spec.loader is not None
    bench = sys.modules["bench_response"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)

    plan = bench.Score(right=8, milliseconds=[40.0] * 8)
    person = bench.Score(right=1, asked_again=1, milliseconds=[60.0] * 4)
    person.wrong["get_bill"] += 2
    result = BenchmarkResult.begin("bench_response")
    bench.add_scores(result, {"plan": plan, "person": person})
    result.save(tmp_path / "bench_response.json")

    saved = json.loads((tmp_path / "bench_response.json").read_text())
    assert saved["figures"]["right"] == 0.75 and saved["n"]["right"] == 12
    low, high = saved["bounds"]["right"]
    assert low < 0.75 < high
    assert saved["figures"]["turn_ms_median"] == 40 and "turn_ms_p95" in saved["too_few"]
    assert saved["rows"][1] == {
        "intent": "person", "n": 4, "right": 1, "asked_again": 1, "wrong": {"get_bill": 2},
    }  # fmt: skip
