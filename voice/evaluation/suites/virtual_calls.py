"""Calls of simulated callers in virtual time: the classes that answer the telephone, in memory."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

from voice.evaluation.callers import CallReport, Persona, Phrasings
from voice.evaluation.callers.engines import EngineEars
from voice.evaluation.callers.live_line import EchoPath, LiveLine
from voice.evaluation.callers.phone_audio import OnAudio
from voice.evaluation.callers.simulated_caller import SimulatedCaller
from voice.evaluation.callers.telephone_sound import TelephoneSound
from voice.evaluation.callers.virtual_phone import VirtualPhone
from voice.evaluation.database_changes import RowChange
from voice.evaluation.demo_operator import KnownCustomer, known_customers
from voice.evaluation.measured_call import MeasuredCall, measure
from voice.evaluation.suites.mouths import Mouths
from voice.evaluation.suites.presets import LinePart
from voice.evaluation.suites.suite_file import SuiteCaller
from voice.evaluation.virtual_service import VirtualService, offer_from
from voice.evaluation.virtual_time import CostTable, VirtualQueues
from voice.evaluation.virtual_time.loop import virtual_wall_clock
from voice.evaluation.virtual_time.surroundings import BOOKS_SEED, first_day, settings_of_worker
from voice.model_folders import find_model


class VirtualCalls:
    """Holds calls one after the other; none leaves anything behind for the next."""

    def __init__(
        self, settings: str, costs: CostTable | None, phrasings: Phrasings, scratch: Path
    ) -> None:
        """Loads the models of `settings` (JSON); raises ModelError or ConfigError."""
        own = settings_of_worker(settings, scratch)
        self._service = VirtualService(own, costs, scratch)
        # What the caller hears and says takes no time of the service's engines.
        ears = find_model("asr_models", own.recognition.model)
        self._ears = EngineEars(ears, VirtualQueues())
        self.mouths = Mouths(scratch, VirtualQueues())
        self._phrasings = phrasings
        self.customers = known_customers(BOOKS_SEED, first_day())

    def hold(
        self, caller: SuiteCaller, customer: KnownCustomer, persona: Persona, seed: int
    ) -> tuple[MeasuredCall, list[RowChange]]:
        """One call of this customer, who may withhold the number, and the rows that it changed."""
        offer = offer_from(persona.number, f"{caller.name}-{seed}")
        held = self._service.hold(offer, lambda _: self._side(caller, customer, persona, seed))
        return measure(held.outcome, list(held.events)), list(held.changed)

    def close(self) -> None:
        """The engines end with the process."""

    def _side(
        self, caller: SuiteCaller, customer: KnownCustomer, persona: Persona, seed: int
    ) -> tuple[LiveLine, Awaitable[CallReport]]:
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
        return phones[0].leg, simulated.call("")


def _echo(line: LinePart) -> EchoPath | None:
    return EchoPath(line.echo_seconds, -line.echo_db) if line.echo_seconds else None
