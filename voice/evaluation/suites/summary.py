"""What came of a suite's calls: task success, pass@k and pass^k, and latency, with their bounds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from math import comb
from typing import Any

from voice.evaluation.intervals import Figure, percentile, rate, ratio
from voice.evaluation.suites.call_result import CallerResult

SHOWN_CALLS = 200
"""Failed ones of which a report tells the words; the results hold all."""


def pass_at(k: int, calls: int, successes: int) -> float:
    """How probably at least one of k calls succeeds; unbiased from `calls` >= k (Chen 2021)."""
    return 1 - comb(calls - successes, k) / comb(calls, k)


def pass_hat(k: int, calls: int, successes: int) -> float:
    """How probably all of k calls succeed; unbiased from `calls` >= k (tau-bench, 2024)."""
    return comb(successes, k) / comb(calls, k)


def powers_up_to(seeds: int) -> list[int]:
    """The k for which both are told: 1, 2, 4 ... that so many seeds tell."""
    return [1 << power for power in range(seeds.bit_length()) if 1 << power <= seeds]


def figure_keys(seeds: int) -> list[str]:
    """The keys of the figures of a suite with so many seeds."""
    passes = [f"{kind}_{k}" for kind in ("pass_at", "pass_hat") for k in powers_up_to(seeds)]
    latency = ["voice_to_voice_median_ms", "voice_to_voice_p95_ms", "cut_in_rate", "miss_rate"]
    return ["task_success", "satisfied_rate", *passes, *latency]


def summarised(
    results: Iterable[CallerResult], seeds: int, chance: int, about: dict[str, Any]
) -> dict[str, Any]:
    """The report; `chance` seeds the intervals. Groups are sorted by their names."""
    every = list(results)
    by_caller: dict[str, list[CallerResult]] = defaultdict(list)
    groups: dict[str, dict[str, list[CallerResult]]] = defaultdict(lambda: defaultdict(list))
    for result in every:
        by_caller[result.caller].append(result)
        for group, value in result.groups.items():
            groups[group][value].append(result)
    figures = _figures(every, by_caller, seeds, chance)
    return {
        **about,
        "calls": len(every),
        "figures": {key: figure.rounded() for key, figure in figures.items() if figure.n},
        "callers": [_caller(name, calls, seeds) for name, calls in by_caller.items()],
        "groups": {
            group: {
                value: {"task_success": _success(calls).rounded()}
                for value, calls in sorted(values.items())
            }
            for group, values in sorted(groups.items())
        },
        "failed": [_failed(result) for result in every if not result.success][:SHOWN_CALLS],
    }


def _figures(
    every: Sequence[CallerResult],
    by_caller: dict[str, list[CallerResult]],
    seeds: int,
    chance: int,
) -> dict[str, Figure]:
    figures = {
        "task_success": _success(every),
        "satisfied_rate": rate(sum(result.satisfied for result in every), len(every)),
    }
    kinds: dict[str, Callable[[int, int, int], float]] = {"pass_at": pass_at, "pass_hat": pass_hat}
    for kind, share in kinds.items():
        for k in powers_up_to(seeds):
            told = [
                share(k, len(calls), sum(call.success for call in calls))
                for calls in by_caller.values()
                if len(calls) >= k
            ]
            figures[f"{kind}_{k}"] = ratio(told, [1.0] * len(told), chance)
    latencies = [ms for result in every for ms in result.voice_to_voice_ms]
    turns = sum(result.turns for result in every)
    figures["voice_to_voice_median_ms"] = percentile(latencies, 50)
    figures["voice_to_voice_p95_ms"] = percentile(latencies, 95)
    figures["cut_in_rate"] = rate(sum(result.cut_ins for result in every), turns)
    figures["miss_rate"] = rate(sum(result.misses for result in every), turns)
    return figures


def _success(calls: Sequence[CallerResult]) -> Figure:
    return rate(sum(call.success for call in calls), len(calls))


def _caller(name: str, calls: Sequence[CallerResult], seeds: int) -> dict[str, Any]:
    successes = sum(call.success for call in calls)
    reasons = Counter(reason for call in calls for reason in call.failures)
    told = [k for k in powers_up_to(seeds) if k <= len(calls)]
    return {
        "name": name,
        "calls": len(calls),
        "successes": successes,
        "pass_at": {str(k): round(pass_at(k, len(calls), successes), 4) for k in told},
        "pass_hat": {str(k): round(pass_hat(k, len(calls), successes), 4) for k in told},
        "failures": dict(reasons.most_common()),
    }


def _failed(result: CallerResult) -> dict[str, Any]:
    kept = ("caller", "seed", "failures", "misheard", "reason", "words")
    return {key: value for key, value in asdict(result).items() if key in kept}
