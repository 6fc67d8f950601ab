"""Calls of simulated callers over SIP and RTP, to a service of their own on this machine."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from voice.evaluation.callers import Persona, Phrasings
from voice.evaluation.callers.engines import EngineEars
from voice.evaluation.callers.phone_audio import OnAudio
from voice.evaluation.callers.phone_line import PhoneLine
from voice.evaluation.callers.simulated_caller import SimulatedCaller
from voice.evaluation.callers.telephone_sound import TelephoneSound
from voice.evaluation.database_changes import RowChange, changes, snapshot
from voice.evaluation.demo_operator import KnownCustomer, open_books
from voice.evaluation.measured_call import MeasuredCall, measure, read_events
from voice.evaluation.suites.mouths import Mouths
from voice.evaluation.suites.suite_file import SuiteCaller
from voice.evaluation.trial_call import ended_call
from voice.evaluation.trial_service import TrialFailed, TrialService
from voice.evaluation.virtual_time.surroundings import BOOKS_SEED
from voice.model_folders import find_model
from voice.models import ModelsAtHand
from voice.settings import Settings

_SERVICE = 'log_level = "warning"\n[sip]\nlisten = "127.0.0.1:0"\n'


class SipCalls:
    """One service, with the models of the settings, and one caller at a time."""

    def __init__(self, settings: str, phrasings: Phrasings, scratch: Path) -> None:
        """Starts the service; raises ModelError or TrialFailed."""
        models = ModelsAtHand.of(Settings.model_validate_json(settings))
        # The ears that suit the service's voice: the embedded ones do not understand a real one.
        self._ears = EngineEars(find_model("asr_models", models.recogniser))
        self.mouths = Mouths(scratch)
        self._phrasings = phrasings
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._service = TrialService(scratch / "service", _SERVICE, models=models)
        self._runner.run(self._stack.enter_async_context(self._service))
        self.customers = open_books(self._service.database, BOOKS_SEED)

    def hold(
        self, caller: SuiteCaller, customer: KnownCustomer, persona: Persona, seed: int
    ) -> tuple[MeasuredCall, list[RowChange]]:
        """One call of this customer, who may withhold the number, and the rows that it changed.

        Raises VoiceError when it is not answered, or leaves no events.
        """
        open_books(self._service.database, BOOKS_SEED)
        before = snapshot(self._service.database)
        call = self._runner.run(self._call(caller, customer, persona, seed))
        return call, changes(before, snapshot(self._service.database))

    async def _call(
        self, caller: SuiteCaller, customer: KnownCustomer, persona: Persona, seed: int
    ) -> MeasuredCall:
        def phone(on_audio: OnAudio) -> PhoneLine:
            return PhoneLine(on_audio, sound=TelephoneSound(caller.noise, caller.line, seed))

        simulated = SimulatedCaller(
            caller.scenario(customer.facts),
            persona,
            self._phrasings,
            seed,
            self._ears,
            self.mouths.of(caller.dialect),
            phone,
        )
        report = await simulated.call(self._service.uri)
        if not report.answered:
            raise TrialFailed(f"not answered: {report.reason}")
        records = await ended_call(self._service.records, report)
        return measure(report, read_events(records / "events.jsonl"))

    def close(self) -> None:
        """End the service."""
        self._runner.run(self._stack.aclose())
        self._runner.close()
