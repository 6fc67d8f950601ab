"""Whether a model goes live is decided by what it does for those it is meant for, and to others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluation.recordings.test_comparison import call
from voice.errors import ConfigError
from voice.evaluation.recordings.call_result import CallResult
from voice.evaluation.recordings.comparison import compare
from voice.evaluation.recordings.decision import ReleaseDecision, decide


def calls(edits: int, dialect: str, count: int = 40, **more: Any) -> list[CallResult]:
    first = 1000 * (len(dialect) + ord(dialect[0]))
    return [call(first + index, edits + index % 2, 10, dialect, **more) for index in range(count)]


def decided(
    before: list[CallResult], after: list[CallResult], *args: Any, **options: Any
) -> ReleaseDecision:
    return decide(compare(before, after), *args, **options)


def test_a_better_model_that_harms_nobody_goes_live() -> None:
    decision = decided(calls(5, "sw") + calls(1, "en"), calls(2, "sw") + calls(1, "en"))

    assert decision.goes_live
    assert decision == ReleaseDecision(against=[], unsure=[])


def test_a_model_that_is_not_better_beyond_chance_stays_out() -> None:
    before = calls(3, "sw")

    decision = decided(before, before)

    assert not decision.goes_live
    assert decision.against == ["all: errors did not fall beyond chance (+0.0%)"]


def test_better_for_those_it_is_meant_for_is_enough() -> None:
    """What it does for the others, who stay with the base, would hide it."""
    before = calls(5, "sw", 20) + calls(1, "en", 400)
    after = calls(4, "sw", 20) + calls(1, "en", 400)

    assert decided(before, after, "dialect=sw").goes_live
    assert decided(before, before, "dialect=sw").against == [
        "dialect sw: errors did not fall beyond chance (+0.0%)"
    ]


def test_a_group_that_is_worse_off_speaks_against_it() -> None:
    before, after = calls(5, "sw", 200) + calls(1, "en"), calls(2, "sw", 200) + calls(2, "en")

    assert decided(before, after).against == ["dialect en: +10.0% errors"]
    assert decided(before, after, harm_points=11.0).goes_live


def test_harm_that_may_be_chance_speaks_against_it_as_well() -> None:
    before = calls(5, "sw", 200) + [call(index, 1, 10, "en") for index in range(20)]
    after = calls(2, "sw", 200)
    after += [call(index, 4 if index == 7 else 1, 10, "en") for index in range(20)]

    assert decided(before, after).against == ["dialect en: +1.5% errors, which may be chance"]


def test_harm_that_so_few_recordings_cannot_rule_out_is_named() -> None:
    before = calls(5, "sw", 200) + [call(index, 1 + index % 2, 10, "en") for index in range(6)]
    after = calls(2, "sw", 200) + [call(index, 1 + (index + 1) % 2, 10, "en") for index in range(6)]

    decision = decided(before, after)

    assert decision.goes_live
    (reason,) = decision.unsure
    assert reason.startswith("dialect en: up to +") and reason.endswith("% errors are possible")


def test_goals_that_are_missed_speak_against_it() -> None:
    before = calls(5, "sw", task_success=True)
    after = calls(2, "sw", task_success=True)
    after[0] = call(int(after[0].index), 2, 10, "sw", task_success=False)

    assert decided(before, after).against == ["goals met: 39 instead of 40 of 40"]


def test_without_any_text_nothing_is_decided() -> None:
    mute = [call(index, 0, errors=None) for index in range(3)]

    assert decided(mute, mute).against == ["no recording has a text to judge by"]


def test_a_group_that_is_not_there_is_named() -> None:
    before = calls(5, "sw-KE")

    with pytest.raises(ConfigError, match=r"--group dialect=sw-TZ: .*did you mean dialect=sw-KE\?"):
        decided(before, before, "dialect=sw-TZ")
