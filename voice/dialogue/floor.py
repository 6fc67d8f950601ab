"""Who may speak, and what becomes of what is said meanwhile: one table of inputs and states.

At most one answer is being made that counts, and beside it one guess, which touches nothing before
its turn is over. While a tool or a check is at work words are kept, and answered after its result.
An answer of which nothing was heard and that has called no tool is made anew from its own words and
those that followed; one that was heard ends where the caller took the floor. A turn that was taken
for over too early goes on: what was begun to be answered is taken back, and nothing of it counts.
"""

from __future__ import annotations

from itertools import count

from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.dialogue.actions import Action
from voice.dialogue.inputs import Input
from voice.dialogue.state import AWAY, ENGAGED, Making, State
from voice.dialogue.words import Sense, Words

MOST_UNHELPED = 5
"""Turns of a call that helped nothing, with none between them that did: then a person helps."""


class Floor:
    """The floor of one call; after `reprompts` prompts in a row a silent caller is let go."""

    def __init__(self, reprompts: int) -> None:
        self._reprompts = reprompts
        self._numbers = count(1)
        self._answer: Making | None = None
        self._guess: Making | None = None
        self._kept: tuple[Words, ...] = ()
        self._last: Making | None = None
        """The answer to the caller's last turn, unless it was stopped or asked for more."""
        self._waits = False
        """The caller asked to be waited for, and has asked nothing since."""
        self._checks = 0
        self._identifying = self._speaking = self._held = False
        self._calling_persons = 0
        self._with_person = self._leaving = self._stays = False
        self._apologised = self._in_distress = False
        self._silences = self._unhelped = 0

    @property
    def state(self) -> State:
        """Who has the floor now."""
        making = self._answer
        if self._leaving:
            return State.LEAVING
        if self._calling_persons:
            return State.CONNECTING
        if self._with_person:
            return State.WITH_PERSON
        if self._checks or (making and making.at_work and not making.heard):
            return State.ACTING
        if self._identifying:
            return State.IDENTIFYING
        if making and not making.heard:
            return State.THINKING
        if making or self._speaking:
            return State.SPEAKING
        return State.HELD if self._held else State.LISTENING

    @property
    def answer(self) -> int | None:
        """The answer that is being made, and counts."""
        return self._answer.answer if self._answer else None

    @property
    def checking(self) -> bool:
        """Whether it is being checked who calls."""
        return self._checks > 0

    @property
    def apologised(self) -> bool:
        """Whether something has given up, and no person was reached since."""
        return self._apologised

    @property
    def may_take_back(self) -> int | None:
        """The answer to the caller's last turn, while that may go on; 0: they are waited for."""
        if self.state in ENGAGED:
            return None
        return self._last.answer if self._last else 0 if self._waits else None

    def take(self, happened: Input) -> list[Action]:
        """What is to be done, in this order, about what happened."""
        match happened:
            case on.Heard() | on.WentOn() | on.TurnOver() | on.TooLong():
                self._last = None if isinstance(happened, on.TurnOver) else self._last
                return self._on_words(happened, self.state)
            case on.SpeechBegan() | on.TookFloor() | on.Key() | on.Keyed() | on.PersonKey():
                return self._on_caller(happened, self.state)
            case on.SilenceOver() | on.Held() | on.Spoke() | on.FellSilent():
                return self._on_silence(happened, self.state)
            case on.Calling() | on.Waiting() | on.Audible() | on.Ended():
                return self._on_answer(happened)
            case on.Checked() | on.CheckFailed():
                return self._on_check(happened, self.state)
            case _:
                return self._on_ways_out(happened, self.state)

    # The table: each input with the states in which it means something of its own

    def _on_words(self, happened: Input, state: State) -> list[Action]:
        match happened, state:
            case ((on.Heard() | on.TurnOver()), _) if self._in_distress:
                return []
            case ((on.Heard(words) | on.TurnOver(words)), _) if words.sense is Sense.DISTRESS:
                return self._help()
            case on.WentOn(), _:
                return self._drop_guess()
            case on.TooLong(), State.IDENTIFYING | State.LISTENING:
                return [do.Say("too_long")]
            case on.Heard(paused=False), _:
                return []
            case on.Heard(words), State.THINKING | State.SPEAKING | State.HELD | State.LISTENING:
                return self._guess_at(words)
            case on.TurnOver(), State.LEAVING | State.CONNECTING | State.WITH_PERSON:
                return self._drop_guess()
            case on.TurnOver(words, cut_question), _ if words.sense is Sense.NOTHING:
                return self._drop_guess() + self._go_on(cut_question)
            case on.TurnOver(words), _ if words.sense is Sense.STRANGE:
                self._caller_is_there()
                return [*self._drop_guess(), do.Tell(words)]
            case on.TurnOver(words), State.ACTING:
                return self._drop_guess() + self._keep(words)
            case on.TurnOver(words), _ if words.sense is Sense.WAIT:
                return self._drop_guess() + self._wait(state)
            case on.TurnOver(words), State.IDENTIFYING:
                return self._drop_guess() + self._identify(words)
            case on.TurnOver(words), _:
                return self._reply_to(words)
        return []

    def _on_caller(self, happened: Input, state: State) -> list[Action]:
        match happened, state:
            case on.SpeechBegan(goes_on), _:
                self._in_distress = False
                return [do.HoldTimer(), *(self._take_back() if goes_on else [])]
            case on.TookFloor(), State.SPEAKING:
                return [do.CutShort(), *self._stop()]
            case on.TookFloor(), _:
                return [do.CutShort()]
            case on.Key(), State.ACTING | State.LEAVING | State.CONNECTING | State.WITH_PERSON:
                self._caller_is_there()
            case on.Key(begins), _:
                self._caller_is_there()
                silent = [*self._quiet(), do.FallSilent()] if begins else []
                return [*silent, self._await()]
            case on.Keyed(words), _ if self._identifying:
                return self._identify(words)
            case on.PersonKey(), _ if state not in AWAY:
                fall_silent: list[Action] = [*self._quiet(), do.FallSilent()]
                return fall_silent + self._connect(do.HandOver("the caller pressed 0"))
        return []

    def _on_silence(self, happened: Input, state: State) -> list[Action]:
        match happened, state:
            case on.SilenceOver(asks), State.IDENTIFYING | State.LISTENING:
                return [] if self._speaking or self._answer else self._prompt(asks)
            case on.Held(held), _:
                self._held = held
                return [self._await()]
            case on.Spoke(), _:
                self._speaking = True
                return [do.HoldTimer()]
            case on.FellSilent(), _:
                self._speaking = False
                return [self._await()]
        return []

    def _on_answer(self, happened: Input) -> list[Action]:
        match happened:
            case on.Calling(answer) if making := self._making(answer):
                making.at_work, making.heard = True, False
            case on.Waiting(answer) | on.Audible(answer) if making := self._making(answer):
                making.heard = True
            case on.Ended(answer, then, helped) if answer == self.answer:
                self._answer = None
                self._last = None if then else self._last
                return self._after_answer(then, helped)
        return []

    def _on_check(self, happened: Input, state: State) -> list[Action]:
        self._checks -= 1
        self._identifying = isinstance(happened, on.Checked) and happened.asks
        match happened, state:
            case _, State.LEAVING | State.CONNECTING | State.WITH_PERSON:
                return []
            case on.Checked(verified=True), _:
                return [do.Resume(self._next())]
            case on.Checked(verified=False), _:
                return [do.Forget(), *self._connect(do.HandOver("identity not confirmed"))]
            case on.CheckFailed(error), _:
                return [do.Forget(), do.CannotCheck(error)]
        return [self._await()]

    def _on_ways_out(self, happened: Input, state: State) -> list[Action]:
        match happened, state:
            case on.Failed(), State.LEAVING | State.WITH_PERSON:
                return self._quiet()
            case on.Failed(engine, error), _:
                again, self._apologised = self._apologised, True
                return [*self._quiet(), *([] if again else [do.Apologise(engine, error)])]
            case on.PersonWanted(reason, spoken), _:
                return self._connect(do.HandOver(reason, spoken))
            case on.PersonTook(), _:
                self._with_person, self._kept = True, ()
                self._calling_persons = 0
                return self._quiet()
            case on.PersonLeft(stays), _:
                return self._without_person(stays)
            case on.TimeRunsOut(), _ if state not in AWAY:
                return [do.Say("time_runs_out")]
            case on.TimeUp(), State.LEAVING | State.WITH_PERSON:
                return []
            case on.TimeUp(), _ if not self._stays:
                end = self._leave(do.Leave("maximum length", "system"))
                silent = [do.CancelTransfer(), *self._quiet(), do.FallSilent()]
                return [*silent, do.Say("time_is_up"), *end]
            case on.Leaving(reason, by), _:
                return self._leave(do.Leave(reason, by))
        return []

    # The caller's words

    def _guess_at(self, words: Words) -> list[Action]:
        """Begin an answer although the caller may still go on."""
        if words.sense not in (Sense.REQUEST, Sense.PATIENCE):
            return []
        dropped = self._drop_guess()
        self._guess, begin = self._begin(words, guess=True)
        return [*dropped, begin]

    def _reply_to(self, words: Words) -> list[Action]:
        """Answer this turn, with what was kept and what an answer was for that is not yet heard."""
        self._caller_is_there()
        guess, self._guess = self._guess, None
        if guess and guess.words == (*self._before(), words):
            done: list[Action] = [*self._close(), do.Commit(guess.answer)]
            self._answer, self._kept = guess, ()
        else:
            dropped: list[Action] = [do.Drop(guess.answer)] if guess else []
            done = dropped + self._answer_now(words)
        self._last = self._answer
        return done

    def _answer_now(self, *words: Words) -> list[Action]:
        making, begin = self._begin(*words, guess=False)
        closed = self._close()
        self._answer, self._kept = making, ()
        return [*closed, begin]

    def _begin(self, *words: Words, guess: bool) -> tuple[Making, do.Begin]:
        making = Making(next(self._numbers), self._before() + words)
        instead = self.answer if self.state is State.THINKING else None
        return making, do.Begin(making.answer, making.words, guess, instead)

    def _before(self) -> tuple[Words, ...]:
        """What is answered along with the next words."""
        unheard = self._answer if self.state is State.THINKING else None
        return (unheard.words if unheard else ()) + self._kept

    def _close(self) -> list[Action]:
        """Another answer takes the place of the one that is being made."""
        if self._answer and self.state is State.THINKING:
            dropped, self._answer = self._answer, None
            return [do.Drop(dropped.answer)]
        return self._stop()

    def _keep(self, words: Words) -> list[Action]:
        """The answer still comes; what else was said is taken up after it."""
        self._caller_is_there()
        if words.sense not in (Sense.PATIENCE, Sense.WAIT):
            self._kept += (words,)
        return [do.SayOn()] if self._checks else [do.Say("one_moment"), do.SayOn()]

    def _go_on(self, cut_question: bool) -> list[Action]:
        if self._answer is None and cut_question:
            return [do.AskAgain(self._next())]
        return [do.SayOn(), *self._take_up_kept()]

    def _take_up_kept(self) -> list[Action]:
        if not self._kept or self._answer or self._checks or self._identifying:
            return []
        return self._answer_now()

    def _wait(self, state: State) -> list[Action]:
        """Give the caller the time that they ask for, and say so once; an answer still comes."""
        told, self._silences, self._waits = self._waits, 0, True
        if state is State.THINKING:
            return [do.SayOn()]
        say: list[Action] = [] if told else [do.Say("take_your_time")]
        return [*self._stop(), do.FallSilent(), *say, self._await()]

    def _take_back(self) -> list[Action]:
        """The caller had not finished: their turn comes again, whole, with what they say now."""
        if self.may_take_back is None:
            return []
        last, self._last, self._waits = self._last, None, False
        if last is None:
            return [do.FallSilent()]
        unheard = last is self._answer and self.state is State.THINKING
        ended = self._close()
        self._kept = last.words[:-1]
        return ended if unheard else [*ended, do.FallSilent(), do.TakeBack(last.answer)]

    def _identify(self, words: Words) -> list[Action]:
        self._caller_is_there()
        self._checks += 1
        return [do.HoldTimer(), do.Identify(words)]

    # Answers

    def _making(self, answer: int) -> Making | None:
        return next((m for m in (self._answer, self._guess) if m and m.answer == answer), None)

    def _next(self) -> int:
        """The number of an answer that is to no words, and counts from the start."""
        self._answer = Making(next(self._numbers))
        return self._answer.answer

    def _after_answer(
        self, then: do.AskIdentity | do.HandOver | do.Leave | None, helped: bool | None
    ) -> list[Action]:
        if helped is not None:
            self._unhelped = 0 if helped else self._unhelped + 1
        match then:
            case do.HandOver():
                return self._connect(then)
            case do.Leave():
                return self._leave(then)
            case do.AskIdentity():
                self._checks += 1
                return [do.HoldTimer(), then]
        if self._unhelped >= MOST_UNHELPED:
            self._unhelped = 0
            return self._connect(do.HandOver("nothing helped the caller"))
        return self._take_up_kept() or [self._await()]

    def _drop_guess(self) -> list[Action]:
        """The caller goes on: nothing of the guess has happened."""
        guess, self._guess = self._guess, None
        return [do.Drop(guess.answer)] if guess else []

    def _stop(self) -> list[Action]:
        stopped, self._answer, self._last = self._answer, None, None
        return [do.Stop(stopped.answer)] if stopped else []

    def _quiet(self) -> list[Action]:
        """Nothing further is made."""
        return self._drop_guess() + self._stop()

    # Silence, persons and the end

    def _caller_is_there(self) -> None:
        self._silences, self._waits = 0, False

    def _await(self) -> do.AwaitCaller:
        return do.AwaitCaller(patiently=self._waits)

    def _prompt(self, asks: bool) -> list[Action]:
        if kept := self._take_up_kept():
            return kept
        self._silences, self._waits = self._silences + 1, False
        noted = do.NoteSilence(self._silences)
        if self._silences > self._reprompts and not self._stays:
            return [noted, do.Say("nobody_there"), *self._leave(do.Leave("no input"))]
        again = do.AskAgain(self._next()) if asks else do.PromptAgain(self._silences)
        return [noted, again]

    def _connect(self, hand_over: do.HandOver) -> list[Action]:
        if self.state in AWAY:
            return []
        self._kept = ()
        self._calling_persons += 1
        return [*self._drop_guess(), do.HoldTimer(), hand_over]

    def _without_person(self, stays: bool) -> list[Action]:
        self._calling_persons = max(0, self._calling_persons - 1)
        self._with_person = self._apologised = False
        self._stays = self._stays or stays
        return [self._await()]

    def _help(self) -> list[Action]:
        """Distress comes before all else, also before the end."""
        self._in_distress, self._leaving, self._identifying, self._kept = True, False, False, ()
        self._calling_persons += 1
        silent = [*self._quiet(), do.LeaveIdentification(), do.FallSilent(all_of_it=True)]
        return [*silent, do.HoldTimer(), do.Help()]

    def _leave(self, leave: do.Leave) -> list[Action]:
        if self._leaving:
            return []
        self._leaving, self._kept = True, ()
        return [leave]
