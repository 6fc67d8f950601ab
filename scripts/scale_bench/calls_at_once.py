"""How many calls at once are answered soon enough, callers and service on one machine."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voice.evaluation.busy_load import LoadOutcome, hold_load
from voice.evaluation.demo_operator import KnownCustomer, open_books
from voice.evaluation.figures import MEDIAN_TURNS, BenchmarkResult
from voice.evaluation.intervals import percentile
from voice.evaluation.report import latencies_of
from voice.evaluation.trial_service import TrialService
from voice.models import ModelsAtHand
from voice.settings import REAL_RECOGNISER, REAL_VOICE
from voice.settings.response import BY_EXAMPLES

HELD_OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "held_out"
_SETTINGS = 'log_level = "warning"\n[supervision]\nenabled = false\n[sip]\nlisten = "127.0.0.1:0"\n'
_SEED = 2


@dataclass(frozen=True)
class Wanted:
    """Models, and what their calls are held against."""

    key: str
    most_ms: float
    models: ModelsAtHand
    steps: tuple[int, ...]
    """How many calls at once, as long as they are soon enough."""


EMBEDDED = Wanted("calls_at_900_ms_embedded", 900, ModelsAtHand(), (4, 10, 16, 20))
_REAL = ModelsAtHand(REAL_RECOGNISER, REAL_VOICE, BY_EXAMPLES)
BASE = Wanted("calls_at_1500_ms_base", 1500, _REAL, (4, 8, 12, 16))
QUICK_SECONDS, FULL_SECONDS = 16, 60


async def add_embedded(result: BenchmarkResult, quick: bool) -> None:
    """With the models that come along: median from voice to voice up to 900 ms."""
    await _add(result, EMBEDDED, quick)


async def add_base(result: BenchmarkResult, quick: bool) -> None:
    """With Whisper base and a recorded voice: up to 1,500 ms; the quick way has no time for it."""
    if not quick:
        await _add(result, BASE, quick)


async def _add(result: BenchmarkResult, wanted: Wanted, quick: bool) -> None:
    """Ever more calls at once, until the median is too long; the most that were soon enough."""
    most = 0
    steps, seconds = (wanted.steps[:1], QUICK_SECONDS) if quick else (wanted.steps, FULL_SECONDS)
    for calls in steps:
        with tempfile.TemporaryDirectory(prefix="voice-bench-") as folder:
            load = await _load(Path(folder), wanted.models, calls, seconds)
        latencies = latencies_of([turn for call in load.held for turn in call.turns])
        median = percentile(latencies, 50)
        result.add(f"{wanted.key}_median_of_{calls}", median, MEDIAN_TURNS)
        result.rows.append(_row(load, calls))
        soon_enough = median.value <= wanted.most_ms and load.dropped == 0
        if soon_enough:
            most = min(calls, load.most_at_once)
        print(f"{calls} at once: {median.value:.0f} ms, {load.dropped} dropped", flush=True)
        if not soon_enough:
            break
    result.count(wanted.key, most, 1)


async def _load(folder: Path, models: ModelsAtHand, calls: int, seconds: float) -> LoadOutcome:
    async with TrialService(folder, _SETTINGS, models=models) as service:
        customers = _callers(open_books(service.database, _SEED), calls)
        return await hold_load(service, customers, seconds, folder / "callers", HELD_OUT)


def _callers(customers: Sequence[KnownCustomer], count: int) -> list[KnownCustomer]:
    """So many; those for whom no customer is left call on another's account, from elsewhere."""
    callers = []
    for number in range(count):
        customer, again = customers[number % len(customers)], number // len(customers)
        persona = customer.persona
        elsewhere = replace(persona, number=f"{persona.number[:-1]}{again}{persona.number[-1]}")
        callers.append(replace(customer, persona=elsewhere) if again else customer)
    return callers


def _row(load: LoadOutcome, calls: int) -> dict[str, object]:
    row: dict[str, object] = {
        "calls": calls,
        "dropped": load.dropped,
        "at_once": load.most_at_once,
        "faults": list(load.faults),
    }
    if load.seconds:
        row["service_cores"] = round(load.cpu.service / load.seconds, 3)
        row["caller_cores"] = round(load.cpu.caller / load.seconds, 3)
    return row
