"""Carries one turn of the response step through: from its first clause to what it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from voice.calls import phrases
from voice.calls.answer import Answer
from voice.calls.failures import PAUSES
from voice.calls.frames import ClauseText
from voice.calls.state import CallState
from voice.engine_queue import EngineBusy
from voice.events import ResponseStarted, ToolCalled, ToolReturned
from voice.response import EndCall, HandOver, NeedsIdentity, ResponseTurn, Say
from voice.response import ToolCalled as CallingTool
from voice.response import ToolReturned as ToolAnswered

Request = NeedsIdentity | HandOver | EndCall
"""What a turn may ask of the call at its end."""

FILLER_SECONDS = 1.2
"""A caller who has waited so long for the first word hears that we are at it."""


class AnswerRun:
    """One answer while it is being made; `task` is the task that runs `clauses`."""

    def __init__(
        self,
        call: CallState,
        turn: ResponseTurn,
        speculative: bool,
        push: Callable[[ClauseText], Awaitable[None]],
        again: Callable[[], ResponseTurn] | None = None,
    ) -> None:
        self.answer = Answer(call.journal, turn, speculative)
        self.task: asyncio.Task[None] | None = None
        self._journal = call.journal
        self._turn = turn
        self._push = push
        self._again = again
        self._speculative = speculative
        self._clock = asyncio.get_running_loop().time
        self._begun = self._clock()
        self._clauses = 0
        self._tool_began = self._begun

    async def clauses(self) -> Request | None:
        """Hand on clause after clause; returns what the turn asks for, if it does.

        A turn for which the engine is too busy is begun anew, for three seconds.
        """
        for pause in PAUSES:
            try:
                return await self._once()
            except EngineBusy:
                if self._again is None or self._clauses:
                    raise
            await asyncio.sleep(pause)
            await self._turn.discard()
            self._turn = self.answer.turn = self._again()
            if self.answer.committed:
                self._turn.commit()
        return await self._once()

    async def _once(self) -> Request | None:
        filler = asyncio.create_task(self._fill())
        try:
            async for step in self._turn:
                match step:
                    case Say(clause, act):
                        filler.cancel()
                        await self._say(clause, act)
                    case CallingTool(name, arguments):
                        self._tool_began = self._clock()
                        self.answer.record(ToolCalled, tool=name, arguments=dict(arguments))
                    case ToolAnswered(name, result):
                        self._tool_answered(name, result)
                    case NeedsIdentity() | HandOver() | EndCall():
                        return step
        finally:
            filler.cancel()
        return None

    def commit(self) -> None:
        """The caller's turn is over: the answer may be heard, tools with effects may run."""
        self._turn.commit()
        self.answer.commit()

    async def discard(self) -> None:
        """The caller goes on: nothing has happened."""
        self.answer.drop()
        await self._stop()
        await self._turn.discard()

    async def interrupt(self) -> None:
        """The caller spoke over the answer, or before it; what was heard of it stays."""
        await self._stop()
        self._turn.stop()
        if not self.answer.audible:
            self.answer.drop()
            self._turn.heard("")

    async def abandon(self) -> None:
        """The call is over."""
        if self.answer.committed:
            await self.interrupt()
        else:
            await self.discard()

    async def _stop(self) -> None:
        if self.task and self.task is not asyncio.current_task():
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def _say(self, clause: str, act: str) -> None:
        if self._clauses == 0:
            self.answer.record(
                ResponseStarted,
                response_ms=round((self._clock() - self._begun) * 1000, 1),
                speculative=self._speculative,
            )
        self._clauses += 1
        await self._push(ClauseText(clause, "answer", self.answer, act))

    def _tool_answered(self, name: str, result: Mapping[str, object]) -> None:
        took = (self._clock() - self._tool_began) * 1000
        plain = {
            key: value if isinstance(value, str | int | float | bool | None) else str(value)
            for key, value in result.items()
        }
        self.answer.record(ToolReturned, tool=name, result=plain, duration_ms=round(took, 1))

    async def _fill(self) -> None:
        if await self.answer.permission():
            await asyncio.sleep(FILLER_SECONDS)
            waiting = Answer(self._journal)
            await self._push(ClauseText(phrases.ONE_MOMENT, "filler", waiting))
