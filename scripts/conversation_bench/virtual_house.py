"""The product's own classes in virtual time, with the embedded models and callers who react."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from voice.audio import Pcm
from voice.demo import Customer
from voice.demo.customers import seeded_customers
from voice.evaluation.callers.live_caller import LiveCaller
from voice.evaluation.callers.live_line import EchoPath, LiveLine
from voice.evaluation.virtual_service import HeldCall, VirtualService, offer_from
from voice.evaluation.virtual_time import EPOCH, CostTable, VirtualQueues, virtual_wall_clock
from voice.evaluation.virtual_time.surroundings import BOOKS_SEED, settings_for
from voice.events import CallEvent
from voice.model_folders import find_model
from voice.models import ModelsAtHand
from voice.settings import Settings
from voice.settings.telephony import Sip
from voice.speech import PiperSpeaker

COSTS = Path(__file__).parent / "costs.json"
"""What the embedded models' work takes on two cores; one table, so that every machine agrees."""
PERSON = "sip:agents@127.0.0.1"
LONGEST_CALL_SECONDS = 300.0
_CALLER_VOICE = "embedded-caller-en"

T = TypeVar("T")


class VirtualHouse:
    """Holds calls one after the other; none leaves anything behind for the next."""

    def __init__(self, scratch: Path) -> None:
        """Loads the models; raises ModelError or ConfigError. `scratch` is a folder of its own."""
        live = ModelsAtHand().in_settings(Settings(sip=Sip(person=PERSON)))
        recognition = live.recognition.model_copy(update={"threads": 1})
        live = live.model_copy(update={"recognition": recognition})
        settings = settings_for(live, scratch)
        self._service = VirtualService(settings, CostTable.load(COSTS), scratch)
        self._mouth = CallersMouth()
        self.customers = seeded_customers(BOOKS_SEED, datetime.fromtimestamp(EPOCH, UTC).date())

    def hold(
        self,
        script: Callable[[LiveCaller], Awaitable[T]],
        number: str | None,
        echo: EchoPath | None = None,
    ) -> HeldCall[T]:
        """One call from `number` (asserted by a trusted trunk; None: withheld).

        The caller does what the script says, and hangs up at its end.
        """

        def side(events: list[CallEvent]) -> tuple[LiveLine, Awaitable[T]]:
            line = LiveLine(virtual_wall_clock, echo)
            caller = LiveCaller(line, self._mouth, events, virtual_wall_clock)
            return line, _played(script, caller, line)

        return self._service.hold(offer_from(number, "difficult"), side)

    def close(self) -> None:
        """End the engines' threads."""
        self._service.close()
        self._mouth.close()

    def customer(self, number: int) -> Customer:
        """One of the operator's customers, for any number."""
        return self.customers[number % len(self.customers)]


async def _played(
    script: Callable[[LiveCaller], Awaitable[T]], caller: LiveCaller, line: LiveLine
) -> T:
    async with asyncio.timeout(LONGEST_CALL_SECONDS):
        await line.answered.wait()
        return await script(caller)


class CallersMouth:
    """The caller's voice; each phrase is synthesised once and takes no virtual time."""

    def __init__(self) -> None:
        self._speaker = PiperSpeaker.load(
            find_model("tts_voices", _CALLER_VOICE), make_queue=VirtualQueues()
        )
        self._spoken: dict[str, Pcm] = {}

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        """The samples of `text`."""
        if text not in self._spoken:
            self._spoken[text] = (await self._speaker.synthesise(text, sample_rate)).pcm
        return self._spoken[text]

    def close(self) -> None:
        """End the voice's threads."""
        self._speaker.close()
