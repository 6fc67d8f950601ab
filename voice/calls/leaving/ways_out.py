"""How a conversation ends other than by itself: a person, an apology, or help in an emergency."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from voice.calls.leaving.hand_over import TAKEN_BACK, transfer_call
from voice.calls.state import CallState
from voice.calls.utterance import Utterance
from voice.events import EngineFailed
from voice.foreign_code import error_note
from voice.languages import Language


class WaysOut:
    """What is said and done on one call's ways out; `say` speaks to the caller."""

    def __init__(self, call: CallState, say: Callable[..., Awaitable[Utterance]]) -> None:
        self._call = call
        self._say = say

    async def hand_over(self, reason: str, spoken: Language | None = None) -> bool:
        """To a person; where none is to be had, the caller is told. Returns whether one took it.

        `spoken`: the language in which it is announced, when that is not the call's.
        """
        target = self._call.settings.sip.person
        if target is None:
            await self._say(self._call.phrases.no_person, protected=True)
            return False
        spoken = spoken or self._call.language
        announced = await self._say(spoken.phrases.hand_over, protected=True, language=spoken)
        result = await transfer_call(self._call, announced, target, reason)
        if result.ok:
            return True
        if result is not TAKEN_BACK and not self._call.ending.is_set():
            await self._say(self._call.phrases.transfer_failed, protected=True)
        return False

    async def apologise(self, engine: str, error: Exception) -> None:
        """An engine gave up: apologise from the cache; with no person, say goodbye as well."""
        self._call.journal.record(EngineFailed, engine=engine, reason=error_note(error))
        await self._say(self._call.phrases.apology, protected=True)
        if not self._call.settings.sip.person:
            await self._say(self._call.phrases.goodbye, protected=True)

    async def cannot_check(self, error: Exception) -> None:
        """Who calls cannot be found out: a person helps, or the caller asks for something else."""
        self._call.journal.record(EngineFailed, engine="identity", reason=error_note(error))
        await self._say(self._call.phrases.cannot_reach)
        if not self._call.settings.sip.person:
            await self._say(self._call.phrases.anything_else)
