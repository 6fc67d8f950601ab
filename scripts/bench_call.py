"""Whole calls: task success, word errors, voice-to-voice latency, and several calls at once.

Simulated callers with held-out phrasings dial the service over SIP and RTP on loopback: all
scenarios with several seeds, then one caller for the latency, then several for steadiness.

    python scripts/bench_call.py --quick
    python scripts/bench_call.py --full --json benchmarks/bench_call.json
    python scripts/bench_call.py --full --only real --json benchmarks/bench_call.json

The part `embedded` is all of that, with the embedded models. `real` is the latency with the models
that answer people out of the box, which have to be installed: of the first call, and warm; 8
minutes. What FILE holds of the other part is kept.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voice.audio import Pcm, decode_ulaw, encode_ulaw, read_wav, resample
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.busy_load import LoadOutcome, hold_load
from voice.evaluation.call_figures import (
    add_latency,
    add_load,
    add_real_latency,
    add_success,
    add_words,
    row_of,
    word_errors_of_turns,
)
from voice.evaluation.callers import Phrasings
from voice.evaluation.database_changes import changes, snapshot
from voice.evaluation.demo_operator import KnownCustomer, open_books
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.measured_call import MeasuredCall
from voice.evaluation.trial_call import TrialCall, changes_of, hold_trial_call, judged
from voice.evaluation.trial_service import TrialService
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.model_folders import find_model, installed_model
from voice.models import ModelsAtHand
from voice.settings import REAL_RECOGNISER, REAL_VOICE
from voice.settings.embedding import Embedding
from voice.settings.response import BY_EXAMPLES

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = ROOT / "tests" / "data" / "held_out"
SAMPLE_RATE = 8000
REQUESTS = ("balance", "plan", "block_sim", "person")
HELD_OUT_SPEAKERS = ("en-us+f4", "en+m7", "en-us+michael", "en+shelby", "en-us+klatt4")
"""Variants of espeak-ng that no recogniser was trained on."""
CONTENTION_SECONDS = 10.0
"""How often the load is looked at while latency is measured."""


@dataclass(frozen=True)
class Extent:
    """How much is measured, and how long that may take."""

    scenarios: tuple[str, ...]
    seeds: int
    single_sentences: int
    alone_seconds: float
    """One caller, for the latency."""
    load_seconds: float
    """Four callers."""
    without_priority_seconds: float
    eight_calls_seconds: float
    real_scenario: str
    """Of the first call after a start with the real models."""
    real_seconds: float
    """One caller after that."""
    limit_seconds: float


EXTENTS = {
    "quick": Extent(("balance", "plan"), 1, 10, 1, 5, 0, 0, "balance", 1, 112),
    "full": Extent(
        scenarios=(
            "mixed",
            "stranger",
            "block_sim",
            "block_declined",
            "balance",
            "astray",
            "plan",
            "person",
        ),
        seeds=5,
        single_sentences=10_000,
        alone_seconds=780,
        load_seconds=300,
        without_priority_seconds=45,
        eight_calls_seconds=45,
        real_scenario="mixed",
        real_seconds=330,
        limit_seconds=29 * 60,
    ),
}


class CallBench:
    """The parts of the benchmark; each adds its figures to the result."""

    def __init__(self, result: BenchmarkResult, extent: Extent, folder: Path) -> None:
        self.result = result
        self._extent = extent
        self._folder = folder
        self._alone: list[MeasuredCall] = []
        self._crowded: list[MeasuredCall] = []

    async def run(self, parts: Sequence[str]) -> None:
        """Measure these parts, until all is done or time runs out."""
        async with self.result.measured_within(self._extent.limit_seconds):
            for part in parts:
                with self.result.part(part):
                    await PARTS[part](self)

    async def embedded(self) -> None:
        """Everything, with the models that come along."""
        await self._with_priority()
        if self._extent.without_priority_seconds:
            await self._without_priority()

    async def real(self) -> None:
        """How soon callers are answered by the models that understand people."""
        models = ModelsAtHand(
            installed_model("asr_models", REAL_RECOGNISER),
            installed_model("tts_voices", REAL_VOICE),
            BY_EXAMPLES,
        )
        installed_model("response_models", Embedding().requests)
        folder = _new(self._folder / "real")
        async with TrialService(folder, _settings(True), models=models) as service:
            trials = await self._scenarios_once(service, 1, (self._extent.real_scenario,))
            self.result.rows += [row_of(trial, 1) for trial in trials]
            first = [trial.call for trial in trials if trial.call is not None]
            load = self._load(service, 1, self._extent.real_seconds, "_real")
            add_real_latency(self.result, first, (await self._uncontended(load)).held)

    async def _with_priority(self) -> None:
        extent = self._extent
        async with TrialService(_new(self._folder / "first"), _settings(True)) as service:
            await self._scenarios(service)
            await self._single_sentences()
            alone = await self._uncontended(self._load(service, 1, extent.alone_seconds, "_1_call"))
            self._alone += alone.held
            crowded = await self._load(service, 4, extent.load_seconds, "")
            self._crowded += crowded.held
            add_latency(self.result, self._alone, self._crowded)
            if extent.eight_calls_seconds:
                await self._load(service, 8, extent.eight_calls_seconds, "_8_calls")

    async def _without_priority(self) -> None:
        seconds = self._extent.without_priority_seconds
        async with TrialService(_new(self._folder / "second"), _settings(False)) as service:
            await self._load(service, 4, seconds, "_without_priority")

    async def _scenarios(self, service: TrialService) -> None:
        """All scenarios with each seed, those of one seed at a time."""
        trials: list[TrialCall] = []
        for seed in range(1, self._extent.seeds + 1):
            trials += await self._scenarios_once(service, seed, self._extent.scenarios)
        self._crowded += [trial.call for trial in trials if trial.call is not None]
        self.result.rows += [row_of(trial, len(self._extent.scenarios)) for trial in trials]
        add_success(self.result, trials)
        turns = [turn for trial in trials if trial.call for turn in trial.call.turns]
        add_words(self.result, "word_error_rate", word_errors_of_turns(turns))

    async def _scenarios_once(
        self, service: TrialService, seed: int, scenarios: Sequence[str]
    ) -> list[TrialCall]:
        """Each call by a customer of their own, so that it is known who changed what."""
        customers = _callers(open_books(service.database, seed), seed, len(scenarios))
        before = snapshot(service.database)
        folders = [service.folder / "callers" / f"{scenario}-{seed}" for scenario in scenarios]
        held = await asyncio.gather(
            *(
                hold_trial_call(service, scenario, customer, seed, folder, HELD_OUT)
                for scenario, customer, folder in zip(scenarios, customers, folders, strict=True)
            )
        )
        changed = changes(before, snapshot(service.database))
        return [
            _told(judged(trial, customer, changes_of(changed, customer, customers)))
            for trial, customer in zip(held, customers, strict=True)
        ]

    async def _single_sentences(self) -> None:
        """Sentences without a call: the caller's voice, and new speakers of a heard synthesizer."""
        from voice.evaluation.callers.engines import EngineEars, EngineMouth

        ears = EngineEars(find_model("asr_models", "embedded-en"))
        mouth = EngineMouth(find_model("tts_voices", "embedded-caller-en"))
        phrasings, most = Phrasings.load(HELD_OUT), self._extent.single_sentences
        spoken: dict[str, list[tuple[str, Pcm]]] = {"open_word_error_rate": []}
        for sentence in phrasings.of("open")[:most]:
            pcm = await mouth.speak(sentence, SAMPLE_RATE)
            spoken["open_word_error_rate"].append((sentence, pcm))
        if shutil.which("espeak-ng"):
            requests = [text for intent in REQUESTS for text in phrasings.of(intent)][:most]
            voices = itertools.cycle(HELD_OUT_SPEAKERS)
            spoken["heard_synthesizer_word_error_rate"] = [
                (sentence, espeak(sentence, voice))
                for sentence, voice in zip(requests, voices, strict=False)
            ]
        for key, utterances in spoken.items():
            errors: list[WordErrors] = []
            for sentence, pcm in utterances:
                heard = await ears.read(decode_ulaw(encode_ulaw(pcm)), SAMPLE_RATE)
                errors.append(word_errors(sentence, heard))
            add_words(self.result, key, errors)

    async def _load(
        self, service: TrialService, calls: int, seconds: float, suffix: str
    ) -> LoadOutcome:
        """So many calls at once: none may drop, none may stutter."""
        customers = open_books(service.database, seed=2)[:calls]
        folder = service.folder / f"load{suffix}"
        load = await hold_load(service, customers, seconds, folder, HELD_OUT)
        add_load(self.result, suffix, load, service.audio_priority)
        print(f"{calls} at once: {len(load.calls)} calls, {load.dropped} dropped", flush=True)
        return load

    async def _uncontended(self, load: Coroutine[None, None, LoadOutcome]) -> LoadOutcome:
        """Measure latency, and look whether the machine has anything else to do meanwhile."""
        measuring = asyncio.create_task(load)
        try:
            while not measuring.done():
                self.result.note_contention()
                await asyncio.wait({measuring}, timeout=CONTENTION_SECONDS)
        finally:
            measuring.cancel()
        return await measuring


PARTS: Mapping[str, Callable[[CallBench], Awaitable[None]]] = {
    "embedded": CallBench.embedded,
    "real": CallBench.real,
}


def espeak(sentence: str, voice: str) -> Pcm:
    """The sentence as espeak-ng speaks it, at 8 kHz."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        command = ("espeak-ng", "-v", voice, "-s", "160", "-w", file.name, sentence)
        subprocess.run(command, check=True, capture_output=True)
        samples, rate = read_wav(Path(file.name))
    return resample(samples, rate, SAMPLE_RATE)


def _callers(customers: Sequence[KnownCustomer], seed: int, count: int) -> list[KnownCustomer]:
    """Other customers with each seed, so that those with a paid and an overdue bill call, too."""
    first = (seed - 1) * count
    return [customers[(first + number) % len(customers)] for number in range(count)]


def _told(trial: TrialCall) -> TrialCall:
    """Say how the call went."""
    outcome = "ok" if trial.verdict.success else "; ".join(trial.verdict.failures)
    print(f"{trial.scenario:<15} seed {trial.seed}   {outcome}", flush=True)
    return trial


def _settings(real_time_priority: bool) -> str:
    wanted = "true" if real_time_priority else "false"
    return (
        'log_level = "warning"\n'
        "[supervision]\nenabled = false\n"
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


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    parser = arguments(__doc__)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep recordings and events")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=["embedded"], metavar="PART",
                        help=f"of {', '.join(PARTS)} (embedded)")  # fmt: skip
    options = parser.parse_args()
    result = BenchmarkResult.begin("bench_call", options.json, options.only)
    with _folder(options.keep) as folder:
        await CallBench(result, EXTENTS[extent_of(options)], folder).run(options.only)
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
