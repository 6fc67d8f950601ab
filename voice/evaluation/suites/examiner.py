"""Holds the calls of a suite one by one, and judges them, with engines that are loaded once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.callers import Phrasings
from voice.evaluation.demo_operator import caller_of
from voice.evaluation.judge import judge
from voice.evaluation.suites.call_result import CallerResult, result_of
from voice.evaluation.suites.plan import SuitePlan
from voice.evaluation.suites.sip_calls import SipCalls
from voice.evaluation.suites.suite_file import Suite, SuiteCaller
from voice.evaluation.suites.tasks import begun
from voice.evaluation.suites.virtual_calls import VirtualCalls
from voice.evaluation.virtual_time import CostTable
from voice.foreign_code import error_note


def callers_examiner(plan: str, scratch: Path) -> CallersExaminer:
    """What a worker becomes; raises VoiceError."""
    return CallersExaminer(SuitePlan.from_json(plan), scratch)


class CallersExaminer:
    """Carries out a plan; all runs count, also those that fail in whatever way."""

    def __init__(self, plan: SuitePlan, scratch: Path) -> None:
        """Loads the models; raises ModelError, ConfigError or TrialFailed."""
        self._suite = Suite.model_validate_json(plan.suite)
        phrasings = Phrasings(plan.phrasings)
        self._calls: VirtualCalls | SipCalls
        if plan.way == "sip":
            self._calls = SipCalls(plan.settings, phrasings, scratch)
        else:
            costs = CostTable(**plan.costs) if plan.costs else None
            self._calls = VirtualCalls(plan.settings, costs, phrasings, scratch)
        # Before the first call, so that a voice that cannot speak is no failure of calls.
        for caller in self._suite.callers:
            self._calls.mouths.of(caller.dialect)

    def examine(self, task: str) -> str:
        """See batch.Examiner."""
        told = json.loads(task)
        return self.evaluate(told["index"], told["caller"], told["seed"]).to_json()

    def close(self) -> None:
        """See batch.Examiner: a service would go on for a while."""
        self._calls.close()

    def evaluate(self, index: int, number: int, seed: int) -> CallerResult:
        """Hold and judge the call of one caller with one seed."""
        caller = self._suite.callers[number]
        result = begun(index, caller, seed)
        try:
            return self._judged(result, caller)
        except VoiceError as error:
            return replace(result, failures=(str(error),))
        except Exception as error:  # noqa: BLE001 - one call must not cost all the others
            # Its text may hold whatever was said.
            return replace(result, failures=(f"fault: {error_note(error)}",))

    def _judged(self, result: CallerResult, caller: SuiteCaller) -> CallerResult:
        customers, chosen = self._calls.customers, caller.persona.customer
        if chosen is None:
            customer = caller_of(customers, result.seed)
        else:
            customer = customers[chosen % len(customers)]
        persona = customer.persona
        if caller.persona.number == "withheld":
            persona = replace(persona, number="")
        call, changed = self._calls.hold(caller, customer, persona, result.seed)
        verdict = judge(call, caller.scenario(customer.facts), customer.truth, changed)
        return result_of(result, call, verdict)
