"""Goals of recorded callers: conditions, and what the events of a call say about them."""

from __future__ import annotations

import pytest

from tests.evaluation.synthetic_call import at
from voice.errors import VoiceError
from voice.evaluation.recordings.goals import unmet
from voice.events import CallEnded, CallEvent, ClauseSpoken, ToolReturned, Transferred
from voice.languages import language

ANSWER = at(0, ClauseSpoken, text="Your balance is 142.17 euros.", kind="answer", act="balance")
EVENTS: list[CallEvent] = [
    at(0, ToolReturned, tool="get_bill", result={"amount": "142.17"}),
    at(0, ToolReturned, tool="get_plan", result={}),
    ANSWER,
]


@pytest.mark.parametrize(
    ("goal", "missing"),
    [
        ("tool=get_bill; act=balance; says=142.17 euros", []),
        ("tool=get_plan", ["tool=get_plan"]),
        ("says=42.17 euros", ["says=42.17 euros"]),
        ("act=plan ; person", ["act=plan", "person"]),
        ("", []),
    ],
)
def test_conditions_are_met_or_named(goal: str, missing: list[str]) -> None:
    assert unmet(goal, EVENTS, language()) == missing


@pytest.mark.parametrize(
    "event",
    [
        at(0, Transferred, target="sip:a@b", reason="", ok=True),
        at(0, CallEnded, reason="no person configured (asked)", by="assistant"),
    ],
)
def test_a_person_took_over_or_would_have(event: CallEvent) -> None:
    assert unmet("person", [event], language()) == []


@pytest.mark.parametrize("goal", ["happiness", "tool=", "person=yes", "act=plan; hm=1"])
def test_what_nobody_knows_is_named(goal: str) -> None:
    with pytest.raises(VoiceError, match="expected tool=NAME, act=NAME, says=WORDS or person"):
        unmet(goal, EVENTS, language())
