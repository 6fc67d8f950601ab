"""`--fail-if`: what it understands, what it refuses, and what it decides."""

from __future__ import annotations

import pytest

from voice.errors import ConfigError
from voice.evaluation.recordings.limits import parse_limit

REPORT = {"figures": {"wer": {"value": 0.25}, "voice_to_voice_p95_ms": {"value": 900.0}}}


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("wer > 0.25", False),
        ("wer >= 0.25", True),
        ("wer>20%", True),
        (" wer < 0.3 ", True),
        ("voice_to_voice_p95_ms > 1000", False),
        ("voice_to_voice_p95_ms <= 900", True),
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
    ],
)
def test_a_wrong_limit_says_what_was_expected(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse_limit(text)


def test_a_figure_that_was_not_measured_is_no_pass() -> None:
    with pytest.raises(ConfigError, match="was not measured"):
        parse_limit("task_success < 0.9").is_broken(REPORT)
