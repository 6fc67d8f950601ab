"""Plays the difficult callers in virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from conversation_bench.dialogue_judge import Ended, Judged, judge
from conversation_bench.dialogue_scenario import Action, Asked, Difficult, facts_of, spoken
from conversation_bench.virtual_house import VirtualHouse
from voice.evaluation.callers.hearing import Meaning, understand
from voice.evaluation.callers.live_caller import LiveCaller
from voice.events import CallEnded, CallEvent, ClauseSpoken, FinalTranscript, Transferred

PATIENCE_SECONDS = 10.0
MOST_REPLIES = 8
"""To the questions after one step; who is asked more often gives up."""
_ASKED: Mapping[Meaning, Asked] = {
    Meaning.ASKS_PIN: "pin",
    Meaning.ASKS_CUSTOMER_NUMBER: "number",
    Meaning.ASKS_CONFIRMATION: "confirm",
    Meaning.OFFERS_PERSON: "person",
    Meaning.NOT_UNDERSTOOD: "lost",
    Meaning.ASKS_TO_WAIT: "lost",
}


@dataclass(frozen=True)
class Dialogue:
    """One difficult caller's call, with its verdict and its words."""

    caller: Difficult
    verdict: Judged
    words: tuple[str, ...]


def play(house: VirtualHouse, caller: Difficult, number: int) -> Dialogue:
    """Hold the call; it is customer `number` who calls."""
    customer = house.customer(number)
    facts = facts_of(customer)
    played = DifficultCaller(caller, facts)
    held = house.hold(played.talk, customer.number)
    person = bool(held.transferred_to) or any(
        isinstance(event, Transferred) and event.ok for event in held.events
    )
    verdict = judge(
        caller, facts, held.events, held.changed, Ended(held.ended_by_caller and not person, person)
    )
    return Dialogue(caller, verdict, tuple(_words(held.events)))


class DifficultCaller:
    """One caller's mind: the steps in order, and replies to whatever is asked between them."""

    def __init__(self, caller: Difficult, facts: Mapping[str, str]) -> None:
        self._caller = caller
        self._facts = facts
        self._replied: Counter[Asked] = Counter()

    async def talk(self, caller: LiveCaller) -> None:
        """Do everything that this caller does; returns when they hang up."""
        await caller.listen(PATIENCE_SECONDS)
        steps = self._caller.steps
        for number, step in enumerate(steps):
            await self._do(caller, step)
            follows = steps[number + 1] if number + 1 < len(steps) else None
            if follows is None or follows.into is None:
                await self._answer_questions(caller)

    async def _answer_questions(self, caller: LiveCaller) -> None:
        for _ in range(MOST_REPLIES):
            heard = await caller.listen(PATIENCE_SECONDS)
            reply = self._reply(heard)
            if caller.line.over.is_set() or reply is None:
                return
            await self._do(caller, reply)

    def _reply(self, heard: str) -> Action | None:
        asked = _ASKED.get(understand(heard))
        replies = self._caller.replies.get(asked or "", ())
        if asked is None or not replies:
            return None
        self._replied[asked] += 1
        return replies[min(self._replied[asked], len(replies)) - 1]

    async def _do(self, caller: LiveCaller, action: Action) -> None:
        if action.into is not None:
            await caller.hear_some(action.into, PATIENCE_SECONDS)
        if action.say:
            await caller.say(spoken(action.say, self._facts))
        elif action.keys:
            caller.line.press(action.keys.format(**self._facts))
        else:
            await caller.until(lambda: False, action.silence)


def _words(events: tuple[CallEvent, ...]) -> list[str]:
    """The dialogue as it is printed beside a verdict."""
    told = []
    for event in events:
        match event:
            case FinalTranscript(text=text):
                told.append(f"caller: {text}")
            case ClauseSpoken(text=text):
                told.append(f"assistant: {text}")
            case CallEnded(reason=reason):
                told.append(f"ended: {reason}")
            case _:
                pass
    return told
