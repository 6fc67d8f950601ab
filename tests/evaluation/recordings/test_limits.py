"""`--fail-if`: what it understands, what it refuses, and what it decides."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.evaluation.recordings.limits import check_limits, parse_limit
from voice.evaluation.recordings.manifest import ListedRecording

REPORT = {
    "figures": {
        "wer": {"value": 0.25, "n": 9},
        "voice_to_voice_p95_ms": {"value": 900.0, "n": 9},
    },
    "groups": {
        "dialect": {
            "Indian": {"wer": {"value": 0.35, "n": 4}},
            "New Zealand": {"wer": {"value": 0.1, "n": 5}},
        }
    },
}


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("wer > 0.25", False),
        ("wer >= 0.25", True),
        ("wer>20%", True),
        (" wer < 0.3 ", True),
        ("voice_to_voice_p95_ms > 1000", False),
        ("voice_to_voice_p95_ms <= 900", True),
        ("wer@dialect=Indian > 0.3", True),
        ("wer@dialect=Indian > 40 %", False),
        ("wer @ Dialect = new zealand >= 10%", True),
    ],
)
def test_a_limit_is_broken_or_not(text: str, broken: bool) -> None:
    assert parse_limit(text).is_broken(REPORT) is broken


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("wer", "expected for instance"),
        ("wer = 1", "expected for instance"),
        ("wer > much", "expected for instance"),
        ("weer > 1", "did you mean wer"),
        ("happiness < 1", "known: wer, "),
        ("wer@dialect > 1", "expected for instance"),
        ("miss_rate@dialect=Indian > 1", "only wer is measured by group"),
    ],
)
def test_a_wrong_limit_says_what_was_expected(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_limit(text)


def test_a_figure_that_was_not_measured_is_no_pass() -> None:
    with pytest.raises(ConfigError, match="was not measured"):
        parse_limit("task_success < 0.9").is_broken(REPORT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("wer@dialekt=Indian > 0.3", "no column dialekt .did you mean dialect"),
        ("wer@dialect=Indien > 0.3", "no dialect is Indien .did you mean Indian"),
        ("wer@dialect=Scottish > 0.3", "known: Indian, New Zealand"),
    ],
)
def test_a_group_that_is_not_there_is_no_pass(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_limit(text).is_broken(REPORT)


SAID = ListedRecording(0, "a", Path("a.wav"), "hello", {"dialect": "Indian"})
UNKNOWN = ListedRecording(1, "b", Path("b.wav"), None, {"dialect": "Irish"})


@pytest.mark.parametrize(
    ("text", "recordings", "only_recognition", "reason"),
    [
        ("wer > 0.3", [UNKNOWN], False, "wer is measured by recordings with a reference"),
        ("wer@dialect=Indiana > 0.3", [SAID], False, "no dialect is Indiana .did you mean Indian"),
        ("wer@dialect=Irish > 0.3", [SAID, UNKNOWN], True, "no dialect is Irish .known: Indian"),
        ("wer@dialekt=Indian > 0.3", [SAID], False, "no column dialekt .did you mean dialect"),
        ("wer@dialect=Indian > 0.3", [UNKNOWN], False, "by recordings with a reference"),
        ("task_success < 0.9", [SAID], False, "by whole calls with a goal"),
        ("miss_rate > 0.1", [SAID], True, "by whole calls, without --only recognition"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_the_run(
    text: str, recordings: list[ListedRecording], only_recognition: bool, reason: str
) -> None:
    with pytest.raises(ConfigError, match=f"^--fail-if {re.escape(text)}: .*{reason}"):
        check_limits([parse_limit(text)], recordings, only_recognition)


def test_what_can_be_measured_is_waited_for() -> None:
    goal = replace(SAID, goal="act=plan")
    whole = ["wer > 0.3", "wer@Dialect=indian > 0.3", "miss_rate > 0.1", "task_success < 0.9"]
    check_limits([parse_limit(text) for text in whole], [UNKNOWN, goal], False)
    check_limits([parse_limit(text) for text in whole[:2]], [UNKNOWN, goal], True)
    check_limits([parse_limit("failure_rate > 0.1")], [UNKNOWN], True)


def test_a_limit_says_what_it_is() -> None:
    for text in ("wer > 0.25", "wer@dialect=New Zealand >= 0.1"):
        assert str(parse_limit(text)) == text
