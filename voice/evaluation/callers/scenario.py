"""Who calls and what for: the scenarios that a simulated caller can play."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from voice.errors import ConfigError
from voice.evaluation.latency import MISS_SECONDS


class Goal(StrEnum):
    """What a caller wants next; the value is the intent whose phrasings say it."""

    BALANCE = "balance"
    PLAN = "plan"
    BLOCK_SIM = "block_sim"
    PERSON = "person"
    REPEAT = "repeat"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Patience:
    """How long a caller bears with a machine."""

    before_answer_ms: tuple[int, int] = (600, 1000)
    """They wait so long, at least and at most, before they say anything to it."""
    wait_seconds: float = MISS_SECONDS
    """Without a word from it, before they speak again."""
    rephrasings: int = 2
    """How often one request is said in other words before it is given up."""
    utterances: int = 24
    """A conversation that needs more is lost; the caller hangs up."""


@dataclass(frozen=True)
class ScenarioStep:
    """One thing that the caller wants."""

    goal: Goal
    agrees: bool = True
    """Says yes when asked to confirm."""
    interrupts: bool = False
    """Says it into the assistant's previous answer instead of waiting for the end."""


@dataclass(frozen=True)
class Scenario:
    """A call from the caller's point of view."""

    name: str
    steps: tuple[ScenarioStep, ...]
    knows_pin: bool = True
    """Otherwise gives a wrong one whenever asked."""
    endless: bool = False
    """Begins again with the first step until told that it is enough."""
    patience: Patience = Patience()
    pin_by: Literal["", "keys", "voice"] = ""
    """How a PIN is given at first; empty: as the seed has it."""
    hesitates: bool = False
    """Makes a pause within each longer sentence."""
    facts: tuple[str, ...] = ()
    """What they want to be told besides what answers their requests, as it is written."""


@dataclass(frozen=True)
class Persona:
    """The person who calls; `pin` is what they know, not necessarily what is right."""

    number: str
    """Digits of the calling number; empty where it is withheld."""
    customer_number: str = ""
    pin: str = ""

    @classmethod
    def load(cls, file: Path) -> Persona:
        """Read a persona from JSON; raises ConfigError."""
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, TypeError, ValueError) as error:
            raise ConfigError(f"{file}: not a persona: {error}") from None


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("balance", (ScenarioStep(Goal.BALANCE),)),
        Scenario("plan", (ScenarioStep(Goal.PLAN),)),
        Scenario("block_sim", (ScenarioStep(Goal.BLOCK_SIM),)),
        Scenario("block_declined", (ScenarioStep(Goal.BLOCK_SIM, agrees=False),)),
        Scenario("person", (ScenarioStep(Goal.PERSON),)),
        Scenario("stranger", (ScenarioStep(Goal.BALANCE),), knows_pin=False),
        Scenario(
            "astray",
            (
                ScenarioStep(Goal.OUT_OF_SCOPE),
                ScenarioStep(Goal.PLAN),
            ),
        ),
        Scenario(
            "mixed",
            (
                ScenarioStep(Goal.PLAN),
                ScenarioStep(Goal.BALANCE),
                ScenarioStep(Goal.REPEAT),
                ScenarioStep(Goal.BLOCK_SIM, interrupts=True),
            ),
        ),
        Scenario(
            "busy",
            (ScenarioStep(Goal.PLAN), ScenarioStep(Goal.BALANCE), ScenarioStep(Goal.REPEAT)),
            endless=True,
        ),
    )
}
"""By name.

`mixed` is the demo's: four requests, the last one said into an answer. `busy` is for load and
latency: each of its answers holds facts of the caller, so that none comes ready-made from a cache.
"""


def find_scenario(name: str) -> Scenario:
    """The scenario `name`; raises ConfigError that lists those there are."""
    try:
        return SCENARIOS[name]
    except KeyError:
        known = ", ".join(SCENARIOS)
        raise ConfigError(f"no scenario {name!r}; there are: {known}") from None
