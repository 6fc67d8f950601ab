"""Whole calls: task success, word errors, voice-to-voice latency, and several calls at once.

Simulated callers with held-out phrasings dial the service over SIP and RTP on loopback, one after
the other for the latency, then several at once for steadiness.

    python scripts/bench_call.py --quick
    python scripts/bench_call.py --full --json benchmarks/bench_call.json
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voice.audio import decode_ulaw, encode_ulaw
from voice.errors import VoiceError
from voice.evaluation.caller_process import CallerProcess
from voice.evaluation.callers import Phrasings
from voice.evaluation.database_changes import RowChange, changes, snapshot
from voice.evaluation.demo_operator import KnownCustomer, caller_of, open_books
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import percentile, rate, ratio
from voice.evaluation.measured_call import MeasuredCall, MeasuredTurn, find_events, measure
from voice.evaluation.report import latencies_of
from voice.evaluation.trial_call import TrialCall, hold_trial_call, judged, place_trial_call
from voice.evaluation.trial_service import TrialService
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.events import CallEnded
from voice.network import isolate

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = ROOT / "tests" / "data" / "held_out"
SAMPLE_RATE = 8000
CALL_MARGIN_SECONDS = 120.0
SHORTEST_CALL_SECONDS = 15.0
"""Less time left is not worth another call."""
AT_A_TIME = 4


@dataclass(frozen=True)
class Load:
    """Several callers who talk at the same time."""

    calls: int
    seconds: float
    real_time_priority: bool
    suffix: str
    """Added to the keys of its figures."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    scenarios: tuple[str, ...]
    seeds: int
    """With one call at a time, for the latency."""
    further_seeds: int
    """With four calls at a time, for success and words only."""
    open_sentences: int
    loads: tuple[Load, ...]


EXTENTS = {
    "quick": Extent(("plan", "balance"), 1, 0, 15, (Load(4, 5, True, ""),)),
    "full": Extent(
        (
            "balance",
            "plan",
            "block_sim",
            "block_declined",
            "person",
            "stranger",
            "astray",
            "mixed",
        ),
        3,
        2,
        10_000,
        (
            Load(4, 300, True, ""),
            Load(4, 60, False, "_without_priority"),
            Load(8, 90, True, "_8_calls"),
        ),
    ),
}


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    options = _arguments().parse_args()
    isolate(os.environ)
    extent = EXTENTS["full" if options.full else "quick"]
    result = BenchmarkResult.begin("bench_call")
    with _folder(options.keep) as folder:
        await bench_scenarios(result, extent, folder)
        await bench_open_speech(result, extent)
        for load in extent.loads:
            await bench_load(result, load, folder / f"load{load.suffix}-{load.calls}")
    result.note_load()
    print("\n".join(result.lines()))
    if options.json:
        result.save(options.json)
    return 0


async def bench_scenarios(result: BenchmarkResult, extent: Extent, folder: Path) -> None:
    """All scenarios: one call after the other, then several at a time with further seeds."""
    trial_folder = _new(folder / "scenarios")
    async with TrialService(trial_folder, _settings(real_time_priority=True)) as service:
        alone: list[TrialCall] = []
        for number, (scenario, seed) in enumerate(_runs(extent), start=1):
            customer = caller_of(open_books(service.database, number), number)
            calls = folder / "callers" / f"{scenario}-{seed}"
            trial = await place_trial_call(service, scenario, customer, seed, calls, HELD_OUT)
            alone.append(_told(trial))
            result.note_load()
        together: list[TrialCall] = []
        for seed in range(extent.seeds + 1, extent.seeds + extent.further_seeds + 1):
            for start in range(0, len(extent.scenarios), AT_A_TIME):
                scenarios = extent.scenarios[start : start + AT_A_TIME]
                together += await _calls_together(service, scenarios, seed, folder / "callers")
    trials = [*alone, *together]
    result.rows += [_row(trial) for trial in trials]
    _add_success(result, trials)
    _add_words(result, _turns(trials))
    _add_latency(result, _turns(alone))


async def _calls_together(
    service: TrialService, scenarios: Sequence[str], seed: int, folder: Path
) -> list[TrialCall]:
    """One call of each scenario at the same time, each by a customer of their own."""
    customers = open_books(service.database, seed)
    before = snapshot(service.database)
    calls = zip(scenarios, customers, strict=False)
    trials = await asyncio.gather(
        *(
            hold_trial_call(service, name, customer, seed, folder / f"{name}-{seed}", HELD_OUT)
            for name, customer in calls
        )
    )
    changed = changes(before, snapshot(service.database))
    return [
        _told(judged(trial, customer, _rows_of(changed, customer, customers[: len(scenarios)])))
        for trial, customer in zip(trials, customers, strict=False)
    ]


def _rows_of(
    changed: Sequence[RowChange], customer: KnownCustomer, callers: Sequence[KnownCustomer]
) -> list[RowChange]:
    """The changes that a call answers for: all but those of the other customers who called."""
    others = {caller.truth.customer_number for caller in callers}
    others.discard(customer.truth.customer_number)
    return [
        change
        for change in changed
        if not any(change.concerns("customer_number", number) for number in others)
    ]


async def bench_open_speech(result: BenchmarkResult, extent: Extent) -> None:
    """Sentences outside of the grammar: caller's voice, telephone channel, recogniser."""
    from voice.evaluation.callers.engines import EngineEars, EngineMouth
    from voice.model_folders import find_model

    ears = EngineEars(find_model("asr_models", "embedded-en"))
    mouth = EngineMouth(find_model("tts_voices", "embedded-caller-en"))
    errors: list[WordErrors] = []
    for sentence in Phrasings.load(HELD_OUT).of("open")[: extent.open_sentences]:
        sent = encode_ulaw(await mouth.speak(sentence, SAMPLE_RATE))
        errors.append(word_errors(sentence, await ears.read(decode_ulaw(sent), SAMPLE_RATE)))
    counted = ratio([error.edits for error in errors], [error.words for error in errors])
    result.add("open_word_error_rate", counted)


async def bench_load(result: BenchmarkResult, load: Load, folder: Path) -> None:
    """Several calls at once: none may drop, none may stutter."""
    customers = open_books(_new(folder) / "operator.sqlite", seed=2)
    async with TrialService(folder, _settings(load.real_time_priority)) as service:
        lines = [
            _busy_line(service, customers[number], number, load.seconds)
            for number in range(load.calls)
        ]
        outcomes = [outcome for line in await asyncio.gather(*lines) for outcome in line]
        statistics = service.call_statistics()
    calls = [outcome for outcome in outcomes if outcome is not None]
    key = load.suffix
    result.count(f"concurrent_calls{key}", load.calls, 1)
    result.count(f"dropped_calls{key}", sum(map(_dropped, outcomes)), len(outcomes))
    gaps = [gap for call in calls for gap in call.report.packet_gaps_ms]
    result.add(f"rtp_gap_p99_ms{key}", percentile(gaps, 99))
    stalls = [float(values["loop_stall_p999_ms"]) for values in statistics]
    beats = sum(int(values["beats"]) for values in statistics)
    result.count(f"loop_stall_p999_ms{key}", max(stalls, default=math.nan), beats)
    latencies = latencies_of([turn for call in calls for turn in call.turns])
    loaded = f"{load.calls}_calls{key.replace('_8_calls', '')}"
    result.add(f"voice_to_voice_median_ms_of_{loaded}", percentile(latencies, 50))


async def _busy_line(
    service: TrialService, customer: KnownCustomer, number: int, seconds: float
) -> list[MeasuredCall | None]:
    """One telephone that is kept busy: who is hung up on dials again."""
    until = time.monotonic() + seconds
    calls: list[MeasuredCall | None] = []
    while not calls or until - time.monotonic() > SHORTEST_CALL_SECONDS:
        left = max(1.0, until - time.monotonic())
        seed = 100 * number + len(calls)
        folder = service.folder / f"caller-{number}-{len(calls)}"
        caller = CallerProcess(service.uri, "busy", customer.persona, seed, folder, HELD_OUT, left)
        try:
            report = await caller.call(left + CALL_MARGIN_SECONDS)
            calls.append(measure(report, find_events(service.records, report)[1]))
        except VoiceError as error:
            print(f"  {error}", file=sys.stderr)
            calls.append(None)
    return calls


def _dropped(call: MeasuredCall | None) -> bool:
    """Not answered, without an end, or ended by a fault instead of by one of the two parties."""
    if call is None or not call.report.answered:
        return True
    ends = [event for event in call.events if isinstance(event, CallEnded)]
    return not ends or ends[0].by == "system"


def _add_success(result: BenchmarkResult, trials: Sequence[TrialCall]) -> None:
    successes = [trial for trial in trials if trial.verdict.success]
    as_heard = [trial for trial in successes if not trial.verdict.misheard]
    result.count("scenarios", len({trial.scenario for trial in trials}), 1)
    result.count("runs", len(trials), 1)
    result.add("task_success", rate(len(successes), len(trials)))
    result.add("task_success_as_transcribed", rate(len(as_heard), len(trials)))


def _add_words(result: BenchmarkResult, turns: Sequence[MeasuredTurn]) -> None:
    errors = [
        word_errors(turn.spoken.reference, turn.recognised)
        for turn in turns
        if turn.counts_for_words
    ]
    counted = ratio([error.edits for error in errors], [error.words for error in errors])
    result.add("word_error_rate", counted)


def _add_latency(result: BenchmarkResult, turns: Sequence[MeasuredTurn]) -> None:
    latencies = latencies_of(turns)
    result.add("voice_to_voice_median_ms", percentile(latencies, 50))
    result.add("voice_to_voice_p95_ms", percentile(latencies, 95))
    with_tool = [turn for turn in turns if turn.tools]
    result.add("voice_to_voice_median_ms_with_tool", percentile(latencies_of(with_tool), 50))
    result.count("fixed_phrase_turns", sum(turn.cached for turn in turns), len(turns))
    result.count("cut_ins", sum(turn.cut_in for turn in turns), len(turns))
    result.count("misses", sum(turn.spoken.missed for turn in turns), len(turns))
    spent: Counter[str] = Counter()
    for turn in turns:
        if not turn.cached:
            spent.update(turn.stages_ms)
    total = sum(spent.values())
    for stage, milliseconds in spent.items():
        result.count(f"share_{stage}", round(milliseconds / total, 3), len(latencies))


def _row(trial: TrialCall) -> dict[str, object]:
    turns = trial.call.turns if trial.call else ()
    return {
        "scenario": trial.scenario,
        "seed": trial.seed,
        "success": trial.verdict.success,
        "failures": list(trial.verdict.failures),
        "misheard": list(trial.verdict.misheard),
        "cpu_seconds": {
            "service": round(trial.cpu.service, 2),
            "caller": round(trial.cpu.caller, 2),
        },
        "turns": [
            {
                "reference": turn.spoken.reference,
                "recognised": turn.recognised,
                "response": turn.response,
                "voice_to_voice_ms": turn.voice_to_voice_ms and round(turn.voice_to_voice_ms),
                "cached": turn.cached,
            }
            for turn in turns
        ],
    }


def _turns(trials: Sequence[TrialCall]) -> list[MeasuredTurn]:
    return [turn for trial in trials if trial.call for turn in trial.call.turns]


def _told(trial: TrialCall) -> TrialCall:
    """Say how the call went."""
    outcome = "ok" if trial.verdict.success else "; ".join(trial.verdict.failures)
    print(f"{trial.scenario:<15} seed {trial.seed}   {outcome}", flush=True)
    return trial


def _runs(extent: Extent) -> Iterator[tuple[str, int]]:
    for seed in range(1, extent.seeds + 1):
        for scenario in extent.scenarios:
            yield scenario, seed


def _settings(real_time_priority: bool) -> str:
    wanted = "true" if real_time_priority else "false"
    return (
        'log_level = "warning"\n'
        '[sip]\nlisten = "127.0.0.1:0"\n'
        f"[rtp]\nreal_time_priority = {wanted}\n"
    )


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where calls are recorded: `keep`, or a folder that is removed afterwards."""
    if keep is not None:
        yield _new(keep)
        return
    with tempfile.TemporaryDirectory(prefix="voice-bench-") as folder:
        yield Path(folder)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="at most two minutes (default)")
    extent.add_argument("--full", action="store_true", help="at most thirty minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep recordings and events")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except VoiceError as error:
        sys.exit(f"bench_call: {error}")
