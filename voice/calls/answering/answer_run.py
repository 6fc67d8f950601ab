"""One answer of the response step: from its first clause to what it asks of the call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from voice.calls.failures import PAUSES, EngineTimeout
from voice.calls.speaking.fillers import bridged
from voice.calls.state import CallState
from voice.calls.utterance import ClauseText, Utterance
from voice.dialogue import inputs as on
from voice.engine_queue import EngineBusy
from voice.events import ResponseStarted, ToolCalled, ToolReturned
from voice.response import (
    CallingTool,
    Later,
    NeedsIdentity,
    ResponseTurn,
    SayClause,
    Step,
    ToolAnswered,
    Waits,
    WantsEnd,
    WantsPerson,
)
from voice.tasks import NO_HELP, SAYS_LITTLE

Request = NeedsIdentity | WantsPerson | WantsEnd
"""What an answer may ask of the call at its end."""
GIVEN_UP = "given up: the answer was stopped"
"""Why a tool that was called has no result on record."""


class AnswerRun:
    """Known to the floor by its `number`; `task` is the task that runs `clauses`.

    `push` hands a clause on to be spoken, `tell` tells the floor what the answer does, and `again`
    begins its turn anew.
    """

    def __init__(
        self,
        number: int,
        call: CallState,
        turn: ResponseTurn,
        guess: bool,
        push: Callable[[ClauseText], Awaitable[None]],
        tell: Callable[[on.Calling | on.Waiting], object],
        again: Callable[[], ResponseTurn] | None = None,
    ) -> None:
        self.number = number
        self.turn = turn
        self.utterance = Utterance(call.journal, turn, guess)
        self.task: asyncio.Task[None] | None = None
        self.helped: bool | None = None
        """Whether it brought the caller anything; None where that cannot be said of it."""
        self.keeps = False
        """Its words are taken up once the question is answered that is open."""
        self._call = call
        self._guess = guess
        self._push = push
        self._tell = tell
        self._again = again
        self._clock = asyncio.get_running_loop().time
        self._begun = self._clock()
        self._clauses = 0
        self._tool = ""
        """The tool that is at work."""
        self._tool_began = self._begun
        self._waits = False
        """It goes on when the caller has had the time to object, and is never overdue."""
        self._decided = asyncio.Event()
        """What was agreed to has its outcome, or the answer is at its end."""
        self._may_speak = asyncio.Event()
        self._may_speak.set()
        self._limit: asyncio.Timeout | None = None

    async def clauses(self) -> Request | None:
        """Hand on clause after clause; returns what the turn asks for, if it does.

        A turn for which the engine is too busy is begun anew: at once when it counts, if that was
        open, and then for three seconds.
        """
        try:
            return await self._patiently()
        finally:
            self._decided.set()

    def commit(self) -> None:
        """The caller's turn is over: it may be heard, tools with effects may run."""
        self.turn.commit()
        self.utterance.commit()
        if self._limit is not None:
            self._limit.reschedule(self._latest())

    async def drop(self) -> None:
        """As if it had never begun."""
        self.utterance.drop()
        await self._cancel()
        await self.turn.discard()

    async def stop(self) -> None:
        """Make nothing further; what was heard of it stays."""
        await self._cancel()
        self.turn.stop()
        if not self.utterance.audible:
            self.utterance.drop()
            self.turn.heard("")

    async def abandon(self) -> None:
        """The call is over."""
        await (self.stop() if self.utterance.committed else self.drop())

    def pause(self) -> None:
        """The caller speaks: what is made from now on is said after that."""
        self._may_speak.clear()

    def go_on(self) -> None:
        """The caller has spoken."""
        self._may_speak.set()

    async def carry_out(self) -> None:
        """The caller left while there was time to object, and did not: wait for the act's outcome.

        Returns at once where nothing was agreed to.
        """
        if self._waits and self.utterance.committed:
            await self._decided.wait()

    async def _patiently(self) -> Request | None:
        for pause in PAUSES:
            try:
                return await self._once()
            except EngineBusy:
                if self._again is None or self._clauses:
                    raise
            if self.utterance.committed:
                await asyncio.sleep(pause)
            elif not await self.utterance.permission():
                return None
            await self.turn.discard()
            self.turn = self.utterance.turn = self._again()
            self.turn.commit()
        return await self._once()

    async def _once(self) -> Request | None:
        permission = self.utterance.permission
        async with bridged(self._fill, self._call.phrases, once=permission) as filler:
            async for step in self._steps():
                self._waits = isinstance(step, Waits)
                match step:
                    case SayClause(clause, act):
                        filler.cancel()
                        await self._say(clause, act)
                    case CallingTool(name, arguments):
                        self._call_tool(name, arguments)
                    case ToolAnswered():
                        self._tool_answered(step)
                    case Later():
                        self.keeps = True
                    case Waits():
                        self._tell(on.Waiting(self.number))
                    case NeedsIdentity() | WantsPerson() | WantsEnd():
                        return step
        return None

    async def _steps(self) -> AsyncIterator[Step]:
        """The turn's steps; raises EngineTimeout when the caller waits for one for too long."""
        steps = aiter(self.turn)
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
            self.turn.stop()
            raise EngineTimeout("the model gave no answer in time") from None

    def _latest(self) -> float | None:
        """When the next step is overdue, in the loop's time; that of a guess never is."""
        if self._waits or not self.utterance.committed:
            return None
        settings = self._call.settings.response
        tool = 2 * settings.tool_timeout_seconds if self._tool else 0.0
        return self._clock() + settings.timeout_seconds + tool

    async def _cancel(self) -> None:
        if self.task and self.task is not asyncio.current_task():
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        if self._tool:
            self._record_result({}, error=GIVEN_UP)

    async def _say(self, clause: str, act: str) -> None:
        await self._may_speak.wait()
        if self._clauses == 0:
            if not self.utterance.committed:
                self._call.answered_by(act)
            self.utterance.record(
                ResponseStarted,
                response_ms=round((self._clock() - self._begun) * 1000, 1),
                speculative=self._guess,
            )
        self._clauses += 1
        if act not in SAYS_LITTLE:
            self.helped = act not in NO_HELP
        language = self.turn.language
        await self._push(ClauseText(clause, "answer", self.utterance, language, act))

    def _call_tool(self, name: str, arguments: dict[str, str]) -> None:
        self._tool, self._tool_began = name, self._clock()
        self.utterance.heard_since_tool = False
        self._tell(on.Calling(self.number))
        self.utterance.record(ToolCalled, tool=name, arguments=dict(arguments))

    def _tool_answered(self, step: ToolAnswered) -> None:
        self._record_result(step.result, step.error, step.unknown)
        self._decided.set()

    def _record_result(
        self, result: dict[str, Any], error: str = "", unknown: bool = False
    ) -> None:
        name, self._tool = self._tool, ""
        plain = {
            key: value if isinstance(value, str | int | float | bool | None) else str(value)
            for key, value in result.items()
        }
        self.utterance.record(
            ToolReturned,
            tool=name,
            result=plain,
            duration_ms=round((self._clock() - self._tool_began) * 1000, 1),
            error=error,
            unknown=unknown,
        )

    async def _fill(self, text: str) -> None:
        utterance = Utterance(self._call.journal)
        await self._push(ClauseText(text, "filler", utterance, self._call.language))
