"""How a conversation ends other than by itself: a person, an apology, or help in an emergency."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from voice.calls.answer import Answer
from voice.calls.hand_over import cancel_transfer, transfer_call
from voice.calls.state import CallState
from voice.events import EngineFailed
from voice.foreign_code import ForeignError, error_note
from voice.languages import Language


class WaysOut:
    """One call's ways out; `say` speaks to the caller, `start` runs what takes its time."""

    def __init__(
        self,
        call: CallState,
        say: Callable[..., Awaitable[Answer]],
        start: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._call = call
        self._say = say
        self._start = start
        self.giving_up = False
        """An apology was made; what follows is a person or the end."""

    @property
    def leaving(self) -> bool:
        """The call ends, or goes to a person: nothing is answered any more."""
        call = self._call
        return call.ending.is_set() or call.transfer is not None or bool(call.handed_over)

    async def hand_over(self, reason: str, spoken: Language | None = None) -> None:
        """To a person; where none is to be had, the caller is told.

        `spoken`: the language in which it is announced, when that is not the call's.
        """
        if self.leaving:
            return
        target = self._call.settings.sip.person
        if target is None:
            await self._say(self._call.phrases.no_person, protected=True)
            if not self._call.keep_open:
                self._call.end(f"no person configured ({reason})", "assistant")
            return
        spoken = spoken or self._call.language
        announced = await self._say(spoken.phrases.hand_over, protected=True, language=spoken)
        if await transfer_call(self._call, announced, target, reason) or self._call.ending.is_set():
            return
        self.giving_up = False
        await self._say(self._call.phrases.transfer_failed, protected=True)

    async def time_runs_out(self) -> None:
        """The call comes near its longest."""
        if not self.leaving:
            await self._say(self._call.phrases.time_runs_out, protected=True)

    async def time_is_up(self, fall_silent: Callable[[], Awaitable[None]]) -> None:
        """End the call at its longest; with a person, or in an emergency, it has no such limit."""
        if self._call.handed_over or self._call.keep_open:
            return
        cancel_transfer(self._call)
        await fall_silent()
        await self._say(self._call.phrases.time_is_up, protected=True)
        self._call.end("maximum length", "system")

    async def apologise(self, engine: str, error: Exception) -> None:
        """An engine gave up: apologise from the cache, then hand over or end."""
        if self._call.ending.is_set() or self.giving_up:
            return
        self.giving_up = True
        self._call.journal.record(EngineFailed, engine=engine, reason=error_note(error))
        await self._say(self._call.phrases.apology, protected=True)
        if self._call.settings.sip.person:
            self._start(self.hand_over(f"{engine} failed"))
            return
        await self._say(self._call.phrases.goodbye, protected=True)
        self._call.end(f"{engine} failed", "system")

    async def cannot_check(self, error: ForeignError) -> None:
        """Who calls cannot be found out: a person helps, or the caller asks for something else."""
        if self.leaving:
            return
        self._call.journal.record(EngineFailed, engine="identity", reason=error_note(error))
        await self._say(self._call.phrases.cannot_reach)
        if self._call.settings.sip.person:
            await self.hand_over("the identity could not be checked")
        else:
            await self._say(self._call.phrases.anything_else)
