"""What a call costs by model: its share of a core, and the memory of one call process's service."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from voice.evaluation.busy_load import hold_load
from voice.evaluation.demo_operator import open_books
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.trial_service import TrialService
from voice.model_folders import find_model
from voice.models import ModelsAtHand
from voice.settings import REAL_RECOGNISER, REAL_VOICE
from voice.settings.response import BY_EXAMPLES

CALLS = {True: 2, False: 4}
SECONDS = {True: 20.0, False: 120.0}
IDLE_SECONDS = {True: 3.0, False: 20.0}
SEED = 1
_SETTINGS = '[sip]\nlisten = "127.0.0.1:0"\n[supervision]\nlisten = "127.0.0.1:0"\n'


async def add(result: BenchmarkResult, quick: bool) -> None:
    """Add `cores_per_call_...`, `cores_idle_...` and `memory_mib_...`, of all of its processes.

    What it takes without a call is not part of what a call takes. The callers talk without a rest:
    others leave longer pauses, and cost less.
    """
    for name, models in _models(quick):
        with tempfile.TemporaryDirectory(prefix="voice-sizing-") as place:
            folder = Path(place)
            settings = f'{_SETTINGS}accounts = "{folder / "accounts.json"}"\n'
            async with TrialService(folder, settings, models=models) as service:
                idle = await _idle_cores(service, IDLE_SECONDS[quick])
                customers = open_books(service.database, SEED)[: CALLS[quick]]
                load = await hold_load(service, customers, SECONDS[quick], folder)
                memory = service.memory_bytes / 2**20
        if load.seconds:
            held = len(load.held)
            cores = (load.cpu.service / load.seconds - idle) / CALLS[quick]
            result.count(f"cores_per_call_{name}", round(cores, 3), held)
            result.count(f"cores_idle_{name}", round(idle, 3), 1)
            result.count(f"memory_mib_{name}", round(memory), held)
        result.rows += [{"models": name, "fault": fault} for fault in load.faults]


async def _idle_cores(service: TrialService, seconds: float) -> float:
    """Cores that it takes while nobody calls."""
    began, cpu = time.monotonic(), service.cpu_seconds
    await asyncio.sleep(seconds)
    return (service.cpu_seconds - cpu) / (time.monotonic() - began)


def _models(quick: bool) -> Iterator[tuple[str, ModelsAtHand]]:
    """Those that are installed."""
    yield "embedded", ModelsAtHand()
    places = find_model("asr_models", REAL_RECOGNISER), find_model("tts_voices", REAL_VOICE)
    if not quick and all(Path(place).exists() for place in places):
        yield "base", ModelsAtHand(*places, BY_EXAMPLES)
