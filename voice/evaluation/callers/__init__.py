"""Simulated callers: people who dial the service, want something, and tell what happened.

A caller is a process of its own (`python -m voice.evaluation.callers --to sip:... --scenario
NAME --seed N --report FILE`). It gets RTP and nothing else: it hears with its own recogniser,
finds turns with its own detector, decides by a seeded policy (`policy`), speaks with a voice of
its own, and notes when packets passed its socket. The report is compared with the service's
events afterwards, by whoever judges the call.
"""

from voice.evaluation.callers.call_report import MASKED, CallReport, GaveUp, SpokenTurn
from voice.evaluation.callers.scenario import (
    SCENARIOS,
    Goal,
    Persona,
    Scenario,
    ScenarioStep,
    find_scenario,
)
from voice.evaluation.callers.wording import OWN_PHRASINGS, Phrasings

__all__ = [
    "MASKED",
    "OWN_PHRASINGS",
    "SCENARIOS",
    "CallReport",
    "GaveUp",
    "Goal",
    "Persona",
    "Phrasings",
    "Scenario",
    "ScenarioStep",
    "SpokenTurn",
    "find_scenario",
]
