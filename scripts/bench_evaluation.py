"""Evaluation of recordings: how fast, how repeatable, how much memory, and how true to the phone.

    python scripts/bench_evaluation.py --quick
    python scripts/bench_evaluation.py --full --json benchmarks/bench_evaluation.json
    python scripts/bench_evaluation.py --full --only callers --json FILE

recordings: held-out sentences in the simulated caller's voice, on one process and on two.
callers: the suite that comes with the package, in virtual time.
memory: of a worker over short calls.
agreement: calls over SIP and RTP are evaluated again from their recordings, and what was
understood is compared turn by turn.

A part that is named alone is put into FILE, which keeps the others.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import psutil

from voice.audio import Pcm, silence, write_wav
from voice.errors import VoiceError
from voice.evaluation.batch import Processes
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.callers import Phrasings
from voice.evaluation.callers.engines import EngineMouth
from voice.evaluation.demo_operator import caller_of, open_books
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import Figure, rate
from voice.evaluation.measured_call import read_events
from voice.evaluation.recordings.agreement import turns_alike
from voice.evaluation.recordings.manifest import ListedRecording, read_recordings
from voice.evaluation.recordings.plan import RecordingsPlan
from voice.evaluation.recordings.report_files import results_of
from voice.evaluation.recordings.run import assignment_of
from voice.evaluation.trial_call import hold_trial_call
from voice.evaluation.trial_service import TrialService
from voice.model_folders import find_model
from voice.settings import EMBEDDED_ONLY

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = ROOT / "tests" / "data" / "held_out"
SAMPLE_RATE = 8000
JOBS = 2
CALLS_AT_A_TIME = 2
INTENTS = ("plan", "balance", "block_sim", "open")
SCENARIOS = ("plan", "person", "astray")
"""Without a PIN, which no recording holds."""
PAUSE_SECONDS = 7.0
"""After each sentence, for the assistant's answer."""
SETTLED_SHARE = 0.3
"""Of the calls, before the slope of memory is looked at."""
WHOLE_LIFE = 2000
"""Calls of a worker, before it is replaced."""
STRETCH = 100
"""Calls whose memory is averaged, behind as many and at the end of its life."""


@dataclass(frozen=True)
class Extent:
    """How much is measured, and how long that may take."""

    recordings: int
    sentences: int
    """In each recording."""
    short_calls: int
    """For the memory."""
    sip_calls: int
    seeds: int
    """Of each caller of the suite; a power of two."""
    limit_seconds: float


EXTENTS = {
    "quick": Extent(10, 2, 40, 2, 1, limit_seconds=112),
    "full": Extent(100, 3, WHOLE_LIFE, 20, 64, limit_seconds=29 * 60),
}


async def voice(*arguments: str, folder: Path) -> None:
    """Run the command line in `folder`; raises VoiceError with its last line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voice", *arguments),
        cwd=folder,
        env=_environment(),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    if process.returncode != 0:
        lines = said.decode(errors="replace").strip().splitlines()
        raise VoiceError(lines[-1] if lines else f"voice {arguments[0]} failed")


def _environment() -> dict[str, str]:
    # Two runs leave the same report on the same day: midnight is not to be measured.
    return {**os.environ, **EMBEDDED_ONLY, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "0"}


class EvaluationBench:
    """The parts of the benchmark; each adds its figures to the result."""

    def __init__(self, extent: Extent, folder: Path, result: BenchmarkResult) -> None:
        self.result = result
        self._extent = extent
        self._folder = folder
        self._mouth = EngineMouth(find_model("tts_voices", "embedded-caller-en"))
        self._phrasings = Phrasings.load(HELD_OUT)

    async def run(self, names: Collection[str]) -> None:
        """Measure these parts, until all is done or time runs out."""
        async with self.result.measured_within(self._extent.limit_seconds):
            await voice("evaluate", "calibrate", "--out", "costs.json", folder=self._folder)
            for name in names:
                with self.result.part(name):
                    await PARTS[name](self)
                    self.result.note_contention()

    async def evaluate(self, recordings: Path, out: str, jobs: int, *options: str) -> Path:
        """`voice evaluate recordings`, with the cost table of this run; the folder it leaves."""
        await voice(
            *("evaluate", "recordings", str(recordings), "--out", out, "--jobs", str(jobs)),
            *("--costs", "costs.json", *options),
            folder=self._folder,
        )
        return self._folder / out

    async def speak_recordings(self) -> float:
        """Write the recordings with their texts; seconds of speech in them, pauses not counted."""
        folder = self._folder / "recordings"
        folder.mkdir()
        by_intent = [self._phrasings.of(intent) for intent in INTENTS]
        sentences = cycle([text for texts in zip(*by_intent, strict=False) for text in texts])
        speech = 0
        for number in range(self._extent.recordings):
            said = list(islice(sentences, self._extent.sentences))
            spoken = [await self._mouth.speak(text, SAMPLE_RATE) for text in said]
            speech += sum(map(len, spoken))
            write_wav(folder / f"{number:04d}.wav", _with_pauses(spoken), SAMPLE_RATE)
            (folder / f"{number:04d}.txt").write_text(" ".join(said))
        return speech / SAMPLE_RATE

    async def recordings(self) -> None:
        """How fast two processes are, and whether one leaves the same report."""
        await self._speed(await self.speak_recordings())
        await self._sameness()

    async def _speed(self, speech_seconds: float) -> None:
        """Whole calls and recognition alone on two processes, loading of the models included."""
        kinds = {"full_pipeline": (), "recognition": ("--only", "recognition")}
        for kind, options in kinds.items():
            out = await self.evaluate(self._folder / "recordings", kind, JOBS, *options)
            times = json.loads((out / "run.json").read_text())
            seconds = times["call_seconds" if kind == "full_pipeline" else "audio_seconds"]
            wall = times["wall_seconds"]
            self.result.count(f"{kind}_realtime_factor", round(seconds / wall, 2), times["calls"])
            self.result.rows.append(
                {
                    "kind": kind,
                    **times,
                    "speech_seconds": round(speech_seconds, 1),
                    "speech_seconds_per_second": round(speech_seconds / wall, 2),
                }
            )

    async def _sameness(self) -> None:
        """One process against two, with the same cost table."""
        again = await self.evaluate(self._folder / "recordings", "again", 1)
        first = self._folder / "full_pipeline"
        files = ("report.json", "report.html")
        same = all((first / name).read_bytes() == (again / name).read_bytes() for name in files)
        self.result.count("same_seed_same_report", float(same), len(files))
        speedup = calls_per_second(first) / calls_per_second(again)
        self.result.count("scaling_1_to_2", round(speedup, 2), self._extent.recordings)

    async def callers(self) -> None:
        """The suite of simulated callers that comes with the package."""
        out, seeds = self._folder / "callers", self._extent.seeds
        await voice(
            *("evaluate", "callers", "demo", "--seeds", str(seeds), "--jobs", str(JOBS)),
            *("--out", str(out), "--costs", "costs.json"),
            folder=self._folder,
        )
        report = json.loads((out / "report.json").read_text())
        times = json.loads((out / "run.json").read_text())
        self.result.count("pass_k_suite_calls", report["calls"], report["calls"])
        for key in ("task_success", "pass_at_1", "pass_hat_1", f"pass_hat_{seeds}"):
            told = report["figures"][key]
            figure = Figure(told["value"], told["low"], told["high"], told["n"])
            self.result.add(f"suite_{key}", figure)
        self.result.rows.append(
            {
                "calls_per_second": round(report["calls"] / times["wall_seconds"], 2),
                "callers": report["callers"],
                "groups": report["groups"],
            }
        )

    async def memory(self) -> None:
        """A worker's memory over short calls, once it has settled: its slope, and what is added."""
        folder, calls = self._folder / "short", self._extent.short_calls
        folder.mkdir()
        spoken = await self._mouth.speak(self._phrasings.of("plan")[0], SAMPLE_RATE)
        write_wav(folder / "short.wav", spoken, SAMPLE_RATE)
        recording = next(read_recordings(folder))
        plan = RecordingsPlan.load(await self.evaluate(folder, "one", 1) / "plan.json")
        sizes = [size async for size in _memory(plan, recording, calls)]
        used = np.array(sizes, dtype=np.float64)
        settled = round(calls * SETTLED_SHARE)
        slope = np.polyfit(np.arange(settled, calls), used[settled:], 1)[0]
        self.result.count("memory_slope_bytes_per_call", round(float(slope), 1), calls - settled)
        if calls >= WHOLE_LIFE:
            grown = used[-STRETCH:].mean() - used[STRETCH : 2 * STRETCH].mean()
            self.result.count("memory_growth_mib_2000", round(float(grown) / 2**20, 2), calls)
        self.result.rows.append(
            {"memory_mib": [round(float(size) / 2**20, 1) for size in used[:: max(1, calls // 20)]]}
        )

    async def agreement(self) -> None:
        """Calls over SIP, and the same calls again from their recordings."""
        records = await self._call()
        out = await self.evaluate(records, "agreement", JOBS)
        alike = turns = 0
        for evaluated in results_of(out):
            events = read_events(Path(evaluated.path).parent / "events.jsonl")
            same, every = turns_alike(events, evaluated.heard)
            alike, turns = alike + same, turns + every
            self.result.rows.append({"call": evaluated.name, "turns": every, "alike": same})
        self.result.add("sip_text_agreement", rate(alike, turns))

    async def _call(self) -> Path:
        """Simulated callers dial the service; the folder with its records."""
        folder = self._folder / "service"
        folder.mkdir()
        lines = asyncio.Semaphore(CALLS_AT_A_TIME)
        settings = 'log_level = "warning"\n[sip]\nlisten = "127.0.0.1:0"\n'
        async with TrialService(folder, settings) as service:

            async def call(number: int, scenario: str) -> bool:
                customer = caller_of(open_books(service.database, number), number)
                caller = folder / f"caller-{number}"
                async with lines:
                    trial = await hold_trial_call(
                        service, scenario, customer, number, caller, HELD_OUT
                    )
                return trial.call is not None

            numbers = range(1, self._extent.sip_calls + 1)
            held = await asyncio.gather(*map(call, numbers, cycle(SCENARIOS)))
            self.result.count("sip_calls", sum(held), len(held))
            return service.records


def calls_per_second(out: Path) -> float:
    """Of a run, once its workers had loaded: from its first result to its last one."""
    times = sorted(file.stat().st_mtime for file in out.glob("calls/*/*.json"))
    return (len(times) - 1) / (times[-1] - times[0])


def _with_pauses(spoken: list[Pcm]) -> Pcm:
    pause = silence(round(PAUSE_SECONDS * SAMPLE_RATE))
    return np.concatenate([part for pcm in spoken for part in (pcm, pause)])


async def _memory(
    plan: RecordingsPlan, recording: ListedRecording, calls: int
) -> AsyncIterator[int]:
    """Bytes that a worker holds after each call; raises VoiceError when it does not do its work."""
    async with Processes(1).start(assignment_of(plan)) as worker:
        for index in range(calls):
            await worker.examine(replace(recording, index=index).to_json())
            yield psutil.Process(worker.pid).memory_info().rss


PARTS: Mapping[str, Callable[[EvaluationBench], Awaitable[None]]] = {
    "recordings": EvaluationBench.recordings,
    "callers": EvaluationBench.callers,
    "memory": EvaluationBench.memory,
    "agreement": EvaluationBench.agreement,
}
"""In the order in which they are measured."""


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    parser = arguments(__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART",
                        help=f"of {', '.join(PARTS)}")  # fmt: skip
    options = parser.parse_args()
    names = options.only or list(PARTS)
    with tempfile.TemporaryDirectory(prefix="voice-bench-") as folder:
        result = BenchmarkResult.begin("bench_evaluation", options.json, names)
        bench = EvaluationBench(EXTENTS[extent_of(options)], Path(folder), result)
        await bench.run(names)
    return concluded(bench.result, options)


if __name__ == "__main__":
    run_benchmark(main)
