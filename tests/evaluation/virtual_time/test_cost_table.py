"""The cost table: its fit on measured jobs, its file, and what is wrong with a wrong one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from voice.errors import ConfigError
from voice.evaluation.virtual_time import CostTable
from voice.evaluation.virtual_time.calibration import fit
from voice.evaluation.virtual_time.queues import Job

GOOD = {
    "recognition": {"job": 10.0, "frame": 0.5, "token": 2.0},
    "response": {"job": 1.0, "prompt_token": 0.0, "token": 3.0},
    "speech": {"clause": 5.0, "second": 20.0},
    "turns": {"job": 35.0},
}


def jobs(count: int = 60, stalls: int = 0) -> list[Job]:
    random = np.random.default_rng(3)
    made = []
    for number in range(count):
        work = {"frame": float(random.integers(100, 900)), "token": float(random.integers(2, 30))}
        took = (4 + 0.02 * work["frame"] + 0.6 * work["token"]) / 1000
        took *= 1 + random.normal(0, 0.02)
        made.append(Job(work, took + (0.5 if number < stalls else 0.0), took, 0.0))
    return made


@pytest.mark.parametrize("stalls", [0, 6])
def test_the_fit_finds_what_each_unit_takes(stalls: int) -> None:
    found = fit(jobs(stalls=stalls), ("job", "frame", "token")).milliseconds
    assert found["frame"] == pytest.approx(0.02, rel=0.1)
    assert found["token"] == pytest.approx(0.6, rel=0.1)


def test_no_unit_takes_less_than_nothing() -> None:
    same = [Job({"frame": frames, "token": 5.0}, 0.01, 0.01, 0.0) for frames in range(1, 40)]
    assert min(fit(same, ("job", "frame", "token")).milliseconds.values()) >= 0


def test_too_few_jobs_cost_nothing() -> None:
    assert fit(jobs(2), ("job", "frame")).milliseconds == {"job": 0.0, "frame": 0.0}


def test_a_table_comes_back_from_its_file(tmp_path: Path) -> None:
    table = CostTable(GOOD, "a machine", {"speech": "a voice"}, {"speech": 9}, {"speech": 3.0})
    table.save(tmp_path / "deep" / "costs.json")
    assert CostTable.load(tmp_path / "deep" / "costs.json") == table


def test_a_missing_table_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="voice evaluate calibrate"):
        CostTable.load(tmp_path / "costs.json")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"milliseconds": {}}),
        json.dumps({"milliseconds": {**GOOD, "speech": {"clause": -1, "second": 1}}}),
        json.dumps({"milliseconds": {**GOOD, "speech": {"clause": True, "second": 1}}}),
        json.dumps({"milliseconds": {**GOOD, "speech": {"clause": float("nan"), "second": 1}}}),
        json.dumps({**asdict(CostTable(GOOD)), "more": 1}),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "costs.json").write_text(text)
    with pytest.raises(ConfigError, match=r"costs\.json: not a cost table"):
        CostTable.load(tmp_path / "costs.json")
