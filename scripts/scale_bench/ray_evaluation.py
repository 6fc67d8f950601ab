"""Evaluation on a Ray cluster of this machine: calls a second by workers, and the same report."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from bench_evaluation import EXTENTS, EvaluationBench, calls_per_second, voice
from voice.evaluation.figures import BenchmarkResult

WORKERS = (1, 2)
REPORTS = ("report.json", "report.html")


async def add(result: BenchmarkResult, quick: bool) -> None:
    """Whole calls with the embedded models, one core for each worker."""
    with tempfile.TemporaryDirectory(prefix="voice-bench-") as scratch:
        folder = Path(scratch)
        bench = EvaluationBench(EXTENTS["quick" if quick else "full"], folder, result)
        await voice("evaluate", "calibrate", "--out", "costs.json", folder=folder)
        await bench.speak_recordings()
        alone = await bench.evaluate(folder / "recordings", "alone", 1)
        speeds, same = {}, 0
        for workers in WORKERS:
            name = f"ray-{workers}"
            out = await bench.evaluate(folder / "recordings", name, workers, "--ray", "local")
            result.note_contention()
            speeds[workers] = calls_per_second(out)
            same += _is_same(alone, out)
            result.rows.append({"workers": workers, "calls_per_second": round(speeds[workers], 2)})
        calls = json.loads((alone / "run.json").read_text())["calls"]
        result.count("ray_scaling_1_to_2", round(speeds[2] / speeds[1], 2), calls)
        result.count("ray_same_report", float(same == len(WORKERS)), len(WORKERS) * len(REPORTS))


def _is_same(first: Path, second: Path) -> bool:
    return all((first / name).read_bytes() == (second / name).read_bytes() for name in REPORTS)
