"""What a report comes to, in sentences: its limits first, then what was understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voice.errors import ConfigError
from voice.evaluation.recordings.figure_names import written
from voice.evaluation.recordings.limits import Limit


def judged_limits(limits: Sequence[Limit], report: dict[str, Any]) -> list[dict[str, Any]]:
    """Each limit with its figure's value, and whether it is broken; both None if not measured."""
    judged: list[dict[str, Any]] = []
    for limit in limits:
        try:
            value, broken = limit.measured(report), limit.is_broken(report)
        except ConfigError:
            judged.append({"limit": str(limit), "value": None, "broken": None})
        else:
            shown = written(limit.figure, value)
            judged.append({"limit": str(limit), "value": shown, "broken": broken})
    return judged


def verdict_of(report: dict[str, Any]) -> tuple[str, list[str]]:
    """A headline, and the sentences below it."""
    limits = report["limits"]
    broken = [limit for limit in limits if limit["broken"] is not False]
    if broken:
        headline = f"Failed: {len(broken)} of {_many(len(limits), 'limit')} not kept"
    elif limits:
        headline = f"Passed: {_many(len(limits), 'limit')} kept"
    else:
        headline = "No limit was set"
    return headline, [*map(_of_limit, broken), *_sentences(report)]


def _of_limit(limit: dict[str, Any]) -> str:
    found = "it was not measured" if limit["broken"] is None else f"it is {limit['value']}"
    return f"{limit['limit']}: {found}."


def _sentences(report: dict[str, Any]) -> list[str]:
    wer, words = report["figures"].get("wer"), report["words"]["words"]
    said = []
    if wer:
        low, high = written("wer", wer["low"]), written("wer", wer["high"])
        said.append(f"{written('wer', wer['value'])} of {words} words were misunderstood")
        said[-1] += f" (95 % interval: {low} to {high})."
    else:
        said.append("No reference says what the callers said: errors were not counted.")
    if report["diverged"]:
        many = _many(len(report["diverged"]), "call")
        said.append(f"{many} went another way than recorded; see there before you judge them.")
    if report["failures"]:
        many = _many(len(report["failures"]), "recording")
        said.append(f"{many} could not be judged, or not as a whole.")
    return said


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
