"""`voice evaluate callers` as it is typed: alike by processes and on Ray, and mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluation.recordings.evaluated import COSTS

pytestmark = pytest.mark.calls

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
seeds: 2
callers:
  - {name: plan, goal: plan}
  - {name: told_more, goal: plan, facts: ["a free telephone"], line: bad}
"""


def voice(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voice", "evaluate", "callers", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "suite.yaml").write_text(SUITE)
    COSTS.save(tmp_path / "costs.json")
    return tmp_path


@pytest.mark.timeout(600)
def test_processes_and_ray_report_the_same_byte_for_byte(folder: Path) -> None:
    pytest.importorskip("ray")
    one = voice(folder, "suite.yaml", "--out", "one")
    assert one.returncode == 0, one.stderr
    assert "told_more 0 of 2: not told: a free telephone" in one.stdout
    report = json.loads((folder / "one" / "report.json").read_text())
    assert report["calls"] == 4
    assert report["groups"]["line"]["bad"]["task_success"]["value"] == 0
    assert {"pass_at_2", "pass_hat_2"} <= set(report["figures"])
    ray = voice(folder, "suite.yaml", "--out", "two", "--ray", "local", "--jobs", "1")
    assert ray.returncode == 0, ray.stderr
    same = (folder / "two" / "report.json").read_bytes()
    assert (folder / "one" / "report.json").read_bytes() == same
    again = voice(folder, "suite.yaml", "--out", "one", "--fail-if", "task_success@line=bad < 0.5")
    assert again.returncode == 1
    assert json.loads((folder / "one" / "run.json").read_text())["evaluated_before"] == 4


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("gone.yaml",), "gone.yaml: No such file"),
        (("suite.yaml", "--fail-if", "pass_hat_4 < 1"), "no figure pass_hat_4"),
        (("suite.yaml", "--phrasings", "nowhere"), "nowhere: no phrasings"),
    ],
)
def test_a_mistake_is_one_line_before_anything_is_loaded(
    folder: Path, arguments: tuple[str, ...], reason: str
) -> None:
    done = voice(folder, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("voice: ") and reason in done.stderr
    assert done.stderr.count("\n") == 1
