"""What becomes of calls in the file of figures; synthetic calls with known times."""

from __future__ import annotations

import pytest

from tests.evaluation.synthetic_call import BEGAN, answer, at, exchange, report, run, spoken
from voice.evaluation.busy_load import LoadOutcome, is_dropped
from voice.evaluation.call_figures import (
    add_latency,
    add_load,
    add_real_latency,
    add_success,
    row_of,
)
from voice.evaluation.callers import GaveUp
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.judge import CallVerdict
from voice.evaluation.measured_call import MeasuredCall, measure
from voice.evaluation.report import CpuTimes
from voice.evaluation.trial_call import TrialCall
from voice.events import CallEnded, ToolCalled
from voice.telemetry import Stalls


def call(answer_after: float = 0.6, turns: int = 1, tool: bool = True) -> MeasuredCall:
    """Turns of one second, ten seconds apart, each answered so late."""
    told, runs, events = [], [run(0.3, 1.0)], []
    for number in range(turns):
        end = 2.0 + 10 * number
        told.append(spoken(end - 1, end))
        turn = exchange(end, "how much")
        turn[-1] = answer(end + answer_after - 0.05, act="balance")
        events += [*turn[:2], *([at(end + 0.52, ToolCalled, tool="get_bill")] * tool), *turn[2:]]
        runs.append(run(end + answer_after, end + answer_after + 1))
    return measure(report(told, runs), events)


def ended(by: str) -> MeasuredCall:
    held = call()
    end = at(30, CallEnded, reason="over", by=by)
    return MeasuredCall(held.report, (*held.events, end), held.turns)


def begun() -> BenchmarkResult:
    return BenchmarkResult.begin("bench_call")


def test_the_median_is_of_one_call_and_the_95th_percentile_of_all() -> None:
    result = begun()
    add_latency(result, [call(0.6, 3)], [call(1.6, 3), call(1.6, 3, tool=False)])
    assert result.figures["voice_to_voice_median_ms"] == pytest.approx(600)
    assert result.figures["voice_to_voice_p95_ms"] == pytest.approx(1600)
    assert result.figures["voice_to_voice_p95_ms_of_1_call"] == pytest.approx(600)
    assert result.n["voice_to_voice_median_ms"] == 3 and result.n["voice_to_voice_p95_ms"] == 9
    assert {"voice_to_voice_median_ms", "voice_to_voice_p95_ms"} <= set(result.too_few)
    assert result.figures["cut_ins"] == result.figures["misses"] == 0
    assert result.n["cut_ins"] == result.n["misses"] == 9
    assert result.rows == [{"kind": "balance", "n": 3, "voice_to_voice_median_ms": 600}]


def test_the_first_call_stands_beside_those_that_follow() -> None:
    result = begun()
    add_real_latency(result, [call(answer_after=0.9)], [call(turns=3)])
    figures = result.figures
    assert figures["real_first_call_median_ms"] == pytest.approx(900)
    assert figures["real_voice_to_voice_median_ms"] == pytest.approx(600)
    assert figures["real_voice_to_voice_p95_ms"] == pytest.approx(600)
    assert figures["real_misses"] == figures["real_cut_ins"] == 0
    assert result.n["real_call_word_error_rate"] == 4
    assert "real_voice_to_voice_p95_ms" in result.too_few


def test_the_shares_of_the_stages_are_the_whole() -> None:
    result = begun()
    add_latency(result, [call(0.6, 2)], [call(3.0)])
    stages = ("end_of_turn", "recognition", "response", "synthesis", "output", "line")
    assert sum(result.figures[f"share_{stage}"] for stage in stages) == pytest.approx(1, abs=0.005)
    assert result.figures["share_end_of_turn"] == pytest.approx(500 / 600, abs=0.001)
    assert result.figures["share_of_turns_with_tool"] == 1


def test_what_is_no_answer_is_reported_apart() -> None:
    told = report([spoken(1, 2)], [run(0.3, 1.0), run(3.2, 4.2)])
    events = exchange(2, "how much")
    events[-1:] = [answer(2.6, "One moment.", 0.4, kind="filler"), answer(3.15)]
    result = begun()
    add_latency(result, [measure(told, events)], [])
    assert result.figures["greeting_median_ms"] == pytest.approx(300)
    assert result.figures["fillers"] == 1 and result.figures["reprompts"] == 0
    assert result.figures["voice_to_voice_median_ms"] == pytest.approx(1200)


def test_calls_at_once_are_counted_as_they_were() -> None:
    calls = [ended("caller"), ended("assistant"), ended("caller")]
    calls[2].report.answered = calls[2].report.ended = BEGAN + 100
    calls[0].report.packet_gaps_ms = [20.0] * 99 + [40.0]
    stalls = Stalls({0: 999, 40: 1})
    load = LoadOutcome((*calls, None), ("refused",), (stalls,), CpuTimes(30, 60), 60.0)
    result = begun()
    add_load(result, "", load, "SCHED_RR")
    assert result.figures["concurrent_calls"] == 2, "the third one began when the others were over"
    assert result.figures["dropped_calls"] == 1 and result.n["dropped_calls"] == 4
    assert 20 <= result.figures["rtp_gap_p99_ms"] <= 40
    assert result.figures["loop_stall_p999_ms"] == 0.5
    assert result.figures["loop_stall_max_ms"] == 20.5
    (row,) = result.rows
    assert row["audio_priority"] == "SCHED_RR" and row["faults"] == ["refused"]
    assert (row["service_cores"], row["caller_cores"]) == (0.5, 1.0)


def test_a_load_in_which_nothing_was_answered_has_no_figures_of_sound() -> None:
    result = begun()
    load = LoadOutcome((None, None), ("x", "y"), (), CpuTimes(0.0, 0.0), 0.0)
    add_load(result, "_8_calls", load, "normal")
    assert result.figures == {"concurrent_calls_8_calls": 0, "dropped_calls_8_calls": 2}


@pytest.mark.parametrize(
    ("by", "reason", "dropped"),
    [
        ("caller", "finished", False),
        ("assistant", "the other side hung up", False),
        ("system", "the other side hung up", True),
        ("caller", GaveUp.NO_ANSWER, True),
        ("caller", GaveUp.TOO_LONG, True),
    ],
)
def test_a_call_is_dropped_when_the_service_lost_it(by: str, reason: str, dropped: bool) -> None:
    held = ended(by)
    held.report.reason = reason
    assert is_dropped(held) is dropped


def test_a_call_without_an_end_or_an_answer_is_dropped() -> None:
    assert is_dropped(call())
    refused = ended("caller")
    refused.report.answered = 0.0
    assert is_dropped(refused)


def test_runs_that_failed_count() -> None:
    trials = [
        TrialCall("plan", 1, CallVerdict()),
        TrialCall("plan", 2, CallVerdict(misheard=("20 gigabytes",))),
        TrialCall("balance", 1, CallVerdict(("the caller failed: it said nothing",))),
    ]
    result = begun()
    add_success(result, trials)
    assert result.figures["task_success"] == pytest.approx(2 / 3, abs=1e-4)
    assert result.figures["task_success_as_transcribed"] == pytest.approx(1 / 3, abs=1e-4)
    assert result.figures["runs"] == 3 and result.figures["scenarios"] == 2
    row = row_of(trials[2], 4)
    assert row["failures"] == ["the caller failed: it said nothing"] and row["turns"] == []
    assert row["calls_at_a_time"] == 4
