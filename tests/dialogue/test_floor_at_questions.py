"""What callers say at a question that is open: who they are, or whether something may happen."""

from __future__ import annotations

import pytest

from tests.dialogue.test_floor import BILL, BOTH, HELLO, NOISE, PIN, PLAN, asking, take
from voice.dialogue import Floor, FloorState, Sense, Words
from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.dialogue.actions import Action
from voice.dialogue.consequences import MOST_UNHELPED

SLOWER = Words("slower please", Sense.MANNER)
NO_WAIT = Words("no wait, only my balance", Sense.INSTEAD)


@pytest.fixture(params=[True, False], ids=["a person", "nobody"])
def has_person(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def floor(has_person: bool) -> Floor:
    """One that has asked the caller who they are."""
    asked = Floor(reprompts=2, has_person=has_person)
    take(asked, on.Ended(asking(asked, BILL), do.AskIdentity(2)), on.Checked(asks=True))
    return asked


def say(floor: Floor, sense: Sense, said: str | None = "words") -> list[Action]:
    """What is done about a turn that turned out to be no answer, but this."""
    words = Words(said, sense)
    assert take(floor, on.TurnOver(Words(said)))[-1] == do.Identify(Words(said))
    return take(floor, on.Checked(asks=True, beside=words))


# Who the caller is


def test_who_asks_for_a_person_proves_nothing_any_more(floor: Floor) -> None:
    done = say(floor, Sense.PERSON)
    assert done[0] == do.LeaveIdentification()
    assert done[-1] == do.HandOver("the caller asked for a person")


def test_who_cannot_say_who_they_are_gets_a_person_or_is_told_so(
    floor: Floor, has_person: bool
) -> None:
    left, *rest = say(floor, Sense.UNABLE)
    assert left == do.LeaveIdentification()
    if has_person:
        assert rest[-1] == do.HandOver("the caller cannot say who they are")
    else:
        assert rest == [do.Say("without_it"), do.Say("anything_else")]
        assert floor.state is FloorState.LISTENING


def test_never_mind_leads_back_to_what_else_there_is(floor: Floor) -> None:
    assert say(floor, Sense.DROPS, None) == [do.LeaveIdentification(), do.Say("anything_else")]
    assert take(floor, on.TurnOver(PLAN)) == [do.Begin(2, (PLAN,), guess=False)]


def test_what_follows_never_mind_is_answered_at_once(floor: Floor) -> None:
    instead = Words("what is my plan", Sense.DROPS)
    assert say(floor, Sense.DROPS, "what is my plan") == [
        do.LeaveIdentification(), do.Begin(2, (instead,), guess=False)
    ]  # fmt: skip


def test_another_request_is_taken_up_when_it_is_known_who_calls(floor: Floor) -> None:
    request = Words("and my plan", Sense.REQUEST)
    assert say(floor, Sense.REQUEST, "and my plan") == [do.Say("first_this"), do.AskOn()]
    assert floor.state is FloorState.IDENTIFYING
    take(floor, on.TurnOver(PIN))
    assert take(floor, on.Checked(asks=False, verified=True)) == [do.ResumeAnswer(2)]
    assert take(floor, on.Ended(2)) == [do.Begin(3, (request,), guess=False)]


def test_it_is_taken_up_also_when_they_leave_it(floor: Floor) -> None:
    request = Words("and my plan", Sense.REQUEST)
    say(floor, Sense.REQUEST, "and my plan")
    begun = do.Begin(2, (request,), guess=False)
    assert say(floor, Sense.DROPS, None) == [do.LeaveIdentification(), begun]


@pytest.mark.parametrize("words", [HELLO, SLOWER])
def test_who_wants_to_hear_the_question_again_hears_it(floor: Floor, words: Words) -> None:
    assert take(floor, on.TurnOver(words))[-1] == do.AskOn()
    assert say(floor, Sense.AGAIN) == [do.AskOn()]
    assert floor.state is FloorState.IDENTIFYING


def test_what_is_not_understood_is_asked_otherwise_and_leads_to_a_person_in_the_end(
    floor: Floor,
) -> None:
    for _ in range(MOST_UNHELPED - 1):
        assert say(floor, Sense.NOTHING) == [do.AskOn(misheard=True)]
        assert say(floor, Sense.AGAIN) == [do.AskOn()], "which begins no new count"
    assert say(floor, Sense.NOTHING)[-1] == do.HandOver("nothing helped the caller")


def test_a_noise_or_a_filler_at_the_question_is_waited_through(floor: Floor) -> None:
    assert take(floor, on.TurnOver(NOISE)) == [do.SayOn()]


def test_the_key_for_a_person_ends_the_question(floor: Floor) -> None:
    done = take(floor, on.PersonKey())
    assert do.LeaveIdentification() in done and isinstance(done[-1], do.HandOver)


def test_a_check_that_fails_loses_no_other_request(floor: Floor, has_person: bool) -> None:
    say(floor, Sense.REQUEST)
    take(floor, on.TurnOver(PIN))
    error = RuntimeError()
    _, told, *then = take(floor, on.CheckFailed(error))
    assert told == do.CannotCheck(error)
    assert bool(then) is not has_person, "a person helps with both"


@pytest.fixture
def free() -> Floor:
    return Floor(reprompts=2)


def test_who_is_asked_who_they_are_may_still_have_meant_something_else(free: Floor) -> None:
    first = asking(free, BILL)
    take(free, on.Ended(first, do.AskIdentity(2)), on.Checked(asks=True))
    assert free.may_take_back == first
    silent = [do.HoldTimer(), do.LeaveIdentification(), do.FallSilent()]
    assert take(free, on.SpeechBegan(goes_on=True)) == silent
    assert free.state is FloorState.LISTENING
    assert take(free, on.TurnOver(BOTH)) == [do.Begin(2, (BOTH,), guess=False)]


@pytest.mark.parametrize("happened", [on.TurnOver(PIN), on.Keyed(PIN), on.TurnOver(NOISE)])
def test_what_was_said_to_the_question_who_they_are_takes_nothing_back(
    free: Floor, happened: on.Input
) -> None:
    take(free, on.Ended(asking(free, BILL), do.AskIdentity(2)), on.Checked(asks=True))
    take(free, happened)
    if free.checking:
        take(free, on.Checked(asks=True))
    assert free.state is FloorState.IDENTIFYING and free.may_take_back is None


# Something else while it is checked who calls


@pytest.fixture
def checking(floor: Floor) -> Floor:
    """The PIN was said, and "no, wait" behind it."""
    take(floor, on.TurnOver(PIN))
    assert floor.checking
    assert take(floor, on.TurnOver(NO_WAIT)) == [do.SayOn()]
    return floor


VERIFIED, REFUSED = on.Checked(asks=False, verified=True), on.Checked(asks=True)


@pytest.mark.parametrize("checked", [VERIFIED, REFUSED])
def test_before_it_goes_on_it_is_found_out_what_was_taken_back(
    checking: Floor, checked: on.Checked
) -> None:
    assert take(checking, checked) == [do.HoldTimer(), do.Reconsider(NO_WAIT)]
    assert checking.state is FloorState.ACTING
    instead = Words("my balance", Sense.DROPS)
    forgets, *_, begins = take(checking, on.Reconsidered(instead))
    assert forgets == do.Forget() and begins == do.Begin(2, (instead,), guess=False)


def test_what_was_not_taken_back_goes_on(checking: Floor) -> None:
    take(checking, VERIFIED)
    assert take(checking, on.Reconsidered(None)) == [do.ResumeAnswer(2)]


def test_a_wrong_pin_is_asked_for_again_where_nothing_was_taken_back(checking: Floor) -> None:
    take(checking, REFUSED)
    assert take(checking, on.Reconsidered(None)) == [do.AwaitCaller()]
    assert checking.state is FloorState.IDENTIFYING


def test_who_wants_no_more_is_asked_what_else(checking: Floor) -> None:
    take(checking, VERIFIED)
    done = take(checking, on.Reconsidered(Words(None, Sense.DROPS)))
    assert done == [do.Forget(), do.Say("anything_else")]


def test_what_else_was_said_meanwhile_is_still_answered(checking: Floor) -> None:
    take(checking, on.TurnOver(PLAN), VERIFIED)
    take(checking, on.Reconsidered(None))
    assert take(checking, on.Ended(2)) == [do.Begin(3, (PLAN,), guess=False)]


# Questions of the tasks


def test_a_request_at_a_question_is_taken_up_once_that_is_answered(free: Floor) -> None:
    first = asking(free, BILL)
    take(free, on.Ended(first, asks=True))
    second = asking(free, PLAN)
    assert take(free, on.Ended(second, asks=True, keeps=True)) == [do.AwaitCaller()]
    yes = Words("yes")
    third = asking(free, yes)
    assert take(free, on.Ended(third)) == [do.Begin(4, (PLAN,), guess=False)]


def test_the_answer_to_the_question_is_not_read_together_with_it(free: Floor) -> None:
    take(free, on.Ended(asking(free, PLAN), asks=True, keeps=True))
    yes = Words("yes")
    assert take(free, on.Heard(yes)) == [do.Begin(2, (yes,), guess=True)]


# How the assistant speaks


def test_who_wants_it_slower_hears_it_again(free: Floor) -> None:
    assert take(free, on.TurnOver(SLOWER)) == [
        do.Adapt(SLOWER), do.Begin(1, (SLOWER,), guess=False)
    ]  # fmt: skip


def test_nothing_is_guessed_at_before_it_is_slower(free: Floor) -> None:
    assert take(free, on.Heard(SLOWER)) == []


def test_while_a_tool_is_at_work_it_becomes_slower_and_the_answer_still_comes(free: Floor) -> None:
    first = asking(free, BILL)
    take(free, on.Calling(first))
    assert take(free, on.TurnOver(SLOWER)) == [
        do.Adapt(SLOWER), do.Say("one_moment"), do.SayOn()
    ]  # fmt: skip
    assert take(free, on.Ended(first)) == [do.AwaitCaller()]
