"""When a recorded caller and the assistant no longer talk about the same."""

from __future__ import annotations

from voice.evaluation.recordings.divergence import divergence
from voice.events import CallEvent, ClauseKind, ClauseSpoken, Transferred

Step = tuple[ClauseKind, str, str]
"""Kind, act and text of a clause."""


def call(*steps: Step) -> list[CallEvent]:
    """What the assistant says, a clause a second."""
    return [
        ClauseSpoken(
            call_id="a", sequence=number, ms=0, wall_time=float(number),
            text=text, kind=kind, act=act,
        )
        for number, (kind, act, text) in enumerate(steps)
    ]  # fmt: skip


GREETING: Step = ("greeting", "", "Hello.")
PLAN: Step = ("answer", "plan", "You have Meadow Large.")
BILL: Step = ("answer", "bill", "Your bill is 42.17 euros.")
PIN: Step = ("notice", "", "Please say your PIN.")
AGAIN: Step = ("notice", "", "Please say your PIN again.")
THANKS: Step = ("notice", "", "Thank you.")


def test_the_same_steps_are_the_same_call_whatever_the_figures() -> None:
    other_bill: Step = ("answer", "bill", "Your bill is 9.00 euros.")
    in_two: Step = ("answer", "bill", "It is due on Friday.")
    filler: Step = ("filler", "", "One moment.")
    recorded = call(GREETING, PLAN, BILL, in_two)
    assert divergence(recorded, call(PLAN, filler, other_bill), 0.0) == ""


def test_the_first_other_step_is_named_with_its_place_in_the_recording() -> None:
    said = divergence(call(PIN, THANKS, BILL), call(GREETING, PIN, AGAIN, BILL), began=-61.0)
    assert said == (
        "at 1:03 the assistant said “Please say your PIN again.”, then it was “Thank you.”"
    )


def test_what_was_not_said_any_more_is_named() -> None:
    said = divergence(call(PLAN, BILL), call(PLAN), 0.0)
    assert said.endswith("in the recorded call: “Your bill is 42.17 euros.”")


def test_what_was_said_beyond_the_recorded_call_is_named() -> None:
    assert divergence(call(PLAN), call(PLAN, PIN), 0.0).endswith("then it was nothing more")


def test_a_transfer_is_a_step() -> None:
    handed_over = Transferred(
        call_id="a", sequence=9, ms=0, wall_time=9.0, target="sip:people@example.test", reason=""
    )
    assert "“Thank you.”" in divergence([*call(PLAN), handed_over], call(PLAN, THANKS), 0.0)
    assert divergence([*call(PLAN), handed_over], [*call(PLAN), handed_over], 0.0) == ""


def test_a_long_answer_is_cut() -> None:
    long: Step = ("notice", "", "word " * 40)
    assert len(divergence(call(PLAN), call(long), 0.0)) < 160
