"""pass@k and pass^k by hand, and what a report says of calls."""

from __future__ import annotations

import pytest

from voice.errors import ConfigError
from voice.evaluation.recordings.limits import parse_limit
from voice.evaluation.suites.call_result import CallerResult
from voice.evaluation.suites.summary import (
    figure_keys,
    pass_at,
    pass_hat,
    powers_up_to,
    summarised,
)


def call(index: int, caller: str, seed: int, *failures: str, line: str = "clean") -> CallerResult:
    groups = {"caller": caller, "line": line}
    return CallerResult(
        failures, index=index, caller=caller, seed=seed, groups=groups, turns=2,
        voice_to_voice_ms=(500.0, 700.0),
    )  # fmt: skip


RESULTS = [
    call(0, "sure", 1),
    call(1, "sure", 2),
    call(2, "unsure", 1, "not told: 42.17 euros", line="bad"),
    call(3, "unsure", 2, line="bad"),
]


def test_pass_at_k_and_pass_hat_k_are_drawn_without_replacement() -> None:
    assert pass_at(1, 4, 3) == pass_hat(1, 4, 3) == 0.75
    assert pass_at(2, 4, 1) == pytest.approx(1 - 3 / 6)
    assert pass_hat(2, 4, 3) == pytest.approx(3 / 6)
    assert (pass_at(4, 4, 1), pass_hat(4, 4, 3)) == (1, 0)
    assert (pass_at(2, 4, 0), pass_hat(2, 4, 4)) == (0, 1)
    assert powers_up_to(1) == [1]
    assert powers_up_to(9) == [1, 2, 4, 8]


def test_a_report_counts_calls_callers_and_groups() -> None:
    report = summarised(RESULTS, 2, 1, {"report": "callers"})
    figures = {key: figure["value"] for key, figure in report["figures"].items()}
    assert figures["task_success"] == 0.75
    assert figures["pass_at_2"] == 1
    assert figures["pass_hat_2"] == 0.5
    assert figures["voice_to_voice_median_ms"] == 600
    assert set(report["figures"]) == set(figure_keys(2))
    assert report["groups"]["line"]["bad"]["task_success"]["value"] == 0.5
    [sure, unsure] = report["callers"]
    assert (sure["successes"], unsure["successes"]) == (2, 1)
    assert unsure["failures"] == {"not told: 42.17 euros": 1}
    assert [failed["seed"] for failed in report["failed"]] == [1]


def test_limits_hold_on_the_figures_of_a_suite() -> None:
    report = summarised(RESULTS, 2, 1, {})
    keys = figure_keys(2)
    assert parse_limit("pass_hat_2 < 0.9", keys, "task_success").is_broken(report)
    assert not parse_limit("task_success@line=clean < 90 %", keys, "task_success").is_broken(report)
    with pytest.raises(ConfigError, match="no figure pass_hat_4"):
        parse_limit("pass_hat_4 < 1", keys, "task_success")
    with pytest.raises(ConfigError, match="only task_success is measured by group"):
        parse_limit("pass_at_2@line=bad < 1", keys, "task_success")
