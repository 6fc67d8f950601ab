"""What bench_scale counts of links that break and of many callers at once."""

from __future__ import annotations

import pytest

from scale_bench import calls_at_once, link_cut
from tests.evaluation.synthetic_call import BEGAN, answer, at, exchange, report, run, spoken
from voice.evaluation.busy_load import LoadOutcome
from voice.evaluation.callers import Persona
from voice.evaluation.demo_operator import KnownCustomer
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.judge import Truth
from voice.evaluation.measured_call import measure
from voice.evaluation.report import CpuTimes
from voice.events import CallEnded, EngineFellBack, EngineReturned


@pytest.fixture
def result() -> BenchmarkResult:
    return BenchmarkResult("bench_scale", "0", "this one", {})


def test_of_a_break_lost_calls_late_turns_and_the_way_back_are_counted(
    result: BenchmarkResult,
) -> None:
    turns = [spoken(1, 2), spoken(5, 6), spoken(12, 13), spoken(20, 21)]
    heard = [run(2.5, 4), run(6.5, 8), run(16.5, 18), run(21.5, 23)]
    events = [
        *exchange(2, "how much"),
        *exchange(6, "how much"),
        at(14, EngineFellBack, engine="recognition", reason="away"),
        *exchange(13, "how much")[:3],
        answer(16.5),
        at(19, EngineReturned, engine="recognition"),
        *exchange(21, "how much"),
        at(60, CallEnded, reason="hang-up", by="caller"),
    ]
    whole = measure(report(turns, heard), events)
    load = LoadOutcome((whole, None), ("no answer",), (), CpuTimes(0, 0), 60)
    link_cut._note(result, load, [BEGAN + 17])
    assert result.figures["link_cut_calls_lost"] == 1
    assert result.figures["link_cut_fallbacks"] == 1
    assert result.figures["link_cut_late_turns_most"] == 1
    assert result.figures["link_cut_back_seconds"] == 2


def test_a_break_that_nobody_noticed_has_no_way_back(result: BenchmarkResult) -> None:
    link_cut._note(result, LoadOutcome((), (), (), CpuTimes(0, 0), 0), [BEGAN])
    assert "link_cut_back_seconds" not in result.figures
    assert result.figures["link_cut_calls_lost"] == 0


def test_more_callers_than_customers_call_from_elsewhere_on_their_accounts() -> None:
    personas = [Persona("4915550000001", "100200", "4271"), Persona("4915550000002", "100201")]
    customers = [KnownCustomer("A", one, Truth(one.customer_number, (), ())) for one in personas]
    callers = calls_at_once._callers(customers, 5)
    numbers = [caller.persona.number for caller in callers]
    assert len(set(numbers)) == 5 and numbers[:2] == [one.number for one in personas]
    assert callers[2].persona.customer_number == "100200" and callers[2].persona.pin == "4271"


@pytest.mark.parametrize("wanted", [calls_at_once.EMBEDDED, calls_at_once.BASE])
def test_more_and_more_calls_are_tried(wanted: calls_at_once.Wanted) -> None:
    assert list(wanted.steps) == sorted(set(wanted.steps))


def test_each_break_is_mended_before_the_calls_end() -> None:
    for extent in (link_cut.QUICK, link_cut.FULL):
        moments = [moment for each in extent.breaks for moment in each]
        assert moments == sorted(moments) and moments[-1] + 10 <= extent.talk
    assert link_cut.FULL.calls == 10
