"""The cost table: what an engine's work takes, in ms for each unit, and where that was measured."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from voice.engine_work import Work
from voice.errors import ConfigError

UNITS: Mapping[str, tuple[str, ...]] = {
    "recognition": ("job", "frame", "token"),
    "response": ("job", "prompt_token", "token"),
    "speech": ("clause", "second"),
    "turns": ("job",),
}
"""By engine, what its work is counted in; `job` is what every job takes besides."""


@dataclass(frozen=True)
class CostTable:
    """Milliseconds for each unit of each engine's work."""

    milliseconds: dict[str, dict[str, float]]
    machine: str = ""
    models: dict[str, str] = field(default_factory=dict)
    """The models that were measured, by engine."""
    jobs: dict[str, int] = field(default_factory=dict)
    """How many jobs of each engine were measured."""
    error_percent: dict[str, float] = field(default_factory=dict)
    """By engine, how far the table is off for one job, on average."""

    def seconds(self, engine: str, work: Work) -> float:
        """How long this work takes, by the table; what it does not know of takes no time."""
        costs = self.milliseconds.get(engine, {})
        spent = sum(costs.get(unit, 0.0) * amount for unit, amount in work.items())
        return (costs.get("job", 0.0) + spent) / 1000

    def save(self, file: Path) -> None:
        """Write JSON, whole or not at all; raises ConfigError."""
        partial = file.with_name(f"{file.name}.{os.getpid()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")
            partial.replace(file)
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}") from None

    @classmethod
    def load(cls, file: Path) -> CostTable:
        """Read it back; raises ConfigError when it is no cost table."""
        try:
            values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            table = cls(**values)
            _check(table.milliseconds)
        except OSError as error:
            hint = " (voice evaluate calibrate makes one)" if not file.exists() else ""
            raise ConfigError(f"{file}: {error.strerror}{hint}") from None
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise ConfigError(f"{file}: not a cost table: {error}") from None
        return table


def _check(milliseconds: Mapping[str, Mapping[str, float]]) -> None:
    for engine, units in UNITS.items():
        for unit in units:
            value = milliseconds[engine][unit]
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{engine}.{unit} is not a number")
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{engine}.{unit} is {value}")
