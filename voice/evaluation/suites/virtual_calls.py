"""Calls of simulated callers in virtual time: the classes that answer the telephone, in memory."""

from __future__ import annotations

import asyncio
import datetime
import gc
from pathlib import Path

from voice.calls.call import Call
from voice.calls.engines import load_engines
from voice.evaluation.callers import CallReport, Persona, Phrasings
from voice.evaluation.callers.engines import EngineEars
from voice.evaluation.callers.live_line import RATE, EchoPath
from voice.evaluation.callers.phone_audio import OnAudio
from voice.evaluation.callers.simulated_caller import SimulatedCaller
from voice.evaluation.callers.telephone_sound import TelephoneSound
from voice.evaluation.callers.virtual_phone import VirtualPhone
from voice.evaluation.database_changes import RowChange, changes, snapshot
from voice.evaluation.demo_operator import KnownCustomer, known_customers
from voice.evaluation.measured_call import MeasuredCall, measure
from voice.evaluation.suites.mouths import Mouths
from voice.evaluation.suites.presets import Line
from voice.evaluation.suites.suite_file import Caller
from voice.evaluation.virtual_time import EPOCH, CostTable, VirtualQueues, run_virtually
from voice.evaluation.virtual_time.loop import virtual_wall_clock
from voice.evaluation.virtual_time.surroundings import BOOKS_SEED, Books, settings_of_worker
from voice.events import CallEvent
from voice.model_folders import find_model
from voice.telephony.leg import Offer


class VirtualCalls:
    """Holds calls one after the other; none leaves anything behind for the next."""

    def __init__(
        self, settings: str, costs: CostTable | None, phrasings: Phrasings, scratch: Path
    ) -> None:
        """Loads the models of `settings` (JSON); raises ModelError or ConfigError."""
        self._settings = settings_of_worker(settings, scratch)
        self._books = Books(scratch)
        self._books.open_anew()
        self._engines = run_virtually(load_engines(self._settings, VirtualQueues(costs)))
        # What the caller hears and says takes no time of the service's engines.
        ears = find_model("asr_models", self._settings.recognition.model)
        self._ears = EngineEars(ears, VirtualQueues())
        self.mouths = Mouths(scratch, VirtualQueues())
        self._phrasings = phrasings
        first_day = datetime.datetime.fromtimestamp(EPOCH, datetime.UTC).date()
        self.customers = known_customers(BOOKS_SEED, first_day)

    def hold(
        self, caller: Caller, customer: KnownCustomer, persona: Persona, seed: int
    ) -> tuple[MeasuredCall, list[RowChange]]:
        """One call of this customer, who may withhold the number, and the rows that it changed."""
        self._books.open_anew()
        before = snapshot(self._settings.demo.database)
        self._engines.voices.forget()
        report, events = run_virtually(self._call(caller, customer, persona, seed))
        # A pipeline is full of cycles: without this, memory grows for hundreds of calls.
        gc.collect()
        changed = changes(before, snapshot(self._settings.demo.database))
        return measure(report, events), changed

    def close(self) -> None:
        """The engines end with the process."""

    async def _call(
        self, caller: Caller, customer: KnownCustomer, persona: Persona, seed: int
    ) -> tuple[CallReport, list[CallEvent]]:
        phones: list[VirtualPhone] = []

        def phone(on_audio: OnAudio) -> VirtualPhone:
            sound = TelephoneSound(caller.noise, caller.line, seed)
            phones.append(VirtualPhone(on_audio, virtual_wall_clock, sound, _echo(caller.line)))
            return phones[0]

        simulated = SimulatedCaller(
            caller.scenario(customer.facts),
            persona,
            self._phrasings,
            seed,
            self._ears,
            self.mouths.of(caller.dialect),
            phone,
            virtual_wall_clock,
        )
        offer = Offer(
            call_id=f"{caller.name}-{seed}",
            caller_number=persona.number or None,
            caller_display="",
            called="evaluation",
            sample_rate=RATE,
            identity="claimed" if persona.number else "unknown",
        )
        events: list[CallEvent] = []
        leg = phones[0].leg
        call = Call(leg, offer, self._settings, self._engines, [events.append], virtual_wall_clock)
        held = asyncio.create_task(call.run())
        try:
            report = await simulated.call("")
        finally:
            leg.hang_up()
            await held
        return report, events


def _echo(line: Line) -> EchoPath | None:
    return EchoPath(line.echo_seconds, -line.echo_db) if line.echo_seconds else None
