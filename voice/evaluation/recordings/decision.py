"""Whether what made run B may take the place of what made run A: a better model, a variant."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voice.errors import ConfigError

HARM_POINTS = 0.5
"""By so many percentage points more errors of a group are borne."""


@dataclass(frozen=True)
class ReleaseDecision:
    """What speaks against B; where nothing does, it goes live."""

    against: list[str]
    unsure: list[str]
    """What so few recordings cannot rule out."""

    @property
    def goes_live(self) -> bool:
        """Whether B is better, and nobody is worse off."""
        return not self.against


def decide(
    changes: Mapping[str, Any], group: str = "", harm_points: float = HARM_POINTS
) -> ReleaseDecision:
    """Judge what `compare` found.

    Errors have to fall beyond chance: those of all, or of `group` (COLUMN=VALUE), for whom B is
    meant. Those of no group may rise by more than `harm_points`, and no fewer calls may reach
    their goal. Raises ConfigError when there is no such group.
    """
    named = {"all": changes["wer"], **changes["groups"]}
    rows = {name: row for name, row in named.items() if row is not None}
    meant = _meant(rows, group) if group else "all"
    against = [*_not_better(rows, meant), *_goals_lost(changes["task_success"])]
    unsure = []
    others = {name: row for name, row in rows.items() if name not in ("all", meant)}
    for name, row in others.items():
        change = row["change"]
        if 100 * change["value"] > harm_points:
            chance = "" if row["beyond_chance"] else ", which may be chance"
            against.append(f"{name}: {change['value']:+.1%} errors{chance}")
        elif 100 * change["high"] > harm_points:
            unsure.append(f"{name}: up to {change['high']:+.1%} errors are possible")
    return ReleaseDecision(against, unsure)


def _meant(rows: Mapping[str, Any], group: str) -> str:
    name = group.replace("=", " ", 1)
    if name in rows:
        return name
    near = difflib.get_close_matches(name, rows, n=1)
    hint = f"did you mean {near[0].replace(' ', '=', 1)}?" if near else "see the table"
    raise ConfigError(f"--group {group}: no such group in both runs ({hint})")


def _not_better(rows: Mapping[str, Any], meant: str) -> Iterator[str]:
    row = rows.get(meant)
    if row is None:
        yield "no recording has a text to judge by"
    elif not (row["beyond_chance"] and row["change"]["value"] < 0):
        yield f"{meant}: errors did not fall beyond chance ({row['change']['value']:+.1%})"


def _goals_lost(goals: Mapping[str, int]) -> Iterator[str]:
    if goals["after"] < goals["before"]:
        yield f"goals met: {goals['after']} instead of {goals['before']} of {goals['calls']}"
