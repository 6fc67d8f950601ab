"""`--fail-if "wer > 0.25"`: a limit on a figure of the report."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voice.errors import ConfigError
from voice.evaluation.recordings.summary import FIGURES

_LIMIT = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?\d+(?:\.\d+)?)\s*(%?)\s*")
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Limit:
    """What must not be."""

    figure: str
    comparison: str
    value: float

    def __str__(self) -> str:
        return f"{self.figure} {self.comparison} {self.value:g}"

    def is_broken(self, report: Mapping[str, Any]) -> bool:
        """Whether the report's figure is so; raises ConfigError when it was not measured."""
        figure = report["figures"].get(self.figure)
        if figure is None:
            raise ConfigError(f"--fail-if {self}: {self.figure} was not measured in this run")
        return _COMPARISONS[self.comparison](figure["value"], self.value)


def parse_limit(text: str) -> Limit:
    """Read a limit; raises ConfigError with what was expected."""
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ConfigError(f'--fail-if {text!r}: expected for instance "wer > 0.25"')
    figure, comparison, value, percent = found.groups()
    if figure not in FIGURES:
        near = difflib.get_close_matches(figure, FIGURES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(FIGURES)}"
        raise ConfigError(f"--fail-if {text!r}: no figure {figure} ({hint})")
    return Limit(figure, comparison, float(value) / (100 if percent else 1))
