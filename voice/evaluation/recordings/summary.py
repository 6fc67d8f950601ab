"""The figures of a run: results are read one by one, and only numbers are kept of each."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from voice.evaluation.intervals import Figure, percentile, rate, ratio
from voice.evaluation.recordings.call_result import CallResult, TurnResult
from voice.evaluation.recordings.figure_names import FIGURES
from voice.evaluation.word_errors import WordErrors, word_differences
from voice.languages import language

WORST_CALLS = 10
HISTOGRAM_STEP_MS = 100
MOST_FAILURES = 1000
"""More are counted, not listed; so for calls that went another way."""
MOST_GROUPS = 200
"""Values of one column; a column with more is no group (an id, a date)."""

_EDITS = ("substitutions", "deletions", "insertions")


@dataclass
class _Words:
    """Edits and words of each call that has a reference."""

    kinds: WordErrors = WordErrors()
    columns: dict[str, array[int]] = field(
        default_factory=lambda: {key: array("i") for key in (*_EDITS, "edits", "words")}
    )

    def add(self, errors: WordErrors) -> None:
        self.kinds += errors
        for key, values in self.columns.items():
            values.append(getattr(errors, key))

    def figure(self, seed: int, edits: str = "edits") -> Figure:
        """Edits of one kind, or of all, per word of the reference."""
        return ratio(self.columns[edits], self.columns["words"], seed)


class Summary:
    """Takes the results of a run in order and gives its report."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._words = _Words()
        self._groups: dict[str, dict[str, _Words]] = {}
        self._voice_to_voice = array("d")
        self._end_of_turn = array("d")
        self._stages: dict[str, array[float]] = {}
        self._counts: Counter[str] = Counter()
        self._seconds = dict.fromkeys(("heard", "recorded", "calls"), 0.0)
        self._engines: dict[str, float] = {}
        self._ended: Counter[str] = Counter()
        self._worst: list[tuple[float, int, CallResult]] = []
        self._failures: list[dict[str, Any]] = []
        self._diverged: list[dict[str, str]] = []

    def add(self, result: CallResult) -> None:
        """Count one call."""
        self._counts["calls"] += 1
        self._seconds["heard"] += result.audio_seconds
        self._seconds["recorded"] += result.recording_seconds
        self._seconds["calls"] += result.call_seconds
        for engine, seconds in result.engine_seconds.items():
            self._engines[engine] = self._engines.get(engine, 0.0) + seconds
        if result.ended:
            self._ended[result.ended] += 1
        if result.failures:
            self._counts["failures"] += 1
            if len(self._failures) < MOST_FAILURES:
                self._failures.append({"name": result.name, "reasons": list(result.failures)})
        if result.diverged:
            self._counts["diverged"] += 1
            if len(self._diverged) < MOST_FAILURES:
                self._diverged.append({"name": result.name, "how": result.diverged})
        if result.task_success is not None:
            self._counts["goals"] += 1
            self._counts["goals_met"] += result.task_success
        if result.errors is not None:
            self._add_words(result, result.errors)
        for turn in result.turns:
            self._add_turn(turn)

    def _add_words(self, result: CallResult, errors: WordErrors) -> None:
        self._words.add(errors)
        for column, value in result.groups.items():
            values = self._groups.setdefault(column, {})
            if value in values or len(values) <= MOST_GROUPS:
                values.setdefault(value, _Words()).add(errors)
        # Of equal rates the earlier call comes first; a heap drops its smallest.
        entry = (errors.rate, -result.index, result)
        heapq.heappush(self._worst, entry)
        if len(self._worst) > WORST_CALLS:
            heapq.heappop(self._worst)

    def _add_turn(self, turn: TurnResult) -> None:
        self._counts["utterances"] += 1
        self._counts["cut_ins"] += turn.cut_in
        self._counts["misses"] += turn.missed
        self._counts["fixed_phrases"] += turn.cached
        if turn.end_of_turn_ms is not None:
            self._end_of_turn.append(turn.end_of_turn_ms)
        if turn.voice_to_voice_ms is None or turn.cached:
            return
        self._voice_to_voice.append(turn.voice_to_voice_ms)
        for stage, milliseconds in turn.stages_ms.items():
            self._stages.setdefault(stage, array("d")).append(milliseconds)

    def report(self, about: dict[str, Any]) -> dict[str, Any]:
        """The report as it is written to report.json; `about` says what was evaluated."""
        return {
            **about,
            "calls": self._counts["calls"],
            "recording_seconds": round(self._seconds["recorded"], 1),
            "audio_seconds": round(self._seconds["heard"], 1),
            "call_seconds": round(self._seconds["calls"], 1),
            "figures": {key: figure.rounded() for key, figure in self._figures().items()},
            "words": asdict(self._words.kinds),
            "groups": {
                column: {
                    value: {"wer": words.figure(self._seed).rounded(), **asdict(words.kinds)}
                    for value, words in sorted(values.items())
                }
                for column, values in sorted(self._groups.items())
                if len(values) <= MOST_GROUPS
            },
            "turns": {
                key: self._counts[key]
                for key in ("utterances", "cut_ins", "misses", "fixed_phrases")
            },
            "stages_ms": {
                stage: round(percentile(values, 50).value, 1)
                for stage, values in self._stages.items()
            },
            "latency_histogram": _histogram(self._voice_to_voice),
            "engine_seconds": {
                engine: round(seconds, 3) for engine, seconds in sorted(self._engines.items())
            },
            "ended": dict(sorted(self._ended.items())),
            "worst_calls": [_worst_call(entry[2]) for entry in sorted(self._worst, reverse=True)],
            "diverged": self._diverged,
            "failures": self._failures,
        }

    def _figures(self) -> dict[str, Figure]:
        words, counts = self._words, self._counts
        spoken = counts["utterances"] if self._seconds["calls"] else 0
        figures = {
            "wer": words.figure(self._seed),
            "substitution_rate": words.figure(self._seed, "substitutions"),
            "deletion_rate": words.figure(self._seed, "deletions"),
            "insertion_rate": words.figure(self._seed, "insertions"),
            "end_of_turn_median_ms": percentile(self._end_of_turn, 50),
            "end_of_turn_p95_ms": percentile(self._end_of_turn, 95),
            "voice_to_voice_median_ms": percentile(self._voice_to_voice, 50),
            "voice_to_voice_p90_ms": percentile(self._voice_to_voice, 90),
            "voice_to_voice_p95_ms": percentile(self._voice_to_voice, 95),
            "voice_to_voice_p99_ms": percentile(self._voice_to_voice, 99),
            "cut_in_rate": rate(counts["cut_ins"], spoken),
            "miss_rate": rate(counts["misses"], spoken),
            "task_success": rate(counts["goals_met"], counts["goals"]),
            "divergence_rate": rate(
                counts["diverged"], counts["calls"] if self._seconds["calls"] else 0
            ),
            "failure_rate": rate(counts["failures"], counts["calls"]),
        }
        if self._engines and self._seconds["heard"]:
            value = sum(self._engines.values()) / self._seconds["heard"]
            figures["engine_real_time_factor"] = Figure(value, value, value, counts["calls"])
        return {key: figures[key] for key in FIGURES if key in figures and figures[key].n}


def summarised(results: Iterable[CallResult], seed: int, about: dict[str, Any]) -> dict[str, Any]:
    """The report of these results."""
    summary = Summary(seed)
    for result in results:
        summary.add(result)
    return summary.report(about)


def _histogram(values: array[float]) -> list[list[int]]:
    """[from ms, answers] for each 100 ms that any answer took."""
    counts = Counter(int(value // HISTOGRAM_STEP_MS) * HISTOGRAM_STEP_MS for value in values)
    return [[start, counts[start]] for start in sorted(counts)]


def _worst_call(result: CallResult) -> dict[str, Any]:
    assert result.errors is not None
    return {
        "index": result.index,
        "name": result.name,
        "path": result.path,
        "side": result.side,
        "wer": round(result.errors.rate, 4),
        **asdict(result.errors),
        "differences": [
            asdict(edit)
            for edit in word_differences(
                result.reference or "", result.recognised, language(result.language)
            )
        ],
    }
