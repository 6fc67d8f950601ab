"""The answers of one call that are being made, by the numbers that the floor gave them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from voice.calls.answering.answer_run import AnswerRun, Request
from voice.calls.answering.other_languages import OtherLanguages
from voice.calls.speaking.sayings import Sayings
from voice.calls.state import CallState
from voice.dialogue import Floor
from voice.dialogue import actions as do
from voice.dialogue import inputs as on
from voice.engine_queue import Priority
from voice.recognition import Transcript
from voice.response import NeedsIdentity, ResponseTurn, WantsEnd, WantsPerson


@dataclass(frozen=True)
class Turn:
    """What the caller said in one turn."""

    transcript: Transcript
    heard_last: bool
    """When it began they had heard an answer to its end, and nothing since."""
    holds_no_number: bool = False
    """Nothing in it has to be hidden, whatever is asked for when it is answered."""


class Answers:
    """Begins and ends them; `start` runs a task, and `tell` tells the floor what became of one."""

    def __init__(
        self,
        call: CallState,
        others: OtherLanguages,
        floor: Floor,
        sayings: Sayings,
        start: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]],
        tell: Callable[[on.Input], Awaitable[None]],
    ) -> None:
        self._call = call
        self._others = others
        self._floor = floor
        self._sayings = sayings
        self._start = start
        self._tell = tell
        self._answers: dict[int, AnswerRun] = {}

    @property
    def current(self) -> AnswerRun | None:
        """The one that counts."""
        return self._answers.get(self._floor.answer or 0)

    def begin(self, action: do.Begin) -> None:
        """Answer what the caller said."""
        turns: list[Turn] = [words.said for words in action.words]
        replaced = self._answers.get(action.instead_of or 0)
        begin = self._others.answering(
            joined([turn.transcript for turn in turns]),
            turns[0].heard_last,
            replaced.turn if replaced else None,
            all(turn.holds_no_number for turn in turns),
        )
        turn = begin(Priority.SPECULATIVE if action.guess else Priority.FINAL)
        self._follow(action.answer, turn, action.guess, partial(begin, Priority.FINAL))
        if not action.guess:
            self._answers[action.answer].commit()

    def go_through(self, number: int, turn: ResponseTurn) -> None:
        """Make what counts from the start, and answers nothing that was said just now."""
        self._follow(number, turn, guess=False)
        self._answers[number].commit()

    def commit(self, number: int) -> None:
        """A guess was right."""
        self._answers[number].commit()

    async def drop(self, number: int) -> None:
        """As if it had never begun."""
        await self._answers.pop(number).drop()

    async def stop(self, number: int) -> None:
        """Make nothing further of it."""
        await self._answers.pop(number).stop()

    def pause(self) -> None:
        """The caller speaks over what is being said: what is still made is said after that."""
        if self.current:
            self.current.pause()

    def go_on(self) -> None:
        """The caller has spoken, or is back from hold."""
        for answer in self._answers.values():
            answer.go_on()

    async def abandon(self) -> None:
        """The call is over."""
        for answer in list(self._answers.values()):
            await answer.abandon()

    def _follow(
        self,
        number: int,
        turn: ResponseTurn,
        guess: bool,
        again: Callable[[], ResponseTurn] | None = None,
    ) -> None:
        answer = AnswerRun(
            number, self._call, turn, guess, self._sayings.push, self._floor.take, again
        )
        self._answers[number] = answer
        if self._call.held:
            answer.pause()
        answer.task = self._start(self._carry_through(answer), "answer")

    async def _carry_through(self, answer: AnswerRun) -> None:
        """Let an answer come to its end, and tell what it asks for."""
        number = answer.number
        try:
            request = await answer.clauses()
        except Exception as error:  # noqa: BLE001 - whatever an engine raises, the call goes on
            if await answer.utterance.permission():
                await self._tell(on.Failed("response", error))
            return
        if await answer.utterance.permission():
            then = _asked(request)
            await self._tell(on.Ended(number, then, answer.helped, keeps=answer.keeps))
            self._answers.pop(number, None)


def joined(heard: Sequence[Transcript]) -> Transcript:
    """What was said in turns that are answered as one."""
    if len(heard) == 1:
        return heard[0]
    return replace(
        heard[-1],
        text=" ".join(one.text for one in heard),
        confidence=min(one.confidence for one in heard),
        words=(),
        doubtful=any(one.doubtful for one in heard),
    )


def _asked(request: Request | None) -> do.AskIdentity | do.HandOver | do.Leave | None:
    match request:
        case NeedsIdentity(level):
            return do.AskIdentity(level)
        case WantsPerson(reason):
            return do.HandOver(reason)
        case WantsEnd(reason):
            return do.Leave(reason)
    return None
