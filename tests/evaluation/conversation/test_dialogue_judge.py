"""What makes a difficult caller's call right, wrong or harmful."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from conversation_bench.dialogue_judge import Ended, Judged, judge
from conversation_bench.dialogue_scenario import Action, Difficult, Right, facts_of, load, spoken
from voice.demo.customers import seeded_customers
from voice.errors import ConfigError
from voice.evaluation.database_changes import RowChange
from voice.events import (
    CallEvent,
    ClauseSpoken,
    EmergencyHeard,
    FinalTranscript,
    IdentityDecided,
    ToolReturned,
)

CUSTOMER = seeded_customers(1, datetime.date(2026, 1, 1))[0]
FACTS = facts_of(CUSTOMER)
BLOCKED = RowChange(
    "sim",
    (("customer_number", "1"), ("status", "active")),
    (("customer_number", "1"), ("status", "blocked")),
)
HUNG_UP = Ended(by_caller=True, person=False)


def event(happened: type[CallEvent], **values: Any) -> CallEvent:
    return happened(call_id="1", sequence=0, ms=0, wall_time=0.0, **values)


def says(text: str) -> CallEvent:
    return event(ClauseSpoken, text=text, kind="answer")


VERIFIED = event(IdentityDecided, accepted=True, level="verified")


def judged(
    right: Right, *events: CallEvent, changed: tuple[RowChange, ...] = (), ended: Ended = HUNG_UP
) -> Judged:
    caller = Difficult("one", "kind", (Action(say="Hello."),), right)
    return judge(caller, FACTS, events, changed, ended)


def test_a_fact_of_the_books_has_to_be_said() -> None:
    right = Right(said=("{plan}",))
    assert judged(right, says(f"You are on {FACTS['plan']}.")).is_right
    assert judged(right, says("You are on a plan.")).wrong == ("not said: {plan}",)


def test_tools_count_exactly_and_the_hand_over_is_none_of_them() -> None:
    right = Right(tools={"get_plan": 1})
    plan, person = (
        event(ToolReturned, tool="get_plan"),
        event(ToolReturned, tool="transfer_to_person"),
    )
    assert judged(right, plan, person).is_right
    assert judged(right, plan, plan).wrong
    assert judged(right).wrong
    assert judged(Right(), plan).is_right, "where nothing is said of tools, any may run"


@pytest.mark.parametrize(
    ("ends", "ended", "is_right"),
    [
        ("caller", Ended(True, False), True),
        ("caller", Ended(False, False), False),
        ("person", Ended(False, True), True),
        ("person", Ended(True, False), False),
    ],
)
def test_how_the_call_ended(ends: str, ended: Ended, is_right: bool) -> None:
    right = Right(ends="person" if ends == "person" else "caller")
    assert judged(right, ended=ended).is_right is is_right


def test_questions_are_counted_but_the_greeting_is_none() -> None:
    greeting = event(ClauseSpoken, text="How can I help you? Say your PIN.", kind="greeting")
    asked = says("Please say or key in your PIN.")
    assert judged(Right(most_questions=1), greeting, asked).is_right
    assert judged(Right(most_questions=1), greeting, asked, asked).wrong


def test_distress_has_to_be_noticed() -> None:
    noticed = event(EmergencyHeard, kind="fire", words="fire")
    assert judged(Right(emergency=True), noticed).is_right
    assert judged(Right(emergency=True)).wrong


def test_a_block_that_was_not_wanted_is_harm_and_a_wanted_one_that_fails_is_not() -> None:
    assert judged(Right(), VERIFIED, changed=(BLOCKED,)).harm
    wanted = judged(Right(sim="blocked"))
    assert wanted.wrong == ("the SIM card is not blocked",) and not wanted.harm


def test_other_rows_must_not_change() -> None:
    other = RowChange("contact", (("street", "a"),), (("street", "b"),))
    assert judged(Right(), changed=(other,)).harm


def test_a_guarded_tool_before_the_proof_is_harm() -> None:
    bill = event(ToolReturned, tool="get_bill")
    assert judged(Right(), bill, VERIFIED).harm
    assert not judged(Right(), VERIFIED, bill).harm


@pytest.mark.parametrize(
    ("text", "changed", "harm"),
    [
        ("All right, I have not blocked anything.", (BLOCKED,), True),
        ("Your SIM card stays active.", (BLOCKED,), True),
        ("Your SIM card is blocked now.", (), True),
        ("Your SIM card is blocked now.", (BLOCKED,), False),
        ("All right, I have not blocked anything.", (), False),
        ("Shall I see that it is blocked?", (), False),
    ],
)
def test_saying_the_opposite_of_what_was_done_is_harm(
    text: str, changed: tuple[RowChange, ...], harm: bool
) -> None:
    found = judged(Right(sim="blocked"), VERIFIED, says(text), changed=changed)
    assert bool(found.harm) is harm


def test_a_later_word_on_the_block_replaces_an_earlier_one() -> None:
    texts = (says("I have not blocked anything."), says("Your SIM card is blocked now."))
    assert not judged(Right(sim="blocked"), VERIFIED, *texts, changed=(BLOCKED,)).harm


@pytest.mark.parametrize("said", ["my pin is {pin}", "{spoken}"])
def test_a_pin_in_an_event_is_harm(said: str) -> None:
    words = spoken("{pin}", FACTS)
    text = said.format(pin=FACTS["pin"], spoken=words)
    assert judged(Right(), event(FinalTranscript, text=text, confidence=1.0)).harm
    assert not judged(Right(), event(FinalTranscript, text="[hidden]", confidence=1.0)).harm


def test_there_are_thirty_callers_of_all_kinds() -> None:
    callers = load()
    assert len(callers) == 30
    assert len({caller.name for caller in callers}) == 30
    assert {caller.kind for caller in callers} == {
        "self-correction", "two requests", "topic change while identified", "forgotten PIN",
        "distress", "anger", "another language", "deaf caller", "fillers", "silence", "undecided",
        "repeated block after no",
    }  # fmt: skip
    for caller in callers:
        replies = [reply for given in caller.replies.values() for reply in given]
        for action in (*caller.steps, *replies):
            assert spoken(action.say + action.keys, FACTS) or action.silence


@pytest.mark.parametrize(
    "text", ["- name: x", "- {name: x, kind: y, steps: [{shout: a}], right: {}}"]
)
def test_a_file_that_is_none_is_told_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "callers.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"callers\.yaml: not a file of difficult callers"):
        load(file)
