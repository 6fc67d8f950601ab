"""Carries one turn of the response step through: from its first clause to what it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from voice.calls.answer import Answer
from voice.calls.failures import PAUSES, EngineTimeout
from voice.calls.fillers import bridged
from voice.calls.frames import ClauseText
from voice.calls.state import CallState
from voice.engine_queue import EngineBusy
from voice.events import ResponseStarted, ToolCalled, ToolReturned
from voice.response import EndCall, HandOver, NeedsIdentity, ResponseTurn, Say, Step, Waits
from voice.response import ToolCalled as CallingTool
from voice.response import ToolReturned as ToolAnswered

Request = NeedsIdentity | HandOver | EndCall
"""What a turn may ask of the call at its end."""


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
        self.using_tool = False
        """A tool is at work, or has been and its answer is not yet said: worth waiting for."""
        self._in_tool = False
        self._call = call
        self._turn = turn
        self._push = push
        self._again = again
        self._speculative = speculative
        self._clock = asyncio.get_running_loop().time
        self._begun = self._clock()
        self._clauses = 0
        self._tool_began = self._begun
        self._waits = False
        """It goes on when the caller has had the time to object, and is never overdue."""
        self._decided = asyncio.Event()
        """What was agreed to has its outcome, or the answer is at its end."""
        self._limit: asyncio.Timeout | None = None

    async def clauses(self) -> Request | None:
        """Hand on clause after clause; returns what the turn asks for, if it does.

        A turn for which the engine is too busy is begun anew, for three seconds.
        """
        try:
            return await self._patiently()
        finally:
            self._decided.set()

    async def _patiently(self) -> Request | None:
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
        async with bridged(self._fill, self._call.phrases, once=self.answer.permission) as filler:
            async for step in self._steps():
                self._waits = isinstance(step, Waits)
                match step:
                    case Say(clause, act):
                        self.using_tool = False
                        filler.cancel()
                        await self._say(clause, act)
                    case CallingTool(name, arguments):
                        self.using_tool = self._in_tool = True
                        self._tool_began = self._clock()
                        self.answer.record(ToolCalled, tool=name, arguments=dict(arguments))
                    case ToolAnswered():
                        self._in_tool = False
                        self._tool_answered(step)
                    case NeedsIdentity() | HandOver() | EndCall():
                        return step
        return None

    async def _steps(self) -> AsyncIterator[Step]:
        """The turn's steps; raises EngineTimeout when the caller waits for one for too long."""
        steps = aiter(self._turn)
        try:
            while True:
                try:
                    async with asyncio.timeout_at(self._latest()) as self._limit:
                        step = await anext(steps, None)
                finally:
                    self._limit = None
                if step is None:
                    return
                yield step
        except TimeoutError:
            self._turn.stop()
            raise EngineTimeout("the model gave no answer in time") from None

    def _latest(self) -> float | None:
        """When the next step is overdue, in the loop's time; a speculative one never is."""
        if self._waits or not self.answer.committed:
            return None
        settings = self._call.settings.response
        tool = 2 * settings.tool_timeout_seconds if self._in_tool else 0.0
        return self._clock() + settings.timeout_seconds + tool

    def commit(self) -> None:
        """The caller's turn is over: the answer may be heard, tools with effects may run."""
        self._turn.commit()
        self.answer.commit()
        if self._limit is not None:
            self._limit.reschedule(self._latest())

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

    async def carry_out(self) -> None:
        """The caller left while there was time to object, and did not: wait for the act's outcome.

        Returns at once where nothing was agreed to.
        """
        if self._waits and self.answer.committed:
            await self._decided.wait()

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
        await self._push(ClauseText(clause, "answer", self.answer, self._turn.language, act))

    def _tool_answered(self, step: ToolAnswered) -> None:
        took = (self._clock() - self._tool_began) * 1000
        plain = {
            key: value if isinstance(value, str | int | float | bool | None) else str(value)
            for key, value in step.result.items()
        }
        self.answer.record(
            ToolReturned,
            tool=step.name,
            result=plain,
            duration_ms=round(took, 1),
            error=step.error,
            unknown=step.unknown,
        )
        self._decided.set()

    async def _fill(self, text: str) -> None:
        filler = ClauseText(text, "filler", Answer(self._call.journal), self._call.language)
        await self._push(filler)
