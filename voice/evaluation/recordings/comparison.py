"""Two runs over the same recordings: what changed, and whether that may be chance."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from voice.errors import VoiceError
from voice.evaluation.intervals import Figure, ratio_difference
from voice.evaluation.recordings.call_result import CallResult
from voice.evaluation.recordings.summary import MOST_GROUPS

SHOWN_CALLS = 10


@dataclass
class _Paired:
    """Edits and words of the same calls in both runs."""

    edits: tuple[array[int], array[int]] = field(default_factory=lambda: (array("l"), array("l")))
    words: tuple[array[int], array[int]] = field(default_factory=lambda: (array("l"), array("l")))

    def add(self, before: CallResult, after: CallResult) -> None:
        for side, result in enumerate((before, after)):
            assert result.errors is not None
            self.edits[side].append(result.errors.edits)
            self.words[side].append(result.errors.words)

    def rates(self) -> tuple[float, float]:
        first, second = (
            sum(edits) / max(1, sum(words))
            for edits, words in zip(self.edits, self.words, strict=True)
        )
        return first, second

    def difference(self, seed: int) -> Figure:
        before, after = zip(self.edits, self.words, strict=True)
        return ratio_difference(before, after, seed)


def compare(
    before: Iterable[CallResult], after: Iterable[CallResult], seed: int = 1
) -> dict[str, Any]:
    """What changed between two runs; recordings are paired by name, in the order of the runs.

    Raises VoiceError when no recording is in both.
    """
    every, groups = _Paired(), dict[tuple[str, str], _Paired]()
    latencies: tuple[array[float], array[float]] = (array("d"), array("d"))
    changed: list[tuple[int, str, float, float]] = []
    success, pairs, changed_texts = [0, 0, 0], 0, 0
    for first, second in _pairs(before, after):
        pairs += 1
        changed_texts += first.recognised != second.recognised
        for side, result in enumerate((first, second)):
            latencies[side].extend(_latencies(result))
        if first.task_success is not None and second.task_success is not None:
            success[0] += 1
            success[1] += first.task_success
            success[2] += second.task_success
        if first.errors is None or second.errors is None or not first.errors.words:
            continue
        every.add(first, second)
        for column, value in first.groups.items():
            if len(groups) < MOST_GROUPS:
                groups.setdefault((column, value), _Paired()).add(first, second)
        more = second.errors.edits - first.errors.edits
        if more:
            changed.append((more, first.name, first.errors.rate, second.errors.rate))
            changed = _most_changed(changed)
    if not pairs:
        raise VoiceError("the two runs have no recording in common")
    return {
        "recordings": pairs,
        "with_other_texts": changed_texts,
        "wer": _row(every, seed),
        "groups": {
            f"{column} {value}": _row(paired, seed) for (column, value), paired in groups.items()
        },
        "voice_to_voice_median_ms": [_median(values) for values in latencies],
        "task_success": {"calls": success[0], "before": success[1], "after": success[2]},
        "most_changed": [
            {"name": name, "before": round(first, 4), "after": round(second, 4)}
            for _, name, first, second in _most_changed(changed)
        ],
    }


def _pairs(
    before: Iterable[CallResult], after: Iterable[CallResult]
) -> Iterator[tuple[CallResult, CallResult]]:
    """Both runs side by side; where one has recordings that the other lacks, those are skipped."""
    waiting: dict[str, CallResult] = {}
    others = iter(after)
    for first in before:
        second = waiting.pop(first.name, None)
        while second is None:
            candidate = next(others, None)
            if candidate is None:
                break
            if candidate.name == first.name:
                second = candidate
            else:
                waiting[candidate.name] = candidate
        if second is not None:
            yield first, second


def _row(paired: _Paired, seed: int) -> dict[str, Any] | None:
    if not len(paired.words[0]):
        return None
    before, after = paired.rates()
    figure = asdict(paired.difference(seed))
    rounded = {key: round(value, 4) for key, value in figure.items()}
    certain = figure["low"] > 0 or figure["high"] < 0
    return {
        "before": round(before, 4),
        "after": round(after, 4),
        "change": rounded,
        "beyond_chance": certain,
    }


def _latencies(result: CallResult) -> list[float]:
    return [
        turn.voice_to_voice_ms
        for turn in result.turns
        if turn.voice_to_voice_ms is not None and not turn.cached
    ]


def _median(values: array[float]) -> float | None:
    return round(float(np.median(values)), 1) if len(values) else None


def _most_changed(
    changed: list[tuple[int, str, float, float]],
) -> list[tuple[int, str, float, float]]:
    return sorted(changed, key=lambda entry: (-abs(entry[0]), entry[1]))[:SHOWN_CALLS]
