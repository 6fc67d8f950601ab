"""A response step that answers by keyword: whole calls whose answers a test knows beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from voice.audio import Pcm
from voice.engine_queue import Priority
from voice.identity import Caller, IdentityLevel
from voice.languages import Language, language
from voice.recognition import Expectation, LanguageBelief, RecognitionSession, Transcript
from voice.response import (
    Aside,
    CallingTool,
    NeedsIdentity,
    SayClause,
    ToolAnswered,
    WantsEnd,
    WantsPerson,
)
from voice.speech import PiperSpeaker, Voices

LONG_ANSWER = (
    "Your plan is called Meadow Large.",
    "It has forty gigabytes of data in every month.",
    "It costs twenty euros a month.",
)


@dataclass
class ScriptedTurn:
    session: ScriptedSession
    text: str
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    heard_text: str | None = None
    heard_before: str | None = None
    """What was known of the turn before when this one began."""
    discarded: bool = False
    language: Language = field(default_factory=language)

    async def __aiter__(self) -> AsyncIterator[object]:
        text, owner = self.text, self.session.responder
        if owner.failure is not None:
            raise owner.failure
        if owner.busy:
            raise owner.busy.pop()
        if owner.hold is not None:
            await owner.hold.wait()
        if owner.odd_clauses:
            for clause in owner.odd_clauses.pop(0):
                yield SayClause(clause, "odd")
            return
        if "balance" in text or "bill" in text or text == "<resume>":
            async for step in self._balance():
                yield step
        elif "plan" in text:
            yield CallingTool("get_plan", {})
            if owner.tool_hold is not None:
                await owner.tool_hold.wait()
            yield ToolAnswered("get_plan", {"plan": "Meadow Large"})
            for clause in LONG_ANSWER:
                yield SayClause(clause, "plan")
        elif "block" in text or "lost" in text:
            await self.committed.wait()
            owner.effects.append("block")
            yield SayClause("Your SIM is blocked.", "blocked")
        elif "person" in text or "someone" in text:
            yield WantsPerson("the caller asked for a person")
        elif "bye" in text:
            yield SayClause("Thank you for calling. Goodbye.", "goodbye")
            yield WantsEnd("goodbye")
        else:
            yield SayClause("I can help you with your bill or your plan.", "help")

    async def _balance(self) -> AsyncIterator[object]:
        if self.session.caller.level < IdentityLevel.VERIFIED:
            yield NeedsIdentity(IdentityLevel.VERIFIED, "get_bill")
            return
        yield CallingTool("get_bill", {})
        yield ToolAnswered("get_bill", {"amount": "42.17"})
        yield SayClause("Your balance is 42.17 euros, due on 14 December.", "balance")

    def commit(self) -> None:
        self.committed.set()

    async def discard(self) -> None:
        self.discarded = True

    def stop(self) -> None:
        pass

    def heard(self, text: str) -> None:
        self.heard_text = text


@dataclass
class ScriptedSession:
    responder: ScriptedResponder
    caller: Caller
    abandoned: bool = False

    asks = False
    asks_yes_no = False
    wanted = None

    def begin(
        self,
        text: str,
        confidence: float,
        priority: Priority = Priority.FINAL,
        *,
        heard_last: bool = True,
        spoken: Language | None = None,
        in_full: str = "",
        instead_of: ScriptedTurn | None = None,
    ) -> ScriptedTurn:
        return self._turn(text.lower())

    async def aside(self, text: str, spoken: Language | None = None) -> Aside:
        """By a word, as the answers."""
        words = text.lower()
        known = {"plan": Aside.REQUEST, "someone": Aside.PERSON, "bye": Aside.GOODBYE}
        return next((aside for word, aside in known.items() if word in words), Aside.NONE)

    def resume(self) -> ScriptedTurn:
        return self._turn("<resume>")

    @property
    def may_take_back(self) -> bool:
        return bool(self.responder.turns)

    def take_back(self) -> None:
        self.responder.taken_back.append(self.responder.turns[-1].text)

    def abandon_pending(self) -> None:
        self.abandoned = True

    def _turn(self, text: str) -> ScriptedTurn:
        answered = self.responder.answered  # A guess that was dropped was no turn.
        before = answered[-1].heard_text if answered else None
        turn = ScriptedTurn(self, text, heard_before=before)
        self.responder.turns.append(turn)
        return turn


class ScriptedResponder:
    """Keeps what happened for a test to look at; `failure` is raised by every turn."""

    depth = 0
    language = language()
    languages = ("en",)

    def __init__(self) -> None:
        self.turns: list[ScriptedTurn] = []
        self.effects: list[str] = []
        self.taken_back: list[str] = []
        self.failure: Exception | None = None
        self.busy: list[Exception] = []
        self.odd_clauses: list[list[str]] = []
        """What the next turns say, whatever they are asked."""
        self.hold: asyncio.Event | None = None
        self.tool_hold: asyncio.Event | None = None

    @property
    def answered(self) -> list[ScriptedTurn]:
        """The turns that were not only begun."""
        return [turn for turn in self.turns if not turn.discarded]

    def session(self, tools: object, caller: Caller, **_: object) -> ScriptedSession:
        return ScriptedSession(self, caller)

    async def warm_up(self) -> None:
        pass

    def close(self) -> None:
        pass


PIN = "Four, two, seven, one."
PIN_DIGITS = "4271"


class ScriptedIdentity:
    """One customer, known by number or customer number, with one PIN."""

    customer_digits = 6

    def __init__(self) -> None:
        self.asked: list[tuple[Caller, str]] = []
        self.failure: Exception | None = None

    async def knows(self, caller: Caller) -> str | None:
        return "400213" if caller.number is not None else None

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        self.asked.append((caller, pin))
        if self.failure is not None:
            raise self.failure
        right = pin == PIN_DIGITS
        return Caller(caller.number, "400213", IdentityLevel.VERIFIED) if right else None


class SaidWords:
    """A recogniser that hears these turns, one caller after the other, in whatever sound it is."""

    depth = 0

    def __init__(self, turns: Sequence[list[str]]) -> None:
        self._turns = [list(texts) for texts in turns]

    def session(self) -> RecognitionSession:
        return SaidWordsSession(_SaidTurn(self._turns.pop(0)))


class SaidWordsSession(RecognitionSession):
    def __init__(self, turn: _SaidTurn) -> None:
        super().__init__(turn)
        self._turn = turn

    def start(self, pre_roll: Pcm, sample_rate: int = 8000) -> None:
        super().start(pre_roll, sample_rate)
        self._turn.begin()


class _SaidTurn:
    """Hears some letters more each time that it reads ahead, and all of the turn at its pause.

    Of a text with bars it hears one part more at each pause.
    """

    depth = 0

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._text, self._letters = "", 0

    def begin(self) -> None:
        self._text, *self._parts = self._texts.pop(0).split("|")
        self._letters = self._pauses = 0

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        partial = priority is Priority.PARTIAL
        if not partial:
            self._text += "".join(self._parts[: self._pauses][-1:])
            self._pauses += 1
        self._letters += 5 * partial
        return Transcript(self._text[: self._letters] if partial else self._text, 0.9, "", 1.0, 0.5)


def in_english(speaker: object) -> Voices:
    """Nobody but this speaker, or what stands in for one."""
    return Voices({"en": cast(PiperSpeaker, speaker)})
