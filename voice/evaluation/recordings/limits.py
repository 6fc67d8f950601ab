"""`--fail-if "wer > 0.25"` or `"wer@dialect=Indian > 0.3"`: a limit on a figure of the report."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from voice.errors import ConfigError
from voice.evaluation.recordings.figure_names import CALLS, FIGURES, GOALS, WORDS
from voice.evaluation.recordings.manifest import ListedRecording

T = TypeVar("T")

_LIMIT = re.compile(
    r"\s*(?P<figure>\w+)\s*(?:@\s*(?P<column>[^=<>]+?)\s*=\s*(?P<group>.+?))?"
    r"\s*(?P<comparison><=|>=|<|>)\s*(?P<value>[-+]?\d+(?:\.\d+)?)\s*(?P<percent>%?)\s*"
)
BY_GROUP = "wer"
"""The figure of recordings that is measured for each group."""
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
    column: str = ""
    group: str = ""
    """A value of the column: the limit is on this group alone."""

    def __str__(self) -> str:
        group = f"@{self.column}={self.group}" if self.column else ""
        return f"{self.figure}{group} {self.comparison} {self.value:g}"

    def measured(self, report: Mapping[str, Any]) -> float:
        """The report's figure; raises ConfigError when it was not measured."""
        figures = self.group_in(report["groups"]) if self.column else report["figures"]
        if figures.get(self.figure) is None or not figures[self.figure]["n"]:
            raise ConfigError(f"--fail-if {self}: {self.figure} was not measured in this run")
        return float(figures[self.figure]["value"])

    def is_broken(self, report: Mapping[str, Any]) -> bool:
        """Whether the report's figure is so; raises ConfigError when it was not measured."""
        return _COMPARISONS[self.comparison](self.measured(report), self.value)

    def group_in(self, columns: Mapping[str, Mapping[str, T]]) -> T:
        """What stands there for its group; raises ConfigError where that is not there."""
        column = self._known(self.column, columns, "column")
        groups = columns[column]
        return groups[self._known(self.group, groups, f"{column} is")]

    def _known(self, wanted: str, names: Collection[str], what: str) -> str:
        """The name that is meant, however it is capitalised; raises ConfigError."""
        for name in names:
            if name.casefold() == wanted.casefold():
                return name
        raise ConfigError(f"--fail-if {self}: no {what} {wanted} ({_hint(wanted, names)})")


def parse_limit(text: str, figures: Collection[str] = FIGURES, by_group: str = BY_GROUP) -> Limit:
    """Read a limit on one of the `figures`; raises ConfigError with what was expected."""
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ConfigError(
            f'--fail-if {text!r}: expected for instance "wer > 0.25" or "wer@dialect=Indian > 30 %"'
        )
    figure, column = found["figure"], found["column"] or ""
    if figure not in figures:
        raise ConfigError(f"--fail-if {text!r}: no figure {figure} ({_hint(figure, figures)})")
    if column and figure != by_group:
        raise ConfigError(f"--fail-if {text!r}: only {by_group} is measured by group")
    value = float(found["value"]) / (100 if found["percent"] else 1)
    return Limit(figure, found["comparison"], value, column, found["group"] or "")


def check_limits(
    limits: Sequence[Limit], recordings: Iterable[ListedRecording], only_recognition: bool
) -> None:
    """Raise ConfigError for a limit on what will not be measured of these recordings."""
    there = set() if only_recognition else {CALLS}
    columns: dict[str, dict[str, None]] = {}
    for recording in recordings:
        if recording.goal and not only_recognition:
            there.add(GOALS)
        if recording.text is not None:
            there.add(WORDS)
            for column, value in recording.groups.items():
                columns.setdefault(column, {})[value] = None
    for limit in limits:
        needs = FIGURES[limit.figure].needs
        if needs and needs not in there:
            raise ConfigError(f"--fail-if {limit}: {limit.figure} is measured by {needs}")
        if limit.column:
            limit.group_in(columns)


def _hint(wanted: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(wanted, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(names) or 'none'}"
