"""What a simulated caller does next: a state machine without sound, clock or network."""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass
from typing import Literal

from voice.evaluation.callers.call_report import GaveUp
from voice.evaluation.callers.hearing import Meaning, answers, understand
from voice.evaluation.callers.scenario import Goal, Persona, Scenario, ScenarioStep
from voice.evaluation.callers.wording import Phrasings

_KEYS_AFTER_SPOKEN_TRIES = 1
"""A spoken PIN that was refused so often is typed on the keys."""


@dataclass(frozen=True)
class SayMove:
    """Speak a sentence."""

    text: str
    intent: str
    secret: bool = False
    """The sentence holds a PIN."""
    interrupts: bool = False


@dataclass(frozen=True)
class PressMove:
    """Press keys of the telephone, one after the other."""

    digits: str


@dataclass(frozen=True)
class ListenMove:
    """Say nothing and go on listening."""


@dataclass(frozen=True)
class HangUpMove:
    """End the call."""

    reason: str


Act = SayMove | PressMove | ListenMove | HangUpMove


class CallerPolicy:
    """One caller's mind during one call; the same seed and the same answers give the same call."""

    def __init__(
        self, scenario: Scenario, persona: Persona, phrasings: Phrasings, seed: int
    ) -> None:
        chance = random.Random(f"{scenario.name} {seed}")
        self._knows_pin = scenario.knows_pin
        self._persona = persona
        self._speaker = phrasings.speaker(chance)
        by_chance: Literal["keys", "voice"] = chance.choice(("keys", "voice"))
        self._pin_by = scenario.pin_by or by_chance
        self._waiting = deque(scenario.steps)
        self._step: ScenarioStep | None = None
        self._rephrasings = 0
        self._pin_tries = 0
        self._utterances = 0
        self._silences = 0
        self._endless = scenario.endless
        self._most_utterances = math.inf if scenario.endless else scenario.patience.utterances
        self._most_rephrasings = scenario.patience.rephrasings
        self._steps = scenario.steps
        self.handed_over = False
        """A person takes over; the caller only waits."""
        self.leaving = False
        """Everything was said; the caller is about to hang up."""
        self.reached: list[Goal] = []
        """What was answered, as the caller sees it."""

    def hear(self, text: str) -> Act:
        """React to a finished turn of the assistant; `text` is what was made out of it."""
        meaning = understand(text)
        if meaning is Meaning.NOTHING:
            return self.miss()
        self._silences = 0
        if self.handed_over:
            return self._wait_for_person(meaning)
        if self.leaving:
            return HangUpMove("finished")
        if meaning is Meaning.HANDS_OVER and self._step is not None:
            return self._be_handed_over()
        if self._step is None:
            return self._next_request()
        return self._react(self._step, meaning, text)

    def miss(self) -> Act:
        """React to silence where an answer should have come."""
        self._silences += 1
        if self.leaving or self._silences > self._most_rephrasings:
            return HangUpMove("finished" if self.leaving else GaveUp.NO_ANSWER)
        return self._again() if self._step else self._next_request()

    @property
    def will_interrupt(self) -> bool:
        """Whether the caller speaks into the answer that is about to come."""
        return not self.leaving and bool(self._waiting) and self._waiting[0].interrupts

    def interrupt(self) -> Act:
        """Stop listening to the running answer and ask for the next thing."""
        if self._step is not None:
            self.reached.append(self._step.goal)
        return self._next_request()

    def enough(self) -> None:
        """Let an endless conversation come to its end."""
        self._endless = False
        self._waiting.clear()

    def _react(self, step: ScenarioStep, meaning: Meaning, text: str) -> Act:
        match meaning:
            case Meaning.ASKS_PIN:
                return self._give_pin()
            case Meaning.ASKS_CUSTOMER_NUMBER:
                return self._say("customer_number", digits=self._persona.customer_number)
            case Meaning.OFFERS_PERSON:
                return self._say("yes" if step.goal is Goal.PERSON else "no")
            case Meaning.ASKS_CONFIRMATION:
                wanted = step.goal is Goal.BLOCK_SIM and step.agrees
                return self._say("yes" if wanted else "no")
            case Meaning.ASKS_TO_WAIT:
                return ListenMove()
            case Meaning.NOT_UNDERSTOOD:
                return self._again()
            case Meaning.FAREWELL if step.goal not in (Goal.REPEAT, Goal.OUT_OF_SCOPE):
                return HangUpMove("the assistant said goodbye")
        if answers(step.goal, text):
            self.reached.append(step.goal)
            return self._next_request()
        return self._again()

    def _next_request(self) -> Act:
        self._rephrasings = self._pin_tries = 0
        if not self._waiting and self._endless:
            self._waiting.extend(self._steps)
        if not self._waiting:
            self.leaving = True
            return self._say("goodbye")
        self._step = self._waiting.popleft()
        return self._say(self._step.goal, interrupts=self._step.interrupts)

    def _again(self) -> Act:
        """Say the request in other words; after too many of them go on to the next one."""
        assert self._step is not None
        self._rephrasings += 1
        if self._rephrasings > self._most_rephrasings:
            return self._next_request()
        return self._say(self._step.goal)

    def _give_pin(self) -> Act:
        self._pin_tries += 1
        pin = self._persona.pin if self._knows_pin else wrong_pin(self._persona.pin)
        if self._pin_by == "keys" or self._pin_tries > _KEYS_AFTER_SPOKEN_TRIES:
            return PressMove(pin)
        return self._say("pin", digits=pin, secret=True)

    def _be_handed_over(self) -> Act:
        assert self._step is not None
        if self._step.goal is Goal.PERSON:
            self.reached.append(Goal.PERSON)
        self.handed_over = self.leaving = True
        return ListenMove()

    def _wait_for_person(self, meaning: Meaning) -> Act:
        """Hold the line, unless the assistant turns out to be waiting for the caller."""
        if meaning is not Meaning.NOT_UNDERSTOOD:
            return ListenMove()
        self.handed_over = self.leaving = False
        return self._again()

    def _say(
        self, intent: str, digits: str = "", secret: bool = False, interrupts: bool = False
    ) -> Act:
        self._utterances += 1
        if self._utterances > self._most_utterances:
            return HangUpMove("lost patience")
        return SayMove(self._speaker.say(intent, digits), intent, secret, interrupts)


def wrong_pin(pin: str) -> str:
    """A PIN of the same length that is certainly not `pin`."""
    return "".join(str((int(digit) + 3) % 10) for digit in pin)
