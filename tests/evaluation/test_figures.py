"""The file that a benchmark leaves."""

from __future__ import annotations

import json
import math
import os
import subprocess
from pathlib import Path

import pytest

from voice.errors import VoiceError
from voice.evaluation.figures import MEDIAN_TURNS, BenchmarkResult
from voice.evaluation.intervals import percentile, rate


def test_the_file_has_figures_bounds_counts_and_where_it_was_run(tmp_path: Path) -> None:
    result = BenchmarkResult.begin("bench_call")
    result.add("task_success", rate(19, 20))
    result.add("voice_to_voice_median_ms", percentile([], 50))
    result.count("cut_ins", 2, 60)
    result.count("loop_stall_p999_ms", math.nan, 0)
    result.save(tmp_path / "benchmarks" / "call.json")

    saved = json.loads((tmp_path / "benchmarks" / "call.json").read_text())
    assert saved["figures"] == {"task_success": 0.95, "cut_ins": 2}
    assert saved["bounds"]["task_success"][0] < 0.95 < saved["bounds"]["task_success"][1]
    assert saved["n"] == {"task_success": 20, "cut_ins": 60}
    assert saved["bench"] == "bench_call" and saved["commit"] and "cores" in saved["machine"]
    assert set(saved["load"]) == {"start", "end"}


def test_a_changed_file_marks_the_commit_and_a_result_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, result = tmp_path / "code.py", tmp_path / "benchmarks" / "bench_call.json"
    result.parent.mkdir()
    for file in (code, result):
        file.write_text("1")
    for command in ("init -q", "add .", "-c user.name=x -c user.email=x@y commit -q -m x"):
        subprocess.run(["git", *command.split()], check=True)

    result.write_text("2")
    clean = BenchmarkResult.begin("bench_call").commit
    code.write_text("2")
    assert BenchmarkResult.begin("bench_call").commit == f"{clean}-dirty"
    assert not clean.endswith("-dirty")


def test_more_load_than_cores_is_contended(monkeypatch: pytest.MonkeyPatch) -> None:
    load = [0.1]
    monkeypatch.setattr(os, "getloadavg", lambda: (load[0], 0.0, 0.0))
    result = BenchmarkResult.begin("bench_call")
    assert not result.contended
    load[0] = (os.cpu_count() or 1) + 0.5
    result.end()
    assert not result.contended
    result.note_contention()
    load[0] = 0.2
    result.note_contention()
    result.end()
    assert result.contended and result.load == {"start": 0.1, "end": 0.2}


def test_a_figure_of_few_observations_says_so() -> None:
    result = BenchmarkResult.begin("bench_call")
    result.add("task_success", rate(2, 2))
    result.add("voice_to_voice_median_ms", percentile([800.0] * 59, 50), MEDIAN_TURNS)
    result.add("word_error_rate", rate(1, 20))
    assert "(too few)" in result.lines()[0] and "n = 2" in result.lines()[0]
    assert result.too_few == ["task_success", "voice_to_voice_median_ms"]


@pytest.mark.parametrize("trouble", [VoiceError("the service is gone"), TimeoutError()])
async def test_what_stops_a_benchmark_is_a_row_and_the_figures_stay(trouble: Exception) -> None:
    result = BenchmarkResult.begin("bench_call")
    async with result.measured_within(30):
        result.count("runs", 1, 1)
        raise trouble
    assert not result.complete
    assert result.figures == {"runs": 1}
    assert result.rows == [{"stopped": str(trouble) or "out of time after 30 s"}]


def measured_in_parts(file: Path, accuracy: int, speed: float) -> BenchmarkResult:
    result = BenchmarkResult.begin("bench_recognition")
    with result.part("accuracy"):
        result.add("right", rate(accuracy, 10))
        result.rows.append({"speaker": "anna"})
    with result.part("speed"):
        result.count("speedup", speed, 60)
        result.rows.append({"calls": 8})
    result.save(file)
    return result


def test_a_part_that_is_measured_anew_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    measured_in_parts(file, 5, 4.0)

    again = BenchmarkResult.begin("bench_recognition", file, ["speed"])
    with again.part("speed"):
        again.count("speedup", 6.0, 60)
        again.rows.append({"calls": 1})
    again.save(file)

    saved = json.loads(file.read_text())
    assert saved["figures"] == {"right": 0.5, "speedup": 6.0}
    assert saved["n"] == {"right": 10, "speedup": 60}
    assert set(saved["bounds"]) == {"right"} and saved["too_few"] == ["right"]
    assert saved["rows"] == [
        {"speaker": "anna", "part": "accuracy"}, {"calls": 1, "part": "speed"},
    ]  # fmt: skip
    assert saved["parts"]["speed"]["figures"] == ["speedup"]
    assert saved["parts"]["accuracy"]["commit"] == again.commit


def test_the_load_of_one_part_is_not_that_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = (os.cpu_count() or 1) + 1.0
    load = [busy]
    monkeypatch.setattr(os, "getloadavg", lambda: (load[0], 0.0, 0.0))
    measured_in_parts(tmp_path / "bench.json", 5, 4.0)
    load[0] = 0.1

    result = BenchmarkResult.begin("bench_recognition", tmp_path / "bench.json", ["speed"])
    with result.part("speed"):
        result.count("speedup", 6.0, 60)

    assert result.parts["accuracy"]["contended"] and not result.parts["speed"]["contended"]
    assert result.contended


async def test_a_part_that_was_stopped_is_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    stopped = BenchmarkResult.begin("bench_recognition")
    async with stopped.measured_within(30):
        with stopped.part("speed"):
            stopped.count("speedup", 4.0, 60)
            raise VoiceError("the engine died")
    stopped.save(file)
    assert not stopped.complete and stopped.parts == {}

    again = BenchmarkResult.begin("bench_recognition", file, ["accuracy"])

    assert again.complete and again.figures == {} and again.rows == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"bench": "bench_call", "parts": {}}'])
def test_parts_are_put_into_results_of_the_same_benchmark_only(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(VoiceError, match=r"other\.json: no result of bench_recognition"):
        BenchmarkResult.begin("bench_recognition", tmp_path / "other.json", ["speed"])
