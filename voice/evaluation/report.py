"""The report of one call, in the form that `voice demo` leaves behind."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voice.evaluation.intervals import percentile
from voice.evaluation.measured_call import MeasuredCall, MeasuredTurn
from voice.evaluation.word_errors import WordErrors, word_errors_of
from voice.events import ClauseSpoken, FinalTranscript


@dataclass(frozen=True)
class CpuTimes:
    """CPU seconds that a call took on each side of the line."""

    service: float
    caller: float


def report_of(call: MeasuredCall, cpu: CpuTimes, task_success: bool) -> dict[str, Any]:
    """What is written to report.json; figures that were not measured are null."""
    latencies = latencies_of(call.turns)
    return {
        "scenario": call.report.scenario,
        "seed": call.report.seed,
        "turns": [_turn(turn) for turn in call.turns],
        "totals": {
            "word_error_rate": round(word_errors_in(call.turns).rate, 4),
            "voice_to_voice_ms": {
                "median": round(statistics.median(latencies)) if latencies else None,
                "p95": round(percentile(latencies, 95).value) if latencies else None,
            },
            "task_success": task_success,
            "real_time_factor": _real_time_factors(call, cpu),
            "cut_ins": sum(turn.cut_in for turn in call.turns),
            "misses": sum(turn.missed for turn in call.turns),
        },
    }


def latencies_of(turns: Sequence[MeasuredTurn]) -> list[float]:
    """Voice-to-voice times in ms of all turns that were answered by more than a cached phrase."""
    return [
        turn.voice_to_voice_ms
        for turn in turns
        if turn.voice_to_voice_ms is not None and not turn.cached
    ]


def word_errors_in(turns: Sequence[MeasuredTurn]) -> WordErrors:
    """Errors of the service's transcripts in what the caller said, PINs left out."""
    return word_errors_of(
        (turn.spoken.reference, turn.recognised) for turn in turns if turn.counts_for_words
    )


def _turn(turn: MeasuredTurn) -> dict[str, Any]:
    latency = turn.voice_to_voice_ms
    return {
        "reference": turn.spoken.reference,
        "recognised": turn.recognised,
        "response": turn.response,
        "tools": list(turn.tools),
        "voice_to_voice_ms": None if latency is None else round(latency),
        "stages_ms": turn.stages_ms,
        "interrupts": turn.spoken.interrupts,
        "cached": turn.cached,
    }


def _real_time_factors(call: MeasuredCall, cpu: CpuTimes) -> dict[str, float | None]:
    """Work per second of audio (engines) and CPU time per second of the call (processes)."""
    heard = [event for event in call.events if isinstance(event, FinalTranscript)]
    said = [event for event in call.events if isinstance(event, ClauseSpoken)]
    seconds = call.report.ended - call.report.answered
    return {
        "recognition": _share(
            sum(event.recognition_ms for event in heard) / 1000,
            sum(event.audio_seconds for event in heard),
        ),
        "speech": _share(
            sum(event.synthesis_ms for event in said), sum(event.duration_ms for event in said)
        ),
        "service_cpu": _share(cpu.service, seconds),
        "caller_cpu": _share(cpu.caller, seconds),
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole > 0 else None
