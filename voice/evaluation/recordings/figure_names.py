"""The figures of a report: what each is called, what it means, and how its values are written."""

from __future__ import annotations

from dataclasses import dataclass

WORDS = "recordings with a reference"
CALLS = "whole calls, without --only recognition"
GOALS = "whole calls with a goal"


@dataclass(frozen=True)
class FigureName:
    """How people read a figure; docs/evaluation.md says how it is measured."""

    title: str
    meaning: str
    needs: str = ""
    """Without which it cannot be measured; empty where any recording will do."""


FIGURES = {
    "wer": FigureName("Word error rate", "word errors per word of the reference", WORDS),
    "substitution_rate": FigureName("Wrong words", "per word of the reference", WORDS),
    "deletion_rate": FigureName("Words left out", "per word of the reference", WORDS),
    "insertion_rate": FigureName("Words too many", "per word of the reference", WORDS),
    "end_of_turn_median_ms": FigureName(
        "End of turn", "caller's last sound to the decision that the turn was over, median"
    ),
    "end_of_turn_p95_ms": FigureName("End of turn, slowest", "the same, 95th percentile"),
    "voice_to_voice_median_ms": FigureName(
        "Voice to voice", "caller's last sound to the answer's first, median", CALLS
    ),
    "voice_to_voice_p90_ms": FigureName("Voice to voice, 90 %", "the same, 90th percentile", CALLS),
    "voice_to_voice_p95_ms": FigureName("Voice to voice, 95 %", "the same, 95th percentile", CALLS),
    "voice_to_voice_p99_ms": FigureName("Voice to voice, 99 %", "the same, 99th percentile", CALLS),
    "cut_in_rate": FigureName("Cut in", "utterances answered before their end", CALLS),
    "miss_rate": FigureName("Not answered", "utterances not answered within ten seconds", CALLS),
    "task_success": FigureName("Goals met", "calls with a goal that met it", GOALS),
    "divergence_rate": FigureName(
        "Went another way", "calls in which caller and assistant no longer fit together", CALLS
    ),
    "engine_real_time_factor": FigureName(
        "Work of the engines", "seconds by the cost table, per second of recording", CALLS
    ),
    "failure_rate": FigureName("Failures", "recordings with an entry in the list of failures"),
}
"""By their keys, which keep their names for good."""


def written(key: str, value: float) -> str:
    """A value of this figure as people write it: `4.8 %`, `743 ms`."""
    if key.endswith("_ms"):
        return f"{value:.0f} ms"
    if key == "engine_real_time_factor":
        return f"{value:.3g}"
    return f"{100 * value:.1f} %"
