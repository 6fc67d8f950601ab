"""Figures of conversations, as `BenchmarkResult` keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from conversation_bench.comparison import Match, rows, speedup
from conversation_bench.interruptions import GaveWay
from conversation_bench.wire_parts import TurnsMeasured
from conversation_bench.wire_turns import JudgedTurn
from voice.evaluation.figures import MEDIAN_TURNS, P95_TURNS, BenchmarkResult
from voice.evaluation.intervals import percentile, rate, ratio
from voice.events import FinalTranscript

if TYPE_CHECKING:  # what they need loads pipecat, which only the process of a part does
    from conversation_bench.dialogues import Dialogue
    from conversation_bench.manners import BackChannel, Dictation, EchoCall

PERSON_MS = 300.0
"""What a person takes to answer; the table says what stands between us and that."""


def add_turns(result: BenchmarkResult, measured: TurnsMeasured, prefix: str = "") -> None:
    """Latency and cut-ins of ours at the default pause, and how stock compares; `prefix` is put
    before the keys.
    """
    ours = measured.ours
    open_turns = [turn for turn in ours if turn.open]
    for turns, suffix in ((ours, ""), (open_turns, "_not_yes_no")):
        found = latencies(turns)
        result.add(f"{prefix}voice_to_voice_median_ms{suffix}", percentile(found, 50), MEDIAN_TURNS)
        result.add(f"{prefix}voice_to_voice_p95_ms{suffix}", percentile(found, 95), P95_TURNS)
    cut_in = rate(sum(turn.cut_in for turn in ours), len(ours))
    result.add(f"{prefix}false_cut_in_rate", cut_in, MEDIAN_TURNS)
    result.count(f"{prefix}misses", sum(turn.missed for turn in ours), len(ours))
    result.count(f"{prefix}fixed_phrase_turns", sum(turn.cached for turn in ours), len(ours))
    _add_work_ahead(result, measured.readings, prefix)
    first = percentile(latencies(measured.first_call), 50)
    result.add(f"{prefix}first_call_median_ms", first)
    _add_speedup(result, measured.matches, "stock_speedup_base" if prefix else "stock_speedup")
    result.rows += [{"comparison": prefix or "embedded", **row} for row in rows(measured.points)]
    result.rows.append({"settings": measured.settings})
    ways = {"stages_median_ms": stages(ours), "above_a_person_ms": _above(ours)}
    result.rows.append({"comparison": prefix or "embedded", **ways})


def _add_work_ahead(
    result: BenchmarkResult, readings: Sequence[FinalTranscript], prefix: str
) -> None:
    """How many turns were understood at their end already, and what of the reading was in vain."""
    ahead = rate(sum(one.speculative for one in readings), len(readings))
    result.add(f"{prefix}read_ahead_share", ahead, MEDIAN_TURNS)
    in_vain = [one.in_vain_ms for one in readings]
    spent = [one.in_vain_ms + one.recognition_ms for one in readings]
    result.add(f"{prefix}read_in_vain_share", ratio(in_vain, spent), MEDIAN_TURNS)


def _add_speedup(result: BenchmarkResult, found: Sequence[Match], key: str) -> None:
    figure = speedup(found)
    if figure is not None:
        result.add(key, figure, MEDIAN_TURNS)
    alone = sum(match.ours is None for match in found)
    result.count(f"{key}_without_counterpart", alone, len(found))


def add_interruptions(result: BenchmarkResult, found: Sequence[GaveWay]) -> None:
    """How soon true interruptions are given way to."""
    for key, values in (
        ("duck", [gave.duck_ms for gave in found]),
        ("stop", [gave.stop_ms for gave in found]),
    ):
        result.add(f"barge_in_{key}_p95_ms", percentile(values, 95), P95_TURNS)
        result.add(f"barge_in_{key}_median_ms", percentile(values, 50), MEDIAN_TURNS)


def add_crowd(result: BenchmarkResult, found: dict[int, list[JudgedTurn]]) -> None:
    """The latency of so many calls at once."""
    for count, turns in found.items():
        median = percentile(latencies(turns), 50)
        result.add(f"voice_to_voice_median_ms_{count}", median, MEDIAN_TURNS)
        result.rows.append(
            {
                "calls_at_once": count,
                "turns": len(turns),
                "cut_ins": sum(turn.cut_in for turn in turns),
                "misses": sum(turn.missed for turn in turns),
            }
        )


def add_manners(
    result: BenchmarkResult,
    digits: Sequence[Dictation],
    nods: Sequence[BackChannel],
    echoes: Sequence[EchoCall],
) -> None:
    """Numbers in groups, back-channels and echoes; each that went wrong is a row."""
    result.add("digits_not_cut_rate", rate(sum(one.whole for one in digits), len(digits)))
    result.add("backchannel_stop_rate", rate(sum(one.stopped for one in nods), len(nods)))
    result.count("echo_stops", sum(bool(one.stops) for one in echoes), len(echoes))
    result.rows += [{"digits": asdict(one)} for one in digits if not one.whole]
    result.rows += [{"back_channel": asdict(one)} for one in nods if one.stopped]
    result.rows += [{"echo": asdict(one)} for one in echoes if one.stops]


def add_dialogues(result: BenchmarkResult, found: Sequence[Dialogue]) -> None:
    """The difficult callers, each with what went wrong."""
    count = len(found)
    result.count("difficult_callers", count, count)
    result.count("difficult_callers_right", sum(one.verdict.is_right for one in found), count)
    result.count("harmful", sum(bool(one.verdict.harm) for one in found), count)
    for one in found:
        row: dict[str, object] = {
            "caller": one.caller.name,
            "kind": one.caller.kind,
            "right": one.verdict.is_right,
        }
        if not one.verdict.is_right:
            row |= {"wrong": one.verdict.wrong, "harm": one.verdict.harm, "words": one.words}
        result.rows.append(row)


def latencies(turns: Sequence[JudgedTurn]) -> list[float]:
    """Milliseconds of the turns that count."""
    return [
        turn.voice_to_voice_ms
        for turn in turns
        if turn.counts and turn.voice_to_voice_ms is not None
    ]


def stages(turns: Sequence[JudgedTurn]) -> dict[str, float]:
    """The median of each stage between the caller's last sample and the answer's first, in ms."""
    staged = [turn.stages_ms for turn in turns if turn.counts and turn.stages_ms]
    names = staged[0] if staged else {}
    return {name: round(percentile([one[name] for one in staged], 50).value) for name in names}


def _above(turns: Sequence[JudgedTurn]) -> float | None:
    median = percentile(latencies(turns), 50)
    return round(median.value - PERSON_MS) if median.n else None
