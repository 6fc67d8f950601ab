"""Figures of whole calls, as `BenchmarkResult` keeps them; the definitions stand in docs/."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from voice.evaluation.busy_load import LoadOutcome
from voice.evaluation.figures import MEDIAN_TURNS, P95_TURNS, BenchmarkResult
from voice.evaluation.intervals import percentile, rate, ratio
from voice.evaluation.measured_call import MeasuredCall, MeasuredTurn
from voice.evaluation.report import latencies_of
from voice.evaluation.trial_call import TrialCall
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.events import ClauseSpoken
from voice.telemetry import Stalls


def add_success(result: BenchmarkResult, trials: Sequence[TrialCall]) -> None:
    """All runs count, also those that crashed or took too long."""
    successes = [trial for trial in trials if trial.verdict.success]
    as_heard = [trial for trial in successes if not trial.verdict.misheard]
    result.count("scenarios", len({trial.scenario for trial in trials}), 1)
    result.count("runs", len(trials), 1)
    result.add("task_success", rate(len(successes), len(trials)))
    result.add("task_success_as_transcribed", rate(len(as_heard), len(trials)))


def add_words(result: BenchmarkResult, key: str, errors: Sequence[WordErrors]) -> None:
    """A word error rate over utterances."""
    counted = ratio([error.edits for error in errors], [error.words for error in errors])
    result.add(key, counted)


def word_errors_of_turns(turns: Sequence[MeasuredTurn]) -> list[WordErrors]:
    """Errors of each spoken turn that is no secret."""
    return [
        word_errors(turn.spoken.reference, turn.recognised)
        for turn in turns
        if turn.counts_for_words
    ]


def add_latency(
    result: BenchmarkResult, alone: Sequence[MeasuredCall], crowded: Sequence[MeasuredCall]
) -> None:
    """The median of one call at a time; what needs many turns, of several calls at a time, too.

    A 95th percentile wants 200 turns, more than one call holds in the time of a full run.
    """
    turns = _turns(alone)
    every = [*turns, *_turns(crowded)]
    latencies = latencies_of(turns)
    result.add("voice_to_voice_median_ms", percentile(latencies, 50), MEDIAN_TURNS)
    result.add("voice_to_voice_p95_ms", percentile(latencies_of(every), 95), P95_TURNS)
    result.add("voice_to_voice_p95_ms_of_1_call", percentile(latencies, 95), P95_TURNS)
    with_tool = [turn for turn in turns if turn.tools]
    in_time = latencies_of(with_tool)
    result.add("voice_to_voice_median_ms_with_tool", percentile(in_time, 50), MEDIAN_TURNS // 2)
    if latencies:
        share = round(len(in_time) / len(latencies), 3)
        result.count("share_of_turns_with_tool", share, len(latencies))
    result.count("fixed_phrase_turns", sum(turn.cached for turn in every), len(every))
    result.count("cut_ins", sum(turn.cut_in for turn in every), len(every))
    result.count("misses", sum(turn.missed for turn in every), len(every))
    _add_apart(result, [*alone, *crowded])
    _add_shares(result, turns)
    result.rows += _rows_of_kinds(turns)


def add_real_latency(
    result: BenchmarkResult, first: Sequence[MeasuredCall], warm: Sequence[MeasuredCall]
) -> None:
    """Of the models that understand people: calls after the first one, and that one beside them."""
    turns, at_first = _turns(warm), _turns(first)
    latencies = latencies_of(turns)
    result.add("real_voice_to_voice_median_ms", percentile(latencies, 50), MEDIAN_TURNS)
    result.add("real_voice_to_voice_p95_ms", percentile(latencies, 95), P95_TURNS)
    of_first = percentile(latencies_of(at_first), 50)
    result.add("real_first_call_median_ms", of_first, MEDIAN_TURNS)
    every = [*at_first, *turns]
    add_words(result, "real_call_word_error_rate", word_errors_of_turns(every))
    result.count("real_cut_ins", sum(turn.cut_in for turn in every), len(every))
    result.count("real_misses", sum(turn.missed for turn in every), len(every))


def add_load(result: BenchmarkResult, suffix: str, load: LoadOutcome, priority: str) -> None:
    """How several calls at once went; `suffix` is added to each key."""
    calls = load.held
    result.count(f"concurrent_calls{suffix}", load.most_at_once, len(load.calls))
    result.count(f"dropped_calls{suffix}", load.dropped, len(load.calls))
    gaps = [gap for call in calls for gap in call.report.packet_gaps_ms]
    result.add(f"rtp_gap_p99_ms{suffix}", percentile(gaps, 99))
    worst = max(load.stalls, key=_p999, default=Stalls())
    if worst.beats:
        result.count(f"loop_stall_p999_ms{suffix}", _p999(worst), worst.beats)
        result.count(f"loop_stall_max_ms{suffix}", worst.share_ms(1.0), worst.beats)
    latencies = latencies_of(_turns(calls))
    result.add(f"voice_to_voice_median_ms_of_load{suffix}", percentile(latencies, 50), MEDIAN_TURNS)
    row: dict[str, object] = {
        "load": suffix.strip("_") or "with priority",
        "calls": len(load.calls),
        "seconds": round(load.seconds, 1),
        "audio_priority": priority,
        "misses": sum(turn.missed for turn in _turns(calls)),
        "faults": list(load.faults),
    }
    if load.seconds:
        row["service_cores"] = round(load.cpu.service / load.seconds, 3)
        row["caller_cores"] = round(load.cpu.caller / load.seconds, 3)
    result.rows.append(row)


def row_of(trial: TrialCall, at_a_time: int) -> dict[str, object]:
    """One call with its verdict and turns; latencies are those of so many calls at a time."""
    turns = trial.call.turns if trial.call else ()
    return {
        "scenario": trial.scenario,
        "seed": trial.seed,
        "success": trial.verdict.success,
        "failures": list(trial.verdict.failures),
        "misheard": list(trial.verdict.misheard),
        "calls_at_a_time": at_a_time,
        "caller_cpu_seconds": round(trial.cpu.caller, 2),
        "turns": [
            {
                "reference": turn.spoken.reference,
                "recognised": turn.recognised,
                "response": turn.response,
                "voice_to_voice_ms": turn.voice_to_voice_ms and round(turn.voice_to_voice_ms),
                "cached": turn.cached,
                "cut_in": turn.cut_in,
                "missed": turn.missed,
            }
            for turn in turns
        ],
    }


def _turns(calls: Sequence[MeasuredCall]) -> list[MeasuredTurn]:
    return [turn for call in calls for turn in call.turns]


def _p999(stalls: Stalls) -> float:
    return stalls.share_ms(0.999)


def _add_apart(result: BenchmarkResult, calls: Sequence[MeasuredCall]) -> None:
    """What is no answer: how soon the greeting came, and how often the caller was put off."""
    greetings = [
        (call.report.audible[0].start - call.report.answered) * 1000
        for call in calls
        if call.report.audible
    ]
    result.add("greeting_median_ms", percentile(greetings, 50))
    kinds = Counter(
        event.kind for call in calls for event in call.events if isinstance(event, ClauseSpoken)
    )
    for kind in ("filler", "reprompt"):
        result.count(f"{kind}s", kinds[kind], sum(kinds.values()))


def _add_shares(result: BenchmarkResult, turns: Sequence[MeasuredTurn]) -> None:
    """Which part of the time from the caller's last word to the answer each stage took."""
    counted = [turn for turn in turns if turn.stages_ms and not turn.cached]
    spent: Counter[str] = Counter()
    for turn in counted:
        spent.update(turn.stages_ms)
    total = sum(spent.values())
    for stage, milliseconds in spent.items():
        result.count(f"share_{stage}", round(milliseconds / total, 3), len(counted))


def _rows_of_kinds(turns: Sequence[MeasuredTurn]) -> list[dict[str, object]]:
    """How many answers of each kind stand behind the latency."""
    rows: list[dict[str, object]] = []
    for kind in sorted({turn.act for turn in turns if turn.act}):
        latencies = latencies_of([turn for turn in turns if turn.act == kind])
        if latencies:
            median = round(percentile(latencies, 50).value)
            rows.append({"kind": kind, "n": len(latencies), "voice_to_voice_median_ms": median})
    return rows
