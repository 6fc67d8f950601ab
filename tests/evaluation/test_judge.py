"""When a call counts as a success, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.evaluation.synthetic_call import BEGAN, answer, at, exchange, report, run, spoken
from voice.evaluation.callers import Goal, find_scenario
from voice.evaluation.callers.ears import HeardTurn
from voice.evaluation.database_changes import RowChange
from voice.evaluation.judge import Truth, judge
from voice.evaluation.measured_call import MeasuredCall, measure
from voice.events import CallEnded, CallEvent, IdentityDecided, ToolReturned, Transferred

TRUTH = Truth("204518", balance=("42.17 euros", "14 December"), plan=("Brook", "20 gigabytes"))
BILL = "Your balance is 42.17 euros, due on 14 December."
BILL_HEARD = "your balance is forty two euros and seventeen cents due on the fourteenth of december"
ROW = (("customer_number", "204518"), ("status", "active"))
BLOCKED = RowChange("sim", ROW, (("customer_number", "204518"), ("status", "blocked")))


def call(
    text: str, heard: str, *events: CallEvent, said: str = "balance", proved: bool = True
) -> MeasuredCall:
    """One request at 1 s to 2 s, after which `text` is spoken at 4 s and `heard` is heard."""
    identity = [at(0.5, IdentityDecided, accepted=True, level="verified")] if proved else []
    turn = replace(spoken(1, 2), intent=said)
    told = report([turn], [run(4, 8)])
    told.heard.append(HeardTurn(BEGAN + 4, BEGAN + 8, heard))
    spoken_events = sorted(
        [*exchange(2, "x")[:3], *events, answer(4, text, 4.0)], key=lambda e: e.ms
    )
    return measure(told, [*identity, *spoken_events])


def failures(scenario: str, judged: MeasuredCall, *changed: RowChange) -> str:
    return "; ".join(judge(judged, find_scenario(scenario), TRUTH, changed).failures)


def test_the_right_facts_were_spoken_and_heard() -> None:
    verdict = judge(call(BILL, BILL_HEARD), find_scenario("balance"), TRUTH, [])
    assert verdict.success and verdict.misheard == ()


def test_a_fact_that_the_callers_recogniser_garbled_was_still_told() -> None:
    heard = BILL_HEARD.replace("forty two", "fourteen")
    verdict = judge(call(BILL, heard), find_scenario("balance"), TRUTH, [])
    assert verdict.success and verdict.misheard == ("42.17 euros",)


def test_a_caller_is_satisfied_only_by_what_they_could_make_out() -> None:
    told = call(BILL, BILL_HEARD)
    told.report.reached.append("balance")
    garbled = call(BILL, BILL_HEARD.replace("forty two", "fourteen"))
    garbled.report.reached.append("balance")
    unnoticed = call(BILL, BILL_HEARD)

    verdicts = [
        judge(each, find_scenario("balance"), TRUTH, []) for each in (told, garbled, unnoticed)
    ]

    assert [verdict.satisfied for verdict in verdicts] == [True, False, False]
    assert all(verdict.success for verdict in verdicts)
    assert verdicts[2].unanswered == (Goal.BALANCE,)


@pytest.mark.parametrize(
    ("text", "heard", "reason"),
    [
        (BILL.replace("42.17", "24.17"), BILL_HEARD, "not told: 42.17 euros"),
        (BILL, "", "not told: 42.17 euros; not told: 14 December"),
        (BILL, "what is that", "not told"),
        ("I am sorry.", "i am sorry", "not told"),
    ],
)
def test_a_wrong_or_lost_fact(text: str, heard: str, reason: str) -> None:
    assert reason in failures("balance", call(text, heard))


def test_no_bill_without_a_pin() -> None:
    bill = at(3, ToolReturned, tool="get_bill", result={})
    assert "get_bill answered" in failures("balance", call(BILL, BILL_HEARD, bill, proved=False))


def test_the_sim_must_be_blocked_after_a_yes_and_nothing_else_changed() -> None:
    done = at(3, ToolReturned, tool="block_sim", result={})
    text, heard = "Done, your SIM card is blocked.", "done your sim card is blocked"
    agreed = call(text, heard, done, said="yes")
    assert failures("block_sim", agreed, BLOCKED) == ""
    assert failures("block_sim", agreed) == "the SIM card is not blocked"
    assert "before the caller said yes" in failures("block_sim", call(text, heard, done), BLOCKED)
    bill = RowChange("bill", (("cents", 1),), (("cents", 2),))
    assert "rows changed" in failures("block_sim", agreed, BLOCKED, bill)


def test_who_declines_keeps_the_sim() -> None:
    kept = call("Okay, your SIM card stays active.", "okay your sim card stays active", said="no")
    assert failures("block_declined", kept) == ""
    assert "should not be" in failures("block_declined", kept, BLOCKED)


def test_a_stranger_learns_nothing_and_reaches_a_person() -> None:
    ended = at(9, CallEnded, reason="no person configured (identity)", by="assistant")
    sorry = ("I am sorry.", "i am sorry")
    assert failures("stranger", call(*sorry, ended, proved=False)) == ""
    assert failures("stranger", call(*sorry, proved=False)) == "not handed over to a person"
    assert "a wrong PIN was accepted" in failures("stranger", call(*sorry, ended))


@pytest.mark.parametrize("ok", [True, False])
def test_who_wants_a_person_gets_one(ok: bool) -> None:
    handed = at(5, Transferred, target="sip:people@x", reason="asked", ok=ok)
    reached = failures("person", call("One moment.", "one moment", handed)) == ""
    assert reached is ok
