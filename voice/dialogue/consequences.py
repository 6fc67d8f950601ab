"""What the floor's rules come to: answers that begin and end, words that are kept, ways out."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.dialogue.actions import Action
from voice.dialogue.state import AWAY, ENGAGED, FloorState, Making
from voice.dialogue.words import Sense, Words

MOST_UNHELPED = 5
"""Turns of a call that helped nothing, with none between them that did: then a person helps."""

KEEPS_CALL = (Sense.REQUEST, Sense.WAIT, Sense.MANNER)
"""What is said into a goodbye and answered; no backchannel is, and no farewell."""


class Consequences:
    """What is known of one call's floor, and what is done by the rules in `Floor`.

    After `reprompts` prompts in a row a silent caller is let go. `has_person`: a person can be had.
    """

    def __init__(self, reprompts: int, has_person: bool = True) -> None:
        self._reprompts = reprompts
        self._has_person = has_person
        self._numbers = count(1)
        self._answer: Making | None = None
        self._guess: Making | None = None
        self._kept: tuple[Words, ...] = ()
        self._later: tuple[Words, ...] = ()
        """Requests that wait until a question is answered, or it is known who calls."""
        self._asks = False
        """A question of the tasks is open."""
        self._last: Making | None = None
        """The answer to the caller's last turn, unless it was stopped or led out of the talk."""
        self._waits = False
        """The caller asked to be waited for, and has asked nothing since."""
        self._checks = 0
        self._identifying = self._speaking = self._held = self._resumes = False
        self._calling_persons = 0
        self._with_person = self._leaving = self._stays = False
        self._helps = False
        """The caller is in distress, and put through."""
        self._parting = False
        """The end is one that the caller's words may put off: a goodbye, or their silence."""
        self._apologised = self._in_distress = False
        self._silences = self._unhelped = 0

    @property
    def state(self) -> FloorState:
        """Who has the floor now."""
        making = self._answer
        if self._leaving:
            return FloorState.LEAVING
        if self._calling_persons:
            return FloorState.CONNECTING
        if self._with_person:
            return FloorState.WITH_PERSON
        if self._checks or (making and making.at_work and not making.heard):
            return FloorState.ACTING
        if self._identifying:
            return FloorState.IDENTIFYING
        if making and not making.heard:
            return FloorState.THINKING
        if making or self._speaking:
            return FloorState.SPEAKING
        return FloorState.HELD if self._held else FloorState.LISTENING

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
        instead = self.answer if self.state is FloorState.THINKING else None
        return making, do.Begin(making.answer, making.words, guess, instead)

    def _before(self) -> tuple[Words, ...]:
        """What is answered along with the next words."""
        unheard = self._answer if self.state is FloorState.THINKING else None
        return (unheard.words if unheard else ()) + self._kept

    def _close(self) -> list[Action]:
        """Another answer takes the place of the one that is being made."""
        if self._answer and self.state is FloorState.THINKING:
            dropped, self._answer = self._answer, None
            return [do.Drop(dropped.answer)]
        return self._stop()

    def _keep(self, words: Words) -> list[Action]:
        """The answer still comes; what else was said is taken up after it."""
        self._caller_is_there()
        if words.sense not in (Sense.PATIENCE, Sense.WAIT, Sense.MANNER):
            self._kept += (words,)
        return [do.SayOn()] if self._checks else [do.Say("one_moment"), do.SayOn()]

    def _go_on(self, words: Words, cut_question: bool) -> list[Action]:
        if self._answer is None and cut_question:
            return [do.AskAgain(self._next())]
        # Who says "er" is there, and has all the time again; after noise the rest of it goes on.
        anew = [self._await()] if words.said and not self._answer else []
        return [do.SayOn(), *anew, *self._take_up_kept()]

    def _take_up_kept(self) -> list[Action]:
        """Answer what was kept; what waits for the answer to a question has to wait for it."""
        if self._answer or self._checks or self._identifying:
            return []
        if not self._asks:
            self._kept, self._later = self._later + self._kept, ()
        return self._answer_now() if self._kept else []

    def _forget_kept(self) -> None:
        self._kept = self._later = ()

    def _say_again(self, words: Words, state: FloorState) -> list[Action]:
        """The last content, as the caller wants it said."""
        match state:
            case FloorState.ACTING:
                return self._keep(words)
            case FloorState.IDENTIFYING:
                return [do.AskOn()]
            case _:
                return self._reply_to(words)

    def _wait(self, state: FloorState) -> list[Action]:
        """Give the caller the time that they ask for, and say so once; an answer still comes."""
        told, self._silences, self._waits = self._waits, 0, True
        if state is FloorState.THINKING:
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
        unheard = last is self._answer and self.state is FloorState.THINKING
        ended = self._close()
        self._kept = last.words[:-1]
        if self._identifying:  # Only for the sake of what is taken back.
            return [*self._leave_identification(), do.FallSilent()]
        return ended if unheard else [*ended, do.FallSilent(), do.TakeBack(last.answer)]

    def _identify(self, words: Words) -> list[Action]:
        self._caller_is_there()
        self._checks += 1
        self._last = None
        return [do.HoldTimer(), do.Identify(words)]

    def _beside(self, words: Words) -> list[Action]:
        """The caller says something else than who they are."""
        self._caller_is_there()
        match words.sense:
            case Sense.PERSON:
                return self._hand_over("the caller asked for a person")
            case Sense.UNABLE if self._has_person:
                return self._hand_over("the caller cannot say who they are")
            case Sense.UNABLE:
                left = self._leave_identification()
                return [*left, do.Say("without_it"), *self._what_else()]
            case Sense.DROPS:
                left = self._leave_identification()
                self._kept += (words,) if words.said else ()
                return [*left, *self._what_else()]
            case Sense.AGAIN | Sense.PATIENCE:
                return [do.AskOn()]
        self._unhelped += 1
        if words.sense is not Sense.REQUEST:
            return self._helpless() or [do.AskOn(misheard=True)]
        self._later += (words,)
        return self._helpless() or [do.Say("first_this"), do.AskOn()]

    @property
    def _may_take_back_check(self) -> bool:
        """Whether words that were kept may take back what it is checked for who calls."""
        return any(words.sense is Sense.INSTEAD for words in self._kept)

    def _reconsider(self, verified: bool | None) -> list[Action]:
        """What the caller wants now is found out before it goes on for which it was checked."""
        self._checks += 1
        self._resumes = bool(verified)
        last = next(words for words in reversed(self._kept) if words.sense is Sense.INSTEAD)
        return [do.HoldTimer(), do.Reconsider(last)]

    def _reconsidered(self, instead: Words | None) -> list[Action]:
        self._checks -= 1
        if self.state in AWAY:
            return []
        self._kept = tuple(words for words in self._kept if words.sense is not Sense.INSTEAD)
        resumes, self._resumes = self._resumes, False
        if instead is not None:
            return [do.Forget(), *self._beside(instead)]
        return [do.ResumeAnswer(self._next())] if resumes else [self._await()]

    def _what_else(self) -> list[Action]:
        return self._take_up_kept() or [do.Say("anything_else")]

    def _helpless(self) -> list[Action]:
        """Too many turns helped nothing: a person does."""
        if self._unhelped < MOST_UNHELPED:
            return []
        self._unhelped = 0
        return self._hand_over("nothing helped the caller")

    def _hand_over(self, reason: str) -> list[Action]:
        return self._leave_identification() + self._connect(do.HandOver(reason))

    def _leave_identification(self) -> list[Action]:
        asked, self._identifying, self._last = self._identifying, False, None
        return [do.LeaveIdentification()] if asked else []

    # Answers

    def _making(self, answer: int) -> Making | None:
        return next((m for m in (self._answer, self._guess) if m and m.answer == answer), None)

    def _next(self) -> int:
        """The number of an answer that is to no words, and counts from the start."""
        self._answer = Making(next(self._numbers))
        return self._answer.answer

    def _after_answer(self, ended: on.Ended) -> list[Action]:
        if self._answer and ended.keeps:
            self._later += self._answer.words
        self._answer, self._asks = None, ended.asks
        self._last = self._last if isinstance(ended.then, do.AskIdentity | None) else None
        if ended.helped is not None:
            self._unhelped = 0 if ended.helped else self._unhelped + 1
        match ended.then:
            case do.HandOver():
                return self._connect(ended.then)
            case do.Leave():
                return self._part(ended.then)
            case do.AskIdentity():
                self._checks += 1
                return [do.HoldTimer(), ended.then]
        return self._helpless() or self._take_up_kept() or [self._await()]

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
            return [noted, do.Say("nobody_there"), *self._part(do.Leave("no input"))]
        again = do.AskAgain(self._next()) if asks else do.PromptAgain(self._silences)
        return [noted, again]

    def _connect(self, hand_over: do.HandOver) -> list[Action]:
        if self.state in AWAY:
            return []
        self._forget_kept()
        self._calling_persons += 1
        return [*self._drop_guess(), do.HoldTimer(), hand_over]

    def _without_person(self, stays: bool) -> list[Action]:
        self._calling_persons = max(0, self._calling_persons - 1)
        self._with_person = self._apologised = False
        self._stays = self._stays or stays
        if self.state in AWAY:
            return [self._await()]
        self._helps = False
        return self._take_up_kept() or [self._await()]

    def _may_take_back_person(self, words: Words) -> bool:
        """Whether these words take back a hand-over that is not for the caller's good."""
        return words.sense is Sense.INSTEAD and not (self._helps or self._apologised)

    def _take_back_person(self, words: Words) -> list[Action]:
        """What the caller wants instead is answered once it is known that nobody comes."""
        self._caller_is_there()
        self._kept += (replace(words, sense=Sense.REQUEST),)
        return [do.TakeBackTransfer()]

    def _help(self) -> list[Action]:
        """Distress comes before all else, also before the end."""
        self._in_distress, self._leaving, self._identifying = True, False, False
        self._parting = False
        self._forget_kept()
        self._calling_persons += 1
        self._helps = True
        silent = [*self._quiet(), do.LeaveIdentification(), do.FallSilent(all_of_it=True)]
        return [*silent, do.HoldTimer(), do.Help()]

    def _part(self, leave: do.Leave) -> list[Action]:
        """Leave, unless the caller still wants something."""
        self._parting = self._parting or not self._leaving
        return self._leave(leave, forced=False)

    def _may_stay_for(self, words: Words) -> bool:
        """Whether these words keep a call that was to end."""
        away = self._calling_persons or self._with_person or self._checks
        return self._parting and not away and words.sense in KEEPS_CALL

    def _stay(self) -> list[Action]:
        """Nothing more is said of the goodbye."""
        self._leaving = self._parting = False
        return [do.Stay(), do.FallSilent(all_of_it=True)]

    def _leave(self, leave: do.Leave, forced: bool = True) -> list[Action]:
        """Leave; `forced`: whatever the caller still says."""
        self._parting = self._parting and not forced
        if self._leaving:
            return []
        self._leaving = True
        self._forget_kept()
        return [leave]
