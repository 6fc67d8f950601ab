"""Who may speak: the rules of the floor, one situation after the other."""

from __future__ import annotations

import pytest

from voice.dialogue import Floor, FloorState, Sense, Words
from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.dialogue.actions import Action
from voice.dialogue.consequences import MOST_UNHELPED

BILL, PLAN, HELLO = Words("my bill"), Words("my plan"), Words("hello", Sense.PATIENCE)
BOTH, HOLD_ON = Words("my bill and my plan"), Words("hold on please", Sense.WAIT)
NOISE, PIN = Words("", Sense.NOTHING), Words("four two seven one")
ER = Words("er", Sense.NOTHING)
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


def state_of(floor: Floor) -> FloorState:
    return floor.state


def asking(floor: Floor, words: Words) -> int:
    """The number of the answer to a turn without a pause before its end."""
    take(floor, on.SpeechBegan(), on.TurnOver(words))
    assert floor.answer is not None
    return floor.answer


# One answer, and a guess


def test_a_pause_begins_a_guess_and_the_end_of_the_turn_commits_it(floor: Floor) -> None:
    assert take(floor, on.SpeechBegan(), on.Heard(BILL)) == [do.Begin(1, (BILL,), guess=True)]
    assert state_of(floor) is FloorState.LISTENING
    assert take(floor, on.TurnOver(BILL)) == [do.Commit(1)]
    assert state_of(floor) is FloorState.THINKING


def test_a_guess_is_dropped_when_the_caller_goes_on(floor: Floor) -> None:
    take(floor, on.Heard(BILL))
    assert take(floor, on.WentOn()) == [do.Drop(1)]
    assert state_of(floor) is FloorState.LISTENING


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
    assert state_of(floor) is FloorState.SPEAKING
    assert take(floor, on.TookFloor()) == [do.CutShort(), do.Stop(first)]
    assert take(floor, on.TurnOver(PLAN)) == [do.Begin(2, (PLAN,), guess=False)]


def test_what_a_noise_cut_short_is_said_to_its_end(floor: Floor) -> None:
    take(floor, on.Spoke(), on.TookFloor())
    assert take(floor, on.TurnOver(NOISE)) == [do.SayOn()]


def test_a_question_that_a_noise_cut_short_is_put_again(floor: Floor) -> None:
    assert take(floor, on.TurnOver(NOISE, cut_question=True)) == [do.AskAgain(1)]


# Turns that were taken for over too early


def test_who_goes_on_before_the_answer_is_heard_is_answered_once_and_whole(floor: Floor) -> None:
    first = asking(floor, BILL)
    assert floor.may_take_back == first
    assert take(floor, on.SpeechBegan(goes_on=True)) == [do.HoldTimer(), do.Drop(first)]
    assert state_of(floor) is FloorState.LISTENING
    assert take(floor, on.TurnOver(BOTH)) == [do.Begin(2, (BOTH,), guess=False)]


def test_who_goes_on_while_the_answer_is_heard_takes_it_back(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Audible(first))
    silent = [do.HoldTimer(), do.Stop(first), do.FallSilent(), do.TakeBack(first)]
    assert take(floor, on.SpeechBegan(goes_on=True)) == silent
    assert take(floor, on.TurnOver(BOTH)) == [do.Begin(2, (BOTH,), guess=False)]


def test_an_answer_that_is_made_to_its_end_is_taken_back_too(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Audible(first), on.Ended(first))
    silent = [do.HoldTimer(), do.FallSilent(), do.TakeBack(first)]
    assert take(floor, on.SpeechBegan(goes_on=True)) == silent


def test_only_the_turn_that_goes_on_comes_again(floor: Floor) -> None:
    asking(floor, BILL)
    asking(floor, PLAN)
    take(floor, on.SpeechBegan(goes_on=True))
    assert take(floor, on.TurnOver(BOTH)) == [do.Begin(3, (BILL, BOTH), guess=False)]


def test_what_was_said_before_it_is_answered_where_nothing_follows(floor: Floor) -> None:
    asking(floor, BILL)
    asking(floor, PLAN)
    take(floor, on.SpeechBegan(goes_on=True))
    assert take(floor, on.TurnOver(NOISE))[-1] == do.Begin(3, (BILL,), guess=False)


@pytest.mark.parametrize(
    "happened", [on.Calling(1), on.Ended(1, do.AskIdentity(2)), on.TurnOver(NOISE), on.PersonKey()]
)
def test_what_led_to_more_than_an_answer_is_not_taken_back(
    floor: Floor, happened: on.Input
) -> None:
    asking(floor, BILL)
    take(floor, happened)
    assert floor.may_take_back is None
    assert take(floor, on.SpeechBegan(goes_on=True)) == [do.HoldTimer()]


# Callers who take their time, and those who do not


def test_who_asks_for_time_is_told_once_that_there_is_time(floor: Floor) -> None:
    silent = [do.FallSilent(), do.Say("take_your_time"), do.AwaitCaller(patiently=True)]
    assert take(floor, on.TurnOver(HOLD_ON)) == silent
    assert take(floor, on.FellSilent()) == [do.AwaitCaller(patiently=True)]
    assert take(floor, on.TurnOver(NOISE)) == [do.SayOn()], "papers that are looked for rustle"
    assert take(floor, on.TurnOver(HOLD_ON)) == [do.FallSilent(), do.AwaitCaller(patiently=True)]


def test_who_thinks_aloud_has_all_the_time_again(floor: Floor) -> None:
    take(floor, on.SpeechBegan())
    assert take(floor, on.TurnOver(ER)) == [do.SayOn(), do.AwaitCaller(patiently=False)]


@pytest.mark.parametrize("happened", [on.TurnOver(BILL), on.Key(begins=False), on.SilenceOver()])
def test_who_is_there_again_is_not_waited_for_any_more(floor: Floor, happened: on.Input) -> None:
    take(floor, on.TurnOver(HOLD_ON), happened)
    assert take(floor, on.FellSilent()) == [do.AwaitCaller()]


def test_to_ask_for_time_is_no_try_at_a_pin(floor: Floor) -> None:
    take(floor, on.Ended(asking(floor, BILL), do.AskIdentity(2)), on.Checked(asks=True))
    assert do.Say("take_your_time") in take(floor, on.TurnOver(HOLD_ON))
    assert state_of(floor) is FloorState.IDENTIFYING
    assert take(floor, on.TurnOver(PIN))[-1] == do.Identify(PIN)


def test_an_answer_that_is_being_made_comes_also_to_who_asks_for_time(floor: Floor) -> None:
    first = asking(floor, BILL)
    assert take(floor, on.TurnOver(HOLD_ON)) == [do.SayOn()]
    assert take(floor, on.Ended(first)) == [do.AwaitCaller(patiently=True)]


def test_what_is_being_said_is_not_said_to_who_asks_for_time(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Audible(first))
    assert take(floor, on.TurnOver(HOLD_ON))[:2] == [do.Stop(first), do.FallSilent()]


def test_who_asks_for_time_and_says_what_for_is_still_waited_for(floor: Floor) -> None:
    take(floor, on.TurnOver(HOLD_ON))
    assert floor.may_take_back == 0
    assert take(floor, on.SpeechBegan(goes_on=True)) == [do.HoldTimer(), do.FallSilent()]
    assert do.Say("take_your_time") in take(floor, on.TurnOver(HOLD_ON))


def test_who_holds_the_call_misses_nothing_of_what_was_being_said(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Audible(first))
    pause = [do.CutShort(), do.FallSilent(for_good=False), do.AwaitCaller()]
    assert take(floor, on.Held(True)) == pause
    assert floor.answer == first, "it is still being made"
    assert take(floor, on.Held(False)) == [do.SayOn(), do.AwaitCaller()]


def test_who_speaks_and_speaks_is_asked_for_a_pause_and_answered_later(floor: Floor) -> None:
    take(floor, on.SpeechBegan())
    assert take(floor, on.Heard(BILL, paused=False)) == [], "no pause, no guess"
    assert take(floor, on.TooLong()) == [do.Say("too_long")]
    assert take(floor, on.TurnOver(BILL)) == [do.Begin(1, (BILL,), guess=False)]


def test_nobody_is_asked_for_a_pause_while_a_person_listens(floor: Floor) -> None:
    assert take(floor, on.PersonTook(), on.TooLong()) == []


def test_distress_is_heard_within_a_long_turn(floor: Floor) -> None:
    assert take(floor, on.Heard(FIRE, paused=False))[-1] == do.Help()


# While a tool is at work


def test_words_while_a_tool_is_at_work_are_answered_after_its_result(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Calling(first))
    assert state_of(floor) is FloorState.ACTING
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
    assert state_of(floor) is FloorState.ACTING
    take(floor, on.Audible(first))
    assert state_of(floor) is FloorState.SPEAKING


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
    assert state_of(floor) is FloorState.ACTING
    take(floor, on.Checked(asks=True))
    assert state_of(floor) is FloorState.IDENTIFYING
    assert take(floor, on.TurnOver(PIN))[-1] == do.Identify(PIN)
    assert take(floor, on.Checked(asks=False, verified=True)) == [do.ResumeAnswer(2)]


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
    assert state_of(floor) is FloorState.CONNECTING


# Silence, and turns that help nothing


def test_who_stays_silent_is_prompted_and_then_let_go(floor: Floor) -> None:
    assert take(floor, on.SilenceOver()) == [do.NoteSilence(1), do.PromptAgain(1)]
    assert take(floor, on.SilenceOver(asks=True)) == [do.NoteSilence(2), do.AskAgain(1)]
    take(floor, on.Ended(1))
    *_, said, leaves = take(floor, on.SilenceOver())
    assert (said, leaves) == (do.Say("nobody_there"), do.Leave("no input"))
    assert state_of(floor) is FloorState.LEAVING


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


@pytest.mark.parametrize(
    "state", [FloorState.LEAVING, FloorState.ACTING, FloorState.IDENTIFYING, FloorState.SPEAKING]
)
def test_distress_comes_before_all_else(floor: Floor, state: FloorState) -> None:
    before: dict[FloorState, list[on.Input]] = {
        FloorState.LEAVING: [on.Leaving("no input", "assistant")],
        FloorState.ACTING: [on.TurnOver(BILL), on.Calling(1)],
        FloorState.IDENTIFYING: [
            on.TurnOver(BILL), on.Ended(1, do.AskIdentity(2)), on.Checked(asks=True),
        ],
        FloorState.SPEAKING: [on.Spoke()],
    }  # fmt: skip
    take(floor, *before[state])
    assert state_of(floor) is state
    assert take(floor, on.Heard(FIRE))[-1] == do.Help()
    assert state_of(floor) is FloorState.CONNECTING
    assert take(floor, on.TurnOver(BILL)) == [], "nothing else in that turn is answered"


def test_a_person_who_takes_over_ends_what_the_assistant_does(floor: Floor) -> None:
    first = asking(floor, BILL)
    take(floor, on.Calling(first), on.TurnOver(PLAN))
    assert take(floor, on.PersonTook()) == [do.Stop(first)]
    assert take(floor, on.Heard(PLAN)) == take(floor, on.TurnOver(PLAN)) == []
    assert state_of(floor) is FloorState.WITH_PERSON
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
