"""What a run of a suite does, written into its folder, so that it goes on as it began."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from voice.evaluation.batch.plans import SavedPlan, today

Way = Literal["virtual", "sip"]
"""In virtual time, or over SIP and RTP."""


@dataclass(frozen=True)
class SuitePlan(SavedPlan):
    """One run of a suite."""

    suite: str
    """As JSON."""
    phrasings: dict[str, list[str]]
    """What callers say, by intent."""
    seeds: int
    way: Way
    models: str
    """Tells the models from others."""
    settings: str
    """As JSON."""
    costs: dict[str, Any] | None
    """The cost table; None where it is not needed."""
    day: str = field(default_factory=today, compare=False)
    """On which the run began, as ISO 8601 writes it."""
