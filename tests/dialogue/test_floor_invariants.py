"""Whatever happens, in whatever order: one voice, no question lost, and every call has an end."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from voice.dialogue import Floor, FloorState, Sense, Words
from voice.dialogue import actions as do
from voice.dialogue import inputs as on

REPROMPTS = 2
AWAY = {FloorState.LEAVING, FloorState.CONNECTING, FloorState.WITH_PERSON}
ENGAGED = AWAY | {FloorState.ACTING, FloorState.HELD}
SENSES = st.sampled_from(Sense)
REQUESTS = st.sampled_from(
    [None, None, do.AskIdentity(2), do.HandOver("asked for"), do.Leave("goodbye")]
)


class AnyCall(RuleBasedStateMachine):
    """A call in which anything may happen at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(REPROMPTS)
        self.turns = 0
        self.counts: int | None = None
        """The answer that counts."""
        self.guess: int | None = None
        self.words: dict[int, tuple[Words, ...]] = {}
        self.open: list[Words] = []
        """What was asked, and has had neither an answer nor an end."""
        self.checks = self.persons = self.reconsidered = 0
        self.with_person = self.forced = False
        self.turn: Words | None = None
        """The last one that the caller said."""
        self.numbers: set[int] = set()
        self.dropped: tuple[Words, ...] = ()

    @initialize(has_person=st.booleans())
    def begins(self, has_person: bool) -> None:
        self.floor = Floor(REPROMPTS, has_person)

    def tell(self, happened: on.Input) -> list[do.Action]:
        before = self.floor.state
        actions = self.floor.take(happened)
        if do.Stay() in actions:
            assert before is FloorState.LEAVING and not self.forced
            assert self.turn is not None
            if self.turn.sense is Sense.REQUEST:
                self.open.append(self.turn)
            before = FloorState.LISTENING
        if isinstance(happened, on.PersonLeft):
            before = FloorState.LISTENING if self.floor.state not in AWAY else before
        for action in actions:
            self.follow(action, before)
        if not isinstance(happened, on.SpeechBegan):
            assert not self.dropped, "who takes back an answer answers its words"
        return actions

    def follow(self, action: do.Action, before: FloorState) -> None:
        match action:
            case do.Begin(number, words, guess, instead_of):
                assert before not in AWAY
                self.is_new(number)
                self.words[number] = words
                if guess:
                    assert self.guess is None
                    self.guess = number
                    assert instead_of is None or instead_of == self.counts
                else:
                    self.now_counts(number)
            case do.Commit(number):
                assert number == self.guess and before not in AWAY
                self.guess = None
                self.now_counts(number)
            case do.ResumeAnswer(number) | do.AskAgain(number):
                assert before not in AWAY
                self.is_new(number)
                self.words[number] = ()
                self.now_counts(number)
            case do.Drop(number) if number == self.guess:
                self.guess = None
            case do.Drop(number):
                assert number == self.counts and before is FloorState.THINKING
                self.dropped, self.counts = self.words[number], None
            case do.TakeBack(number):
                assert self.counts is None and before not in ENGAGED
            case do.Say("too_long"):
                assert before in {FloorState.LISTENING, FloorState.IDENTIFYING}
            case do.Stop(number):
                assert number == self.counts
                self.close(number)
            case do.Tell(words):
                self.open = [one for one in self.open if one is not words]
            case do.Identify(words):
                self.open = [one for one in self.open if one is not words]
                self.checks += 1
            case do.Reconsider():
                self.reconsidered += 1
            case do.AskOn():
                assert before not in AWAY
            case do.AskIdentity():
                self.checks += 1
            case do.HandOver() | do.Help():
                self.forced = False
                self.persons += 1
                self.open.clear()
            case do.Leave():
                self.open.clear()
            case do.PromptAgain() | do.NoteSilence():
                assert before not in AWAY | {FloorState.ACTING, FloorState.THINKING}

    def is_new(self, number: int) -> None:
        assert number not in self.numbers
        self.numbers.add(number)

    def now_counts(self, number: int) -> None:
        assert self.counts is None, "one answer at a time"
        assert set(self.dropped) <= set(self.words[number])
        self.counts, self.dropped = number, ()

    def close(self, number: int) -> None:
        """It was answered, or the caller took the floor."""
        self.counts = None
        self.open = [one for one in self.open if one not in self.words[number]]

    # The caller

    def next_words(self, sense: Sense) -> Words:
        self.turns += 1
        return Words(self.turns, sense)

    @rule()
    def begins_to_speak(self) -> None:
        self.tell(on.SpeechBegan())

    @rule()
    def goes_on_with_the_turn_before(self) -> None:
        answer, engaged = self.floor.may_take_back, self.floor.state in ENGAGED
        actions = self.tell(on.SpeechBegan(goes_on=True))
        self.dropped = ()
        if answer is None:
            assert actions == [do.HoldTimer()]
            return
        assert not engaged and self.floor.may_take_back is None
        if answer:
            assert answer != self.floor.answer
            *before, again = self.words[answer]
            self.open = [one for one in self.open if one not in before and one is not again]
            self.open += [one for one in before if one.sense is Sense.REQUEST]

    @rule(sense=SENSES)
    def speaks_on_and_on(self, sense: Sense) -> None:
        heard = self.tell(on.Heard(self.next_words(sense), paused=False))
        assert not any(isinstance(action, do.Begin) for action in heard)
        self.tell(on.TooLong())

    @rule(sense=SENSES)
    def pauses(self, sense: Sense) -> None:
        assert not [a for a in self.tell(on.Heard(self.next_words(sense))) if self.is_stop(a)]

    def is_stop(self, action: do.Action) -> bool:
        """Whether something that counts was stopped, and nobody is in distress."""
        return isinstance(action, do.Stop) and self.floor.state is not FloorState.CONNECTING

    @rule()
    def goes_on(self) -> None:
        self.tell(on.WentOn())

    @rule(sense=SENSES, cut_question=st.booleans(), was_guessed=st.booleans())
    def ends_the_turn(self, sense: Sense, cut_question: bool, was_guessed: bool) -> None:
        words, state = self.next_words(sense), self.floor.state
        if was_guessed and self.guess:
            words = self.words[self.guess][-1]
        acting = self.counts if state is FloorState.ACTING else None
        self.turn = words
        if words.sense is Sense.REQUEST and state not in AWAY:
            self.open.append(words)
        actions = self.tell(on.TurnOver(words, cut_question))
        if not actions and words in self.open:
            self.open.remove(words)  # the rest of a turn of distress
        if acting and words.sense is not Sense.DISTRESS:
            assert self.counts == acting, "words do not stop what is being done"
            assert not any(isinstance(action, do.AskAgain) for action in actions)

    @rule()
    def takes_the_floor(self) -> None:
        acting = self.counts if self.floor.state is FloorState.ACTING else None
        self.tell(on.TookFloor())
        assert acting is None or self.counts == acting

    @rule(begins=st.booleans())
    def presses_a_key(self, begins: bool) -> None:
        self.tell(on.Key(begins))

    @rule()
    def keys_an_answer(self) -> None:
        self.tell(on.Keyed(self.next_words(Sense.REQUEST)))

    @rule()
    def presses_the_key_for_a_person(self) -> None:
        self.tell(on.PersonKey())

    @rule(asks=st.booleans())
    def is_silent(self, asks: bool) -> None:
        self.tell(on.SilenceOver(asks))

    @rule(held=st.booleans())
    def holds(self, held: bool) -> None:
        self.tell(on.Held(held))

    # The assistant

    @rule(speaks=st.booleans())
    def is_heard(self, speaks: bool) -> None:
        self.tell(on.Spoke() if speaks else on.FellSilent())

    @precondition(lambda self: self.counts or self.guess)
    @rule(guess=st.booleans(), step=st.sampled_from([on.Calling, on.Waiting, on.Audible]))
    def makes_a_step(self, guess: bool, step: type[on.Calling | on.Waiting | on.Audible]) -> None:
        number = self.guess if guess and step is on.Calling else self.counts
        assert self.tell(step(number or 0)) == []

    @precondition(lambda self: self.counts)
    @rule(
        then=REQUESTS,
        helped=st.sampled_from([None, True, False]),
        asks=st.booleans(),
        keeps=st.booleans(),
    )
    def comes_to_its_end(
        self,
        then: do.AskIdentity | do.HandOver | do.Leave | None,
        helped: bool | None,
        asks: bool,
        keeps: bool,
    ) -> None:
        assert self.counts is not None
        number, keeps = self.counts, keeps and asks and then is None
        if keeps:
            self.counts = None
        else:
            self.close(number)
        self.tell(on.Ended(number, then, helped, asks and then is None, keeps))

    @rule()
    def fails(self) -> None:
        self.tell(on.Failed("response", RuntimeError()))

    @precondition(lambda self: self.checks)
    @rule(asks=st.booleans(), verified=st.sampled_from([None, True, False]))
    def knows_who_calls(self, asks: bool, verified: bool | None) -> None:
        self.checks -= 1
        if verified is not None and self.counts is not None:
            verified = None  # decided once, while nothing else is answered
        self.tell(on.Checked(asks and verified is None, verified))

    @precondition(lambda self: self.checks)
    @rule(sense=SENSES, says_more=st.booleans())
    def says_something_else_than_who_they_are(self, sense: Sense, says_more: bool) -> None:
        self.checks -= 1
        words = Words(self.turns if says_more or sense is not Sense.DROPS else None, sense)
        asked = self.floor.state not in AWAY
        if asked and (sense is Sense.REQUEST or (sense is Sense.DROPS and says_more)):
            self.open.append(words)
        self.tell(on.Checked(asks=True, beside=words))

    @precondition(lambda self: self.reconsidered)
    @rule(takes_back=st.booleans(), says_more=st.booleans())
    def it_is_known_what_was_taken_back(self, takes_back: bool, says_more: bool) -> None:
        self.reconsidered -= 1
        words = Words(self.turns if says_more else None, Sense.DROPS)
        if takes_back and says_more and self.floor.state not in AWAY:
            self.open.append(words)
        actions = self.tell(on.Reconsidered(words if takes_back else None))
        assert not (takes_back and any(isinstance(one, do.ResumeAnswer) for one in actions))

    @precondition(lambda self: self.checks)
    @rule()
    def cannot_know_who_calls(self) -> None:
        self.checks -= 1
        self.tell(on.CheckFailed(RuntimeError()))

    # Persons and the end

    @rule()
    def a_person_is_wanted(self) -> None:
        self.tell(on.PersonWanted("wanted"))

    @rule()
    def a_person_takes_over(self) -> None:
        self.persons, self.with_person = 0, True
        self.open.clear()
        self.tell(on.PersonTook())

    @precondition(lambda self: self.persons or self.with_person)
    @rule(stays=st.booleans())
    def the_person_leaves(self, stays: bool) -> None:
        self.persons, self.with_person = max(0, self.persons - 1), False
        self.tell(on.PersonLeft(stays))

    @rule()
    def time_runs_out(self) -> None:
        self.tell(on.TimeRunsOut())

    @precondition(lambda self: self.floor.state is FloorState.LEAVING)
    @rule(failed=st.booleans())
    def the_end_is_forced(self, failed: bool) -> None:
        self.tell(on.Leaving("speech failed", "system") if failed else on.TimeUp())
        self.forced = self.floor.state is FloorState.LEAVING

    # What always holds

    @invariant()
    def the_same_answer_counts_for_both(self) -> None:
        assert self.floor.answer == self.counts

    @invariant()
    def no_answer_is_made_for_who_speaks_with_a_person(self) -> None:
        if self.floor.state is FloorState.WITH_PERSON:
            assert self.counts is None and self.guess is None

    def teardown(self) -> None:
        """Left alone, every call comes to an end, and no question stays open."""
        while self.persons or self.with_person:
            self.the_person_leaves(stays=False)
        while self.checks:
            self.knows_who_calls(asks=False, verified=None)
        while self.reconsidered:
            self.it_is_known_what_was_taken_back(takes_back=False, says_more=False)
        self.tell(on.FellSilent())
        for _ in range(10):
            if self.counts is not None:
                self.comes_to_its_end(None, None, asks=False, keeps=False)
            self.tell(on.TurnOver(Words("", Sense.NOTHING)))
        assert self.open == []
        self.tell(on.TimeUp())
        self.tell(on.Leaving("over", "system"))
        assert self.floor.state is FloorState.LEAVING


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
