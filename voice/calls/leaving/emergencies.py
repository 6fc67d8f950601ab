"""Help for a caller in distress, whatever state the call is in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from voice.calls import phrases
from voice.calls.leaving.hand_over import transfer_call
from voice.calls.state import CallState
from voice.calls.utterance import Utterance
from voice.emergency import Distress, DistressWords
from voice.events import HIDDEN, EmergencyHeard
from voice.recognition import Transcript


class Emergencies:
    """Listens to one call for words of distress; `say` speaks to the caller."""

    def __init__(self, call: CallState, say: Callable[..., Awaitable[Utterance]]) -> None:
        self._call = call
        self._say = say
        self._heard: Distress | None = None

    def begin_turn(self) -> None:
        """The caller begins to speak."""
        self._heard = None

    def hears(self, transcript: Transcript) -> bool:
        """Whether these words are the first ones of distress in the turn."""
        if self._heard is not None:
            return False
        place = self._call.settings.calls.country
        spoken = self._call.language_of(transcript)
        self._heard = DistressWords.load(spoken, place).find(transcript.text)
        if self._heard is None:
            return False
        secret = self._call.secret or self._call.secret_turn
        words = HIDDEN if secret else self._heard.words
        self._call.journal.record(EmergencyHeard, kind=self._heard.kind, words=words)
        return True

    async def help(self) -> bool:
        """Put the caller through; where nobody can be reached, say which number to call.

        Returns whether a person took the call.
        """
        assert self._heard is not None
        call, kind = self._call, self._heard.kind
        call.withdraw_end()
        if call.transfer is not None:  # Somebody is being called already.
            await asyncio.wait({call.transfer.outcome})
        connecting, nobody = phrases.in_emergencies(call.settings, call.language)
        for target in (call.settings.calls.emergency_target, call.settings.sip.person):
            if target is None or call.ending.is_set():
                continue
            announced = await self._say(connecting, protected=True)
            because = f"emergency: {kind}"
            if (await transfer_call(call, announced, target, because, urgent=True)).ok:
                return True
        if not call.ending.is_set():
            call.keep_open = True
            await self._say(nobody, protected=True)
        return False

    def reminder(self) -> str:
        """What a caller who was told a number is told again when they fall silent."""
        call = self._call
        return phrases.in_emergencies(call.settings, call.language)[1] if call.keep_open else ""
