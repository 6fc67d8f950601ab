"""Simulated callers in virtual time: they are served, or their calls say why not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.evaluation.suites.examined import examiner_of
from voice.evaluation.suites.call_result import CallerResult
from voice.evaluation.suites.examiner import CallersExaminer

pytestmark = pytest.mark.calls

CALLERS: list[dict[str, Any]] = [
    {"name": "plan", "goal": "plan"},
    {"name": "block", "goal": "block_sim", "behaviour": ["keys"]},
    {"name": "declines", "goal": "block_sim", "behaviour": ["keys", "declines"]},
    {"name": "stranger", "goal": "balance", "persona": "stranger", "behaviour": ["keys"]},
    {"name": "withheld", "goal": "balance", "persona": "withheld", "behaviour": ["keys"]},
    {"name": "fact", "goal": "plan", "facts": ["{data} gigabytes", "a free telephone"]},
    {"name": "in_a_storm", "goal": "plan", "noise": {"kind": "rumble", "dbfs": -10}},
    {"name": "hesitates", "goal": "plan", "behaviour": ["hesitates"], "noise": "office"},
]


@pytest.fixture(scope="module")
def examiner(tmp_path_factory: pytest.TempPathFactory) -> CallersExaminer:
    return examiner_of(CALLERS, tmp_path_factory.mktemp("examiner"))


def call(examiner: CallersExaminer, name: str, seed: int = 1) -> CallerResult:
    number = [caller["name"] for caller in CALLERS].index(name)
    return examiner.evaluate(number, number, seed)


def test_a_caller_is_served_and_the_same_seed_gives_the_same_call(
    examiner: CallersExaminer,
) -> None:
    first = call(examiner, "plan")
    assert first.success, first
    assert first.turns == 2 and first.voice_to_voice_ms
    assert 0 < first.voice_to_voice_ms[0] < 2000
    assert any("plan" in word for word in first.words if word.startswith("assistant:"))
    assert call(examiner, "plan") == first
    assert call(examiner, "plan", seed=2).words != first.words


def test_what_a_call_changes_is_judged_and_forgotten(examiner: CallersExaminer) -> None:
    assert call(examiner, "block").success
    assert call(examiner, "declines").success
    assert call(examiner, "block").success


def test_who_cannot_prove_who_they_are_gets_a_person(examiner: CallersExaminer) -> None:
    stranger = call(examiner, "stranger")
    assert stranger.success, stranger
    assert call(examiner, "withheld").turns > 2


def test_a_fact_that_was_not_told_is_a_failure(examiner: CallersExaminer) -> None:
    assert call(examiner, "fact").failures == ("not told: a free telephone",)


def test_a_caller_who_is_drowned_out_is_not_served(examiner: CallersExaminer) -> None:
    assert not call(examiner, "in_a_storm").success


def test_pauses_and_noise_are_got_over(examiner: CallersExaminer) -> None:
    assert any(call(examiner, "hesitates", seed).success for seed in (1, 2, 3))


def test_a_task_and_its_result_are_lines_of_json(examiner: CallersExaminer) -> None:
    line = examiner.examine(json.dumps({"index": 7, "caller": 0, "seed": 1}))
    assert "\n" not in line
    assert json.loads(line)["index"] == 7
    assert json.loads(line)["groups"]["line"] == "clean"
