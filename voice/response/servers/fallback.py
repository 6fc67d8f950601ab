"""Two engines as one: where the first one fails, the second one answers, in mid-call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from voice.engine_queue import Priority
from voice.errors import VoiceError
from voice.response.engines.engine import Again, Engine, Model, Pieces, ReplyTimeout
from voice.response.prompts.harmony import Message
from voice.response.servers.server_errors import ServerFailed
from voice.tasks import TaskSet

log = logging.getLogger(__name__)


Tell = Callable[[str], None]
"""Takes why the first engine failed after it had answered; empty where it answers again."""


class FallbackEngine:
    """The first engine is a server, the second one runs in this process."""

    def __init__(self, first: Engine, second: Engine, tell: Tell | None = None) -> None:
        self._first = first
        self._second = second
        self._standing = _Standing(tell)

    @property
    def languages(self) -> tuple[str, ...] | None:
        """See Engine: what the first one understands, the second one may not."""
        return self._first.languages

    def for_tasks(self, tasks: TaskSet) -> Model:
        """See Engine."""
        return _Pair(self._first.for_tasks(tasks), self._second.for_tasks(tasks), self._standing)

    @property
    def depth(self) -> int:
        """How many requests wait, with either."""
        return self._first.depth + self._second.depth

    async def warm_up(self) -> None:
        """Make both ready; only the second one has to be."""
        await self._second.warm_up()
        try:
            await self._first.warm_up()
        except VoiceError as error:
            log.warning("%s: calls are answered by the model in this process", error)
            self._standing.failed(error)

    def close(self) -> None:
        """Let go of both."""
        self._first.close()
        self._second.close()

    def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> Pieces:
        """See Model.reply; `Again` stands where the second engine takes over."""
        return _Pair(self._first, self._second, self._standing).reply(turns, priority)


class _Standing:
    """Whether the first engine answers, as far as is known; tells of each change once."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell = tell or (lambda reason: None)
        self._fails = False

    def failed(self, error: VoiceError) -> None:
        """It gave no reply; one that is busy, or writes what cannot be used, is there."""
        if not self._fails and isinstance(error, ServerFailed | ReplyTimeout):
            self._fails = True
            self._tell(str(error))

    def answered(self) -> None:
        """It gave a whole reply."""
        if self._fails:
            self._fails = False
            self._tell("")


@dataclass(frozen=True)
class _Pair:
    """A model, and the one that answers where it does not."""

    first: Model
    second: Model
    standing: _Standing

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority = Priority.FINAL
    ) -> Pieces:
        """See Model.reply; `Again` stands where the second engine takes over."""
        try:
            async with aclosing(self.first.reply(turns, priority)) as pieces:
                async for piece in pieces:
                    yield piece
            self.standing.answered()
            return
        except VoiceError as error:
            self.standing.failed(error)
            log.warning("%s: answered by the model in this process", error)
        yield Again()
        async with aclosing(self.second.reply(turns, priority)) as pieces:
            async for piece in pieces:
                yield piece
