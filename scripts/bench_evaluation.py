"""Evaluation of recordings: how fast, how repeatable, how much memory, and how true to the phone.

Recordings are held-out sentences in the simulated caller's voice. Calls over SIP and RTP are
evaluated again from their recordings, and what was understood is compared turn by turn.

    python scripts/bench_evaluation.py --quick
    python scripts/bench_evaluation.py --full --json benchmarks/bench_evaluation.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from voice.audio import Pcm, silence, write_wav
from voice.errors import VoiceError
from voice.evaluation.callers import Phrasings
from voice.evaluation.callers.engines import EngineMouth
from voice.evaluation.demo_operator import caller_of, open_books
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import rate
from voice.evaluation.measured_call import read_events
from voice.evaluation.recordings.agreement import turns_alike
from voice.evaluation.recordings.manifest import Recording, read_recordings
from voice.evaluation.recordings.plan import Plan
from voice.evaluation.recordings.report_files import results_of
from voice.evaluation.recordings.run import WORKER, prepare
from voice.evaluation.trial_call import place_trial_call
from voice.evaluation.trial_service import TrialService
from voice.model_folders import find_model
from voice.network import isolate

ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = ROOT / "tests" / "data" / "held_out"
SAMPLE_RATE = 8000
JOBS = 2
INTENTS = ("plan", "balance", "block_sim", "open")
SCENARIOS = ("plan", "person", "astray")
"""Without a PIN, which no recording holds."""
PAUSE_SECONDS = 7.0
"""After each sentence, for the assistant's answer."""
SETTLED_SHARE = 0.3
"""Of the calls, before memory is looked at."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    recordings: int
    sentences: int
    """In each recording."""
    short_calls: int
    """For the memory."""
    sip_calls: int


EXTENTS = {"quick": Extent(10, 2, 40, 2), "full": Extent(150, 3, 1000, 20)}


def voice(*arguments: str, folder: Path) -> str:
    """Run the command line in `folder`; raises VoiceError with its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "voice", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise VoiceError((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    return done.stdout


async def speak_recordings(folder: Path, extent: Extent) -> float:
    """Write the recordings with their texts; seconds of speech in them, pauses not counted."""
    mouth = EngineMouth(find_model("tts_voices", "embedded-caller-en"))
    phrasings = Phrasings.load(HELD_OUT)
    by_intent = [phrasings.of(intent) for intent in INTENTS if intent in phrasings.intents]
    sentences = cycle([text for texts in zip(*by_intent, strict=False) for text in texts])
    speech = 0
    for number in range(extent.recordings):
        said = list(islice(sentences, extent.sentences))
        spoken = [await mouth.speak(text, SAMPLE_RATE) for text in said]
        speech += sum(map(len, spoken))
        write_wav(folder / f"{number:04d}.wav", _with_pauses(spoken), SAMPLE_RATE)
        (folder / f"{number:04d}.txt").write_text(" ".join(said))
    return speech / SAMPLE_RATE


def _with_pauses(spoken: list[Pcm]) -> Pcm:
    pause = silence(round(PAUSE_SECONDS * SAMPLE_RATE))
    return np.concatenate([part for pcm in spoken for part in (pcm, pause)])


def measure_speed(result: BenchmarkResult, folder: Path, speech_seconds: float) -> None:
    """Both parts on two processes, loading of the models included."""
    recordings = str(folder / "recordings")
    parts = {"full_pipeline": [], "recognition": ["--only", "recognition"]}
    for part, options in parts.items():
        out = folder / part
        voice(
            *("evaluate", "recordings", recordings, "--jobs", str(JOBS), "--out", str(out)),
            *options,
            folder=folder,
        )
        times = json.loads((out / "run.json").read_text())
        seconds = times["call_seconds"] if part == "full_pipeline" else times["audio_seconds"]
        factor = round(seconds / times["wall_seconds"], 2)
        result.count(f"{part}_realtime_factor", factor, times["calls"])
        result.rows.append(
            {
                "part": part,
                **times,
                "speech_seconds": round(speech_seconds, 1),
                "speech_seconds_per_second": round(speech_seconds / times["wall_seconds"], 2),
            }
        )


def measure_sameness(result: BenchmarkResult, folder: Path) -> None:
    """One process against two, with the same cost table."""
    again = folder / "again"
    voice(
        *("evaluate", "recordings", str(folder / "recordings"), "--out", str(again)),
        *("--costs", str(folder / "costs.json"), "--jobs", "1"),
        folder=folder,
    )
    files = ("report.json", "report.html")
    same = all(
        (folder / "full_pipeline" / name).read_bytes() == (again / name).read_bytes()
        for name in files
    )
    result.count("same_seed_same_report", float(same), len(files))


def measure_memory(result: BenchmarkResult, folder: Path, calls: int) -> None:
    """The slope of a worker's memory over short calls, once it has settled."""
    recording = next(read_recordings(folder / "recordings"))
    plan = Plan.load(folder / "full_pipeline" / "plan.json")
    prepare(folder / "memory", plan, fresh=True)
    used = np.array(list(_memory(folder / "memory", recording, calls)), dtype=np.float64)
    settled = round(calls * SETTLED_SHARE)
    slope = np.polyfit(np.arange(settled, calls), used[settled:], 1)[0]
    result.count("memory_slope_bytes_per_call", round(float(slope), 1), calls - settled)
    result.rows.append(
        {"memory_mib": [round(float(size) / 2**20, 1) for size in used[:: max(1, calls // 20)]]}
    )


def _memory(out: Path, recording: Recording, calls: int) -> Iterator[int]:
    """Bytes that a worker holds after each call."""
    with subprocess.Popen(
        [sys.executable, *WORKER, str(out)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as worker:
        assert worker.stdin is not None and worker.stdout is not None
        if worker.stdout.readline().strip() != "ready":
            raise VoiceError("the worker did not start")
        for index in range(calls):
            values = {**asdict(recording), "index": index, "path": str(recording.path)}
            print(json.dumps(values), file=worker.stdin, flush=True)
            if worker.stdout.readline().strip() != "done":
                raise VoiceError("the worker kept no result")
            pages = Path(f"/proc/{worker.pid}/statm").read_text().split()[1]
            yield int(pages) * _PAGE
        worker.stdin.close()


async def measure_agreement(result: BenchmarkResult, folder: Path, calls: int) -> None:
    """Calls over SIP, and the same calls again from their recordings."""
    service_folder = folder / "service"
    service_folder.mkdir()  # noqa: ASYNC240 - nothing else runs here
    settings = 'log_level = "warning"\n[sip]\nlisten = "127.0.0.1:0"\n'
    async with TrialService(service_folder, settings) as service:
        for number, scenario in zip(range(1, calls + 1), cycle(SCENARIOS), strict=False):
            customer = caller_of(open_books(service.database, number), number)
            caller_folder = service_folder / f"caller-{number}"
            await place_trial_call(service, scenario, customer, number, caller_folder, HELD_OUT)
    out = folder / "agreement"
    voice(
        *("evaluate", "recordings", str(service.records), "--out", str(out)),
        *("--costs", str(folder / "costs.json"), "--jobs", str(JOBS)),
        folder=folder,
    )
    alike = turns = 0
    for evaluated in results_of(out):
        events = read_events(Path(evaluated.path).parent / "events.jsonl")
        same, every = turns_alike(events, evaluated.heard)
        alike, turns = alike + same, turns + every
        result.rows.append({"call": evaluated.name, "turns": every, "alike": same})
    result.add("sip_text_agreement", rate(alike, turns))


async def measure(result: BenchmarkResult, folder: Path, extent: Extent) -> None:
    """Everything, in this order."""
    voice("evaluate", "calibrate", "--out", "costs.json", folder=folder)
    (folder / "recordings").mkdir()
    speech_seconds = await speak_recordings(folder / "recordings", extent)
    measure_speed(result, folder, speech_seconds)
    result.note_contention()
    measure_sameness(result, folder)
    measure_memory(result, folder, extent.short_calls)
    await measure_agreement(result, folder, extent.sip_calls)


def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="at most two minutes (default)")
    extent.add_argument("--full", action="store_true", help="at most thirty minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    isolate(os.environ)
    result = BenchmarkResult.begin("evaluation")
    try:
        with tempfile.TemporaryDirectory(prefix="voice-bench-") as folder:
            chosen = EXTENTS["full" if options.full else "quick"]
            asyncio.run(measure(result, Path(folder), chosen))
    except VoiceError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        result.end()
    print("\n".join(result.lines()))
    if options.json:
        result.save(options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
