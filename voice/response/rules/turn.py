"""One turn: made ahead, then committed or discarded; its steps are read while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from voice.languages import Language
from voice.response.prompts.harmony import AnswerMessage, Message
from voice.response.rules.state import Act, State
from voice.response.rules.steps import SayClause, Step
from voice.response.rules.wording import cut, share_heard

T = TypeVar("T")

_OFFER_HEARD = 0.6
"""An offer of which less was heard was not made. A question before an act is heard whole or not."""

Script = Callable[["ResponseTurn"], Awaitable[None]]


class ResponseTurn:
    """Iterate over it for its steps.

    Nothing that the caller or the outside could notice happens before `commit`, of which
    `on_commit` hears. `discard` undoes the turn, also after that, as long as nothing of it was
    heard; what has been heard can only be stopped.
    """

    def __init__(
        self,
        before: State,
        messages: list[Message],
        script: Script,
        spoken: Language,
        on_commit: Callable[[ResponseTurn], None],
    ) -> None:
        self.language = spoken
        """In which the caller is answered."""
        self.messages = messages
        """What this turn adds to the history."""
        self.state = before
        """The conversation's state as of this turn."""
        self.pending: Act | None = None
        """Set when the turn stopped for the caller's identity."""
        self._before = before
        self._on_commit = on_commit
        self._committed = asyncio.Event()
        self._discarded = False
        self._steps: asyncio.Queue[Step | None] = asyncio.Queue()
        self._said: list[str] = []
        self._written: list[str] = []
        self._acting = False
        self.has_acted = False
        """Something irreversible was done, and the answer tells of it."""
        self._task = asyncio.create_task(self._run(script))
        self._task.add_done_callback(lambda _: self._error)  # whether or not anybody reads it

    @property
    def is_kept(self) -> bool:
        """Whether history keeps it: it was not discarded, and no error ended it."""
        return not self._discarded and self._error is None

    @property
    def _error(self) -> BaseException | None:
        ended = self._task.done() and not self._task.cancelled()
        return self._task.exception() if ended else None

    @property
    def committed(self) -> bool:
        """Whether the turn counts."""
        return self._committed.is_set()

    @property
    def only_answered(self) -> bool:
        """Whether nothing hangs on it: it did nothing, and what it answered was no question.

        What is to be done once it is known who calls has not been done.
        """
        before, after = self._before, self.state
        asked = before.question is not None or before.asked is not None
        acted = self._acting or self.has_acted or after.done != before.done
        return not (asked or acted)

    def commit(self) -> None:
        """The caller's turn is over: side effects may happen, and history keeps this turn."""
        if not self.committed:
            self._on_commit(self)
            self._committed.set()

    async def discard(self) -> None:
        """The caller went on: as if the turn had never begun; not while it is changing something.

        Of a turn that counts the caller has heard nothing.
        """
        if self._acting:
            return
        self._discarded = True
        self.stop()
        await asyncio.gather(self._task, return_exceptions=True)

    def stop(self) -> None:
        """Make nothing further; a tool that is changing something is left to end."""
        if not self._acting:
            self._task.cancel()

    def heard(self, text: str) -> None:
        """What the caller heard of the answer; history and state keep no more than that."""
        said = " ".join(self._said)
        share = share_heard(said, text)
        if share >= 1.0:
            return
        self._keep(share)
        question = self.state.question and replace(self.state.question, heard=False)
        if share >= _OFFER_HEARD:
            self.state = replace(self.state, question=question)
            return
        self.state = replace(
            self.state.outlasting(),
            question=question,
            asked=self.state.asked,
            misunderstood=self.state.misunderstood,
            last_answer=self.state.last_answer,
            has_content=self.state.has_content,
            untold=self.state.last_answer if self.has_acted else self._before.untold,
        )

    def _keep(self, share: float) -> None:
        said, written = (cut(" ".join(all), share) for all in (self._said, self._written))
        answers = [message for message in self.messages if isinstance(message, AnswerMessage)]
        for message in answers:
            self.messages.remove(message)
        if said:
            self.messages.append(AnswerMessage(said, written))

    async def until_committed(self) -> None:
        """For the script: wait until the turn counts."""
        await self._committed.wait()

    async def undisturbed(self, work: Coroutine[Any, Any, T]) -> T:
        """For the script: something that must not be cut off once it has begun."""
        self._acting = True
        try:
            return await work
        finally:
            self._acting = False

    def emit(self, step: Step) -> None:
        """For the script: the next step."""
        if isinstance(step, SayClause):
            self._said.append(step.clause)
        self._steps.put_nowait(step)

    def answered(self, spoken: str, wording: str = "") -> None:
        """For the script: an answer for the model's history, and the wording that it is made of."""
        self._written.append(wording or spoken)
        self.messages.append(AnswerMessage(spoken, wording))

    def __aiter__(self) -> AsyncIterator[Step]:
        return self

    async def __anext__(self) -> Step:
        step = await self._steps.get()
        if step is not None:
            return step
        self._steps.put_nowait(None)
        await asyncio.wait({self._task})
        raise self._error or StopAsyncIteration

    async def _run(self, script: Script) -> None:
        try:
            await script(self)
        finally:
            self._steps.put_nowait(None)
