"""The product's own classes in virtual time, with the embedded models and callers who react."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from voice.audio import Pcm
from voice.calls.call import Call
from voice.calls.engines import load_engines
from voice.demo import Customer
from voice.demo.customers import seeded_customers
from voice.evaluation.callers.live_caller import LiveCaller
from voice.evaluation.callers.live_line import RATE, EchoPath, LiveLine
from voice.evaluation.database_changes import RowChange, changes, snapshot
from voice.evaluation.virtual_time import (
    EPOCH,
    CostTable,
    VirtualQueues,
    run_virtually,
    virtual_wall_clock,
)
from voice.evaluation.virtual_time.surroundings import BOOKS_SEED, Books, settings_for
from voice.events import CallEvent
from voice.model_folders import find_model
from voice.models import ModelsAtHand
from voice.settings import Settings
from voice.speech import PiperSpeaker
from voice.telephony.leg import Offer
from voice.telephony_settings import Sip

COSTS = Path(__file__).parent / "costs.json"
"""What the embedded models' work takes on two cores; one table, so that every machine agrees."""
PERSON = "sip:agents@127.0.0.1"
LONGEST_CALL_SECONDS = 300.0
_CALLER_VOICE = "embedded-caller-en"

T = TypeVar("T")


@dataclass(frozen=True)
class HeldCall(Generic[T]):
    """One call that is over."""

    outcome: T
    """What the caller's script returned."""
    events: tuple[CallEvent, ...]
    changed: tuple[RowChange, ...]
    """Rows of the operator's books."""
    ended_by_caller: bool
    transferred_to: str


class VirtualHouse:
    """Holds calls one after the other; none leaves anything behind for the next."""

    def __init__(self, scratch: Path) -> None:
        """Loads the models; raises ModelError or ConfigError. `scratch` is a folder of its own."""
        live = ModelsAtHand().in_settings(Settings(sip=Sip(person=PERSON)))
        recognition = live.recognition.model_copy(update={"threads": 1})
        live = live.model_copy(update={"recognition": recognition})
        self._settings = settings_for(live, scratch)
        self._books = Books(scratch)
        self._books.open_anew()
        self._engines = run_virtually(
            load_engines(self._settings, VirtualQueues(CostTable.load(COSTS)))
        )
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
        self._books.open_anew()
        before = snapshot(self._settings.demo.database)
        self._engines.voices.forget()
        outcome, events, line = run_virtually(self._call(script, number, echo))
        # A pipeline is full of cycles: without this, memory grows for hundreds of calls.
        gc.collect()
        changed = changes(before, snapshot(self._settings.demo.database))
        return HeldCall(
            outcome, tuple(events), tuple(changed), line.ended_by_caller, line.transferred_to
        )

    def close(self) -> None:
        """End the engines' threads."""
        self._engines.close()
        self._mouth.close()

    def customer(self, number: int) -> Customer:
        """One of the operator's customers, for any number."""
        return self.customers[number % len(self.customers)]

    async def _call(
        self,
        script: Callable[[LiveCaller], Awaitable[T]],
        number: str | None,
        echo: EchoPath | None,
    ) -> tuple[T, list[CallEvent], LiveLine]:
        events: list[CallEvent] = []
        line = LiveLine(virtual_wall_clock, echo)
        caller = LiveCaller(line, self._mouth, events, virtual_wall_clock)
        offer = Offer(
            call_id="difficult",
            caller_number=number,
            caller_display="",
            called="assistant",
            sample_rate=RATE,
            identity="claimed" if number else "unknown",
        )
        call = Call(line, offer, self._settings, self._engines, [events.append], virtual_wall_clock)
        running = asyncio.create_task(call.run())
        try:
            async with asyncio.timeout(LONGEST_CALL_SECONDS):
                await line.answered.wait()
                outcome = await script(caller)
        finally:
            line.hang_up()
            await running
        return outcome, events, line


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
