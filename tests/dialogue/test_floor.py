"""Who may speak: the rules of the floor, one situation after the other."""

from __future__ import annotations

import pytest

from voice.dialogue import Floor, Sense, State, Words
from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.dialogue.actions import Action
from voice.dialogue.floor import MOST_UNHELPED

BILL, PLAN, HELLO = Words("my bill"), Words("my plan"), Words("hello", Sense.PATIENCE)
NOISE, PIN = Words("", Sense.NOTHING), Words("four two seven one")
FIRE = Words("there is a fire", Sense.DISTRESS)


@pytest.fixture
def floor() -> Floor:
    return Floor(reprompts=2)


def take(floor: Floor, *happened: on.Input) -> list[Action]:
    """What is to be done about the last of these."""
    done: list[Action] = []
    for one in happened:
        done = floor.take(one)
    return done


def state_of(floor: Floor) -> State:
    return floor.state


def asking(floor: Floor, words: Words) -> int:
    """The number of the answer to a turn without a pause before its end."""
    take(floor, on.SpeechBegan(), on.TurnOver(words))
    assert floor.answer is not None
    return floor.answer


# One answer, and a guess


def test_a_pause_begins_a_guess_and_the_end_of_the_turn_commits_it(floor: Floor) -> None:
    assert take(floor, on.SpeechBegan(), on.Heard(BILL)) == [do.Begin(1, (BILL,), guess=True)]
    assert state_of(floor) is State.LISTENING
    assert take(floor, on.TurnOver(BILL)) == [do.Commit(1)]
    assert state_of(floor) is State.THINKING


def test_a_guess_is_dropped_when_the_caller_goes_on(floor: Floor) -> None:
    take(floor, on.Heard(BILL))
    assert take(floor, on.WentOn()) == [do.Drop(1)]
    assert state_of(floor) is State.LISTENING


def test_a_guess_beside_an_answer_touches_nothing(floor: Floor) -> None:
    answer = asking(floor, BILL)
    begun = take(floor, on.SpeechBegan(), on.Heard(PLAN))
    assert begun == [do.Begin(2, (BILL, PLAN), guess=True, instead_of=answer)]
    assert take(floor, on.TurnOver(NOISE)) == [do.Drop(2), do.SayOn()]
    assert floor.answer == answer


def test_words_behind_a_turn_whose_answer_was_not_yet_heard_belong_to_it(floor: Floor) -> None:
    first = asking(floor, BILL)
    done = take(floor, on.SpeechBegan(), on.TurnOver(PLAN))
    assert done == [do.Drop(first), do.Begin(2, (BILL, PLAN), guess=False, instead_of=first)]


def test_a_guess_that_relied_on_an_answer_that_came_meanwhile_is_made_anew(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Heard(PLAN), on.Ended(first))
    assert take(floor, on.TurnOver(PLAN)) == [do.Drop(2), do.Begin(3, (PLAN,), guess=False)]


def test_an_answer_that_is_heard_ends_where_the_caller_takes_the_floor(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Audible(first))
    assert state_of(floor) is State.SPEAKING
    assert take(floor, on.TookFloor()) == [do.CutShort(), do.Stop(first)]
    assert take(floor, on.TurnOver(PLAN)) == [do.Begin(2, (PLAN,), guess=False)]


def test_what_a_noise_cut_short_is_said_to_its_end(floor: Floor) -> None:
    take(floor, on.Spoke(), on.TookFloor())
    assert take(floor, on.TurnOver(NOISE)) == [do.SayOn()]


def test_a_question_that_a_noise_cut_short_is_put_again(floor: Floor) -> None:
    assert take(floor, on.TurnOver(NOISE, cut_question=True)) == [do.AskAgain(1)]


# While a tool is at work


def test_words_while_a_tool_is_at_work_are_answered_after_its_result(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Calling(first))
    assert state_of(floor) is State.ACTING
    assert take(floor, on.SpeechBegan(), on.Heard(PLAN)) == []
    assert take(floor, on.TookFloor()) == [do.CutShort()]
    assert take(floor, on.TurnOver(PLAN)) == [do.Say("one_moment"), do.SayOn()]
    assert take(floor, on.Ended(first)) == [do.Begin(2, (PLAN,), guess=False)]


def test_all_that_was_said_meanwhile_is_answered(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Calling(first), on.TurnOver(PLAN), on.TurnOver(BILL))
    assert take(floor, on.Ended(first)) == [do.Begin(2, (PLAN, BILL), guess=False)]


def test_are_you_there_is_no_request_while_a_tool_is_at_work(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Calling(first))
    assert take(floor, on.TurnOver(HELLO)) == [do.Say("one_moment"), do.SayOn()]
    assert take(floor, on.Ended(first)) == [do.AwaitCaller()]


def test_a_tool_is_at_work_until_its_outcome_is_heard(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Calling(first), on.TookFloor())
    assert state_of(floor) is State.ACTING
    take(floor, on.Audible(first))
    assert state_of(floor) is State.SPEAKING


def test_nobody_is_asked_whether_they_are_there_while_a_tool_is_at_work(floor: Floor) -> None:
    first = asking(floor, BILL)
    assert take(floor, on.Calling(first), on.SilenceOver()) == []


def test_while_an_act_is_announced_the_caller_may_object(floor: Floor) -> None:
    first = asking(floor, Words("yes"))
    take(floor, on.Waiting(first))
    no = Words("no wait")
    assert take(floor, on.Heard(no)) == [do.Begin(2, (no,), guess=True)]
    assert take(floor, on.TurnOver(no)) == [do.Stop(first), do.Commit(2)]


# Who calls


def test_what_is_said_to_prove_who_calls_goes_to_the_check(floor: Floor) -> None:
    first = asking(floor, BILL)
    assert take(floor, on.Ended(first, do.AskIdentity(2)))[-1] == do.AskIdentity(2)
    assert state_of(floor) is State.ACTING
    take(floor, on.Checked(asks=True))
    assert state_of(floor) is State.IDENTIFYING
    assert take(floor, on.TurnOver(PIN))[-1] == do.Identify(PIN)
    assert take(floor, on.Checked(asks=False, verified=True)) == [do.Resume(2)]


def test_a_request_during_a_check_is_taken_up_after_it(floor: Floor) -> None:
    take(floor, on.Ended(asking(floor, BILL), do.AskIdentity(2)), on.Checked(asks=True))
    take(floor, on.TurnOver(PIN))
    assert take(floor, on.TurnOver(PLAN)) == [do.SayOn()]
    take(floor, on.Checked(asks=False, verified=True))
    assert take(floor, on.Ended(2)) == [do.Begin(3, (PLAN,), guess=False)]


def test_who_cannot_prove_it_is_put_through_to_a_person(floor: Floor) -> None:
    take(floor, on.Ended(asking(floor, BILL), do.AskIdentity(2)))
    done = take(floor, on.Checked(asks=False, verified=False))
    assert done[0] == do.Forget() and isinstance(done[-1], do.HandOver)
    assert state_of(floor) is State.CONNECTING


# Silence, and turns that help nothing


def test_who_stays_silent_is_prompted_and_then_let_go(floor: Floor) -> None:
    assert take(floor, on.SilenceOver()) == [do.NoteSilence(1), do.PromptAgain(1)]
    assert take(floor, on.SilenceOver(asks=True)) == [do.NoteSilence(2), do.AskAgain(1)]
    take(floor, on.Ended(1))
    *_, said, leaves = take(floor, on.SilenceOver())
    assert (said, leaves) == (do.Say("nobody_there"), do.Leave("no input"))
    assert state_of(floor) is State.LEAVING


def test_nobody_is_prompted_while_something_is_said(floor: Floor) -> None:
    take(floor, on.Spoke())
    assert take(floor, on.SilenceOver(asks=True)) == []
    assert take(floor, on.FellSilent()) == [do.AwaitCaller()]


def test_words_break_the_silence(floor: Floor) -> None:
    take(floor, on.SilenceOver(), on.SilenceOver())
    take(floor, on.Ended(asking(floor, BILL)))
    assert take(floor, on.SilenceOver()) == [do.NoteSilence(1), do.PromptAgain(1)]


def test_turns_that_help_nothing_lead_to_a_person_however_they_are_mixed(floor: Floor) -> None:
    for _ in range(MOST_UNHELPED - 1):
        assert take(floor, on.Ended(asking(floor, BILL), helped=False)) == [do.AwaitCaller()]
        take(floor, on.Ended(asking(floor, Words("okay")), helped=None), on.SilenceOver())
    done = take(floor, on.Ended(asking(floor, BILL), helped=False))
    assert isinstance(done[-1], do.HandOver)


def test_an_answer_that_helps_begins_the_count_anew(floor: Floor) -> None:
    for helped in [False] * (MOST_UNHELPED - 1) + [True, False]:
        assert take(floor, on.Ended(asking(floor, BILL), helped=helped)) == [do.AwaitCaller()]


# Distress, persons and the end


@pytest.mark.parametrize("state", [State.LEAVING, State.ACTING, State.IDENTIFYING, State.SPEAKING])
def test_distress_comes_before_all_else(floor: Floor, state: State) -> None:
    before: dict[State, list[on.Input]] = {
        State.LEAVING: [on.Leaving("no input", "assistant")],
        State.ACTING: [on.TurnOver(BILL), on.Calling(1)],
        State.IDENTIFYING: [
            on.TurnOver(BILL), on.Ended(1, do.AskIdentity(2)), on.Checked(asks=True),
        ],
        State.SPEAKING: [on.Spoke()],
    }  # fmt: skip
    take(floor, *before[state])
    assert state_of(floor) is state
    assert take(floor, on.Heard(FIRE))[-1] == do.Help()
    assert state_of(floor) is State.CONNECTING
    assert take(floor, on.TurnOver(BILL)) == [], "nothing else in that turn is answered"


def test_a_person_who_takes_over_ends_what_the_assistant_does(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Calling(first), on.TurnOver(PLAN))
    assert take(floor, on.PersonTook()) == [do.Stop(first)]
    assert take(floor, on.Heard(PLAN)) == take(floor, on.TurnOver(PLAN)) == []
    assert state_of(floor) is State.WITH_PERSON
    assert take(floor, on.TimeUp()) == [], "with a person a call is as long as it is"


def test_when_the_person_leaves_the_assistant_listens_again(floor: Floor) -> None:
    take(floor, on.PersonTook())
    assert take(floor, on.PersonLeft()) == [do.AwaitCaller()]
    assert take(floor, on.TurnOver(PLAN)) == [do.Begin(1, (PLAN,), guess=False)]


def test_a_key_for_a_person_is_pressed_once(floor: Floor) -> None:
    first = asking(floor, BILL)
    assert do.Stop(first) in take(floor, on.PersonKey())
    assert take(floor, on.PersonKey()) == []


def test_at_its_longest_the_call_ends_whatever_is_going_on(floor: Floor) -> None:
    first = asking(floor, BILL)
    done = take(floor, on.Calling(first), on.TimeUp())
    assert do.Stop(first) in done and done[-1] == do.Leave("maximum length", "system")


def test_an_engine_that_fails_again_is_not_apologised_for_twice(floor: Floor) -> None:
    error = RuntimeError()
    assert take(floor, on.Failed("speech", error)) == [do.Apologise("speech", error)]
    assert take(floor, on.Failed("speech", error)) == []
