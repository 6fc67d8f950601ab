"""Who may speak, and what becomes of what is said meanwhile: one table of inputs and states.

At most one answer is being made that counts, and beside it one guess, which touches nothing before
its turn is over. While a tool or a check is at work words are kept, and answered after its result.
An answer of which nothing was heard and that has called no tool is made anew from its own words and
those that followed; one that was heard ends where the caller took the floor. A turn that was taken
for over too early goes on: what was begun to be answered is taken back, and nothing of it counts.
"""

from __future__ import annotations

from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.dialogue.actions import Action
from voice.dialogue.consequences import Consequences
from voice.dialogue.inputs import Input
from voice.dialogue.state import AWAY, FloorState
from voice.dialogue.words import Sense, Words


class Floor(Consequences):
    """The floor of one call."""

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
            case on.Reconsidered(instead):
                return self._reconsidered(instead)
            case _:
                return self._on_ways_out(happened, self.state)

    # The table: each input with the states in which it means something of its own

    def _on_words(self, happened: Input, state: FloorState) -> list[Action]:
        match happened, state:
            case ((on.Heard() | on.TurnOver()), _) if self._in_distress:
                return []
            case ((on.Heard(words) | on.TurnOver(words)), _) if words.sense is Sense.DISTRESS:
                return self._help()
            case on.WentOn(), _:
                return self._drop_guess()
            case on.TooLong(), FloorState.IDENTIFYING | FloorState.LISTENING:
                return [do.Say("too_long")]
            case on.Heard(paused=False), _:
                return []
            case (
                on.Heard(words),
                FloorState.THINKING | FloorState.SPEAKING | FloorState.HELD | FloorState.LISTENING,
            ):
                return self._guess_at(words)
            case on.TurnOver(words), FloorState.LEAVING if self._may_stay_for(words):
                return self._stay() + self._on_words(happened, self.state)
            case on.TurnOver(words), FloorState.CONNECTING if self._may_take_back_person(words):
                return self._drop_guess() + self._take_back_person(words)
            case on.TurnOver(), FloorState.LEAVING | FloorState.CONNECTING | FloorState.WITH_PERSON:
                return self._drop_guess()
            case on.TurnOver(words, cut_question), _ if words.sense is Sense.NOTHING:
                return self._drop_guess() + self._go_on(words, cut_question)
            case on.TurnOver(words), _ if words.sense is Sense.STRANGE:
                self._caller_is_there()
                return [*self._drop_guess(), do.Tell(words)]
            case on.TurnOver(words), FloorState.ACTING if words.sense is not Sense.MANNER:
                return self._drop_guess() + self._keep(words)
            case on.TurnOver(words), _ if words.sense is Sense.WAIT:
                return self._drop_guess() + self._wait(state)
            case on.TurnOver(words), _ if words.sense is Sense.MANNER:
                return [*self._drop_guess(), do.Adapt(words), *self._say_again(words, state)]
            case on.TurnOver(words), FloorState.IDENTIFYING if words.sense is Sense.PATIENCE:
                return [*self._drop_guess(), *self._beside(words)]
            case on.TurnOver(words), FloorState.IDENTIFYING:
                return self._drop_guess() + self._identify(words)
            case on.TurnOver(words), _:
                return self._reply_to(words)
        return []

    def _on_caller(self, happened: Input, state: FloorState) -> list[Action]:
        match happened, state:
            case on.SpeechBegan(goes_on), _:
                self._in_distress = False
                return [do.HoldTimer(), *(self._take_back() if goes_on else [])]
            case on.TookFloor(), FloorState.SPEAKING:
                return [do.CutShort(), *self._stop()]
            case on.TookFloor(), _:
                return [do.CutShort()]
            case (
                on.Key(),
                FloorState.ACTING
                | FloorState.LEAVING
                | FloorState.CONNECTING
                | FloorState.WITH_PERSON,
            ):
                self._caller_is_there()
            case on.Key(begins), _:
                self._caller_is_there()
                silent = [*self._quiet(), do.FallSilent()] if begins else []
                return [*silent, self._await()]
            case on.Keyed(words), _ if self._identifying:
                return self._identify(words)
            case on.PersonKey(), _ if state not in AWAY:
                silent = [*self._quiet(), *self._leave_identification(), do.FallSilent()]
                return silent + self._connect(do.HandOver("the caller pressed 0"))
        return []

    def _on_silence(self, happened: Input, state: FloorState) -> list[Action]:
        match happened, state:
            case on.SilenceOver(asks), FloorState.IDENTIFYING | FloorState.LISTENING:
                return [] if self._speaking or self._answer else self._prompt(asks)
            case on.Held(held), _:
                self._held = held
                pause: list[Action] = [do.CutShort(), do.FallSilent(for_good=False)]
                return [*(pause if held else [do.SayOn()]), self._await()]
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
            case on.Ended(answer) if answer == self.answer:
                return self._after_answer(happened)
        return []

    def _on_check(self, happened: Input, state: FloorState) -> list[Action]:
        self._checks -= 1
        self._identifying = isinstance(happened, on.Checked) and happened.asks
        match happened, state:
            case _, FloorState.LEAVING | FloorState.CONNECTING | FloorState.WITH_PERSON:
                return []
            case on.Checked(beside=Words() as words), _:
                return self._beside(words)
            case on.Checked(verified=True | None as verified), _ if self._may_take_back_check:
                return self._reconsider(verified)
            case on.Checked(verified=True), _:
                return [do.ResumeAnswer(self._next())]
            case on.Checked(verified=False), _:
                return [do.Forget(), *self._connect(do.HandOver("identity not confirmed"))]
            case on.CheckFailed(error), _:
                then = [] if self._has_person else self._take_up_kept()
                return [do.Forget(), do.CannotCheck(error), *then]
        return [self._await()]

    def _on_ways_out(self, happened: Input, state: FloorState) -> list[Action]:
        match happened, state:
            case on.Failed(), FloorState.LEAVING | FloorState.WITH_PERSON:
                return self._quiet()
            case on.Failed(engine, error), _:
                again, self._apologised = self._apologised, True
                return [*self._quiet(), *([] if again else [do.Apologise(engine, error)])]
            case on.PersonWanted(reason, spoken), _:
                return self._connect(do.HandOver(reason, spoken))
            case on.PersonTook(), _:
                self._with_person, self._calling_persons, self._helps = True, 0, False
                self._forget_kept()
                return self._quiet()
            case on.PersonLeft(stays), _:
                return self._without_person(stays)
            case on.TimeRunsOut(), _ if state not in AWAY:
                return [do.Say("time_runs_out")]
            case on.TimeUp(), FloorState.LEAVING | FloorState.WITH_PERSON:
                self._parting = False
                return []
            case on.TimeUp(), _ if not self._stays:
                end = self._leave(do.Leave("maximum length", "system"))
                silent = [do.WithdrawTransfer(), *self._quiet(), do.FallSilent()]
                return [*silent, do.Say("time_is_up"), *end]
            case on.Leaving(reason, by), _:
                return self._leave(do.Leave(reason, by))
        return []
