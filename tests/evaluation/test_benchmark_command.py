"""All benchmarks take the same arguments, leave the same files, and end with the same status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.figures import BenchmarkResult

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.name for path in (ROOT / "scripts").glob("bench_*.py"))


def test_quick_is_what_is_done_unless_full_is_wanted() -> None:
    parser = arguments("A benchmark.")
    assert [extent_of(parser.parse_args(words)) for words in ([], ["--quick"], ["--full"])] == [
        "quick", "quick", "full",
    ]  # fmt: skip
    with pytest.raises(SystemExit):
        parser.parse_args(["--quick", "--full"])


def test_figures_are_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "bench.json"
    options = arguments("A benchmark.").parse_args(["--json", str(file)])
    result = BenchmarkResult.begin("bench")
    result.count("calls", 3, 3)
    assert concluded(result, options) == 0
    assert "calls" in capsys.readouterr().out
    assert json.loads(file.read_text())["figures"] == {"calls": 3}
    result.rows.append({"stopped": "out of time"})
    assert concluded(result, options) == 1


def test_the_status_is_that_of_the_benchmark_or_of_ctrl_c() -> None:
    async def ends() -> int:
        return 1

    async def interrupted() -> int:
        raise KeyboardInterrupt

    for main, status in ((ends, 1), (interrupted, 130)):
        with pytest.raises(SystemExit) as left:
            run_benchmark(main)
        assert left.value.code == status


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_benchmark_says_what_it_takes(script: str) -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / script), "--help"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert {"--quick", "--full", "--json"} <= set(told.stdout.replace(",", " ").split())


def test_without_recorded_people_the_benchmark_of_recognition_says_so_in_one_line(
    tmp_path: Path,
) -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "bench_recognition.py"), "--quick"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "VOICE_TEST_DATA": str(tmp_path / "nowhere")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    (line,) = told.stderr.strip().splitlines()
    assert "VOICE_TEST_DATA has to name a folder" in line
