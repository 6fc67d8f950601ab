"""Dialect variants beside their base: memory, the work to words, and what changing over costs.

    VOICE_TEST_DATA=recordings/ python scripts/bench_variants.py --quick

Variants of Whisper base are made for it, as the catalogue's are: other decoders on one encoder.
VOICE_TEST_DATA names a folder with speech/manifest.csv. Each count of variants is measured in a
process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from voice.audio import Pcm
from voice.errors import VoiceError
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import percentile
from voice.evaluation.people.speech import SAMPLE_RATE, data_folder, read_speech
from voice.languages import language
from voice.model_folders import find_model
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.variant import assemble, write_variant
from voice.recognition import LanguageBelief, WhisperRecogniser

MODEL = "whisper-base"
COUNTS = (0, 1, 3, 6)
TURNS = {"quick": 6, "full": 40}
SECONDS = 4.0
LIMIT_SECONDS = {"quick": 115.0, "full": 25 * 60.0}
_ENTRY = {
    "kind": "recogniser", "about": "For a benchmark.", "languages": ["en"], "licence": "MIT",
    "licence_url": "https://github.com/openai/whisper/blob/main/LICENSE", "base": MODEL,
}  # fmt: skip
_NORM = "decoder/layer_norm/beta"


def made_variant(folder: Path, base: Path, number: int, shares_encoder: bool) -> Path:
    """A variant that differs from its base by a decoder's vector, and claims a dialect."""
    vector = Ctranslate2Weights.read(base / "model.bin").variables[_NORM]
    change = np.random.default_rng(number).normal(0, 1e-3, vector.shape).astype(vector.dtype)
    write_variant(folder, _ENTRY, base / "model.bin", {_NORM: vector + change})
    assemble(base, [file.name for file in base.iterdir() if file.is_file()], folder)
    dialect = {
        "tag": _tag(number), "language": "en", "token": "en", "shares_encoder": shares_encoder,
        "base": MODEL,
    }  # fmt: skip
    file = folder / "voice.json"
    told = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**told, "dialect": dialect}))
    return folder


def installed_base() -> Path:
    """The folder of MODEL; raises VoiceError."""
    base = Path(find_model("asr_models", MODEL))
    if not base.is_dir():
        raise VoiceError(f"needs {MODEL}: voice models pull {MODEL}")
    return base


def _tag(number: int) -> str:
    return f"en-x-{number}"


async def measured(base: Path, variants: Sequence[Path], turns: int) -> dict[str, Any]:
    """In this process: MiB, and CPU ms for each turn in several ways."""
    begun = time.perf_counter()
    recogniser = WhisperRecogniser.load(base, variants=variants, languages=[language("en")])
    await recogniser.warm_up()
    loaded_s = time.perf_counter() - begun
    sounds = [
        speech.sound()[: round(SECONDS * SAMPLE_RATE)]
        for speech in read_speech(data_folder(), "saa")[:turns]
    ]
    known = [sure_of(recogniser, tag) for tag in ("en", *recogniser.dialects)]
    first = LanguageBelief.of(recogniser.offered, dialects=recogniser.dialects)
    found = {
        "mib": memory_mib(),
        "load_s": loaded_s,
        "known": await times(recogniser, sounds, known[-1:]),
        "first": await times(recogniser, sounds, [first]),
        "changing": await times(recogniser, sounds, known),
    }
    recogniser.close()
    return found


def sure_of(recogniser: WhisperRecogniser, tag: str) -> LanguageBelief:
    """Of a caller whose dialect is known."""
    shares = dict.fromkeys(("en", *recogniser.dialects), 0.001)
    shares[tag] = 1 - 0.001 * (len(shares) - 1)
    return LanguageBelief.of(recogniser.offered, shares, recogniser.dialects)


async def times(
    recogniser: WhisperRecogniser, sounds: Sequence[Pcm], beliefs: Sequence[LanguageBelief]
) -> list[float]:
    """CPU ms of this process for each sound, by each belief in turn: on a free core, its time."""
    taken = []
    for number, sound in enumerate(sounds):
        begun = time.process_time()
        belief = beliefs[number % len(beliefs)]
        await recogniser.transcribe(sound, SAMPLE_RATE, belief=belief)
        taken.append((time.process_time() - begun) * 1000)
    return taken


def memory_mib() -> float:
    """What this process keeps in memory."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


async def in_own_process(base: Path, variants: Sequence[Path], turns: int) -> dict[str, Any]:
    """The same in a new process; raises VoiceError when that fails."""
    told = json.dumps([str(base), list(map(str, variants)), turns])
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--alone", told,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    answer, _ = await process.communicate()
    if process.returncode:
        raise VoiceError(f"the process with {len(variants)} variants failed")
    found: dict[str, Any] = json.loads(answer)
    return found


async def measure(result: BenchmarkResult, base: Path, turns: int) -> None:
    """Each count of variants that share the encoder, then as many that do not."""
    with tempfile.TemporaryDirectory(prefix="voice-variants-") as work:
        for shares in (True, False):
            kind = "shared" if shares else "own"
            variants = [
                made_variant(Path(work) / f"{kind}-{number}", base, number, shares)
                for number in range(COUNTS[-1] if shares else 1)
            ]
            for count in COUNTS if shares else (1,):
                found = await in_own_process(base, variants[:count], turns)
                key = f"{kind}_{count}_variants"
                result.count(f"memory_mib_{key}", round(found["mib"], 1), 1)
                for way in ("known", "first", "changing"):
                    result.add(f"{way}_cpu_ms_{key}", percentile(found[way], 50))
                cost = statistics.median(found["changing"]) - statistics.median(found["known"])
                result.count(f"changing_costs_cpu_ms_{key}", round(cost, 1), turns)
                result.rows.append({"variants": count, "encoder": kind, **found})


async def main() -> int:
    """Measure, print and keep the figures."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--alone", metavar="JSON", help="measure in this process")
    options = parser.parse_args()
    if options.alone:
        base, variants, turns = json.loads(options.alone)
        print(json.dumps(await measured(Path(base), list(map(Path, variants)), turns)))
        return 0
    return await _benchmark(options)


async def _benchmark(options: Namespace) -> int:
    extent, base = extent_of(options), installed_base()
    result = BenchmarkResult.begin("bench_variants")
    async with result.measured_within(LIMIT_SECONDS[extent]):
        await measure(result, base, TURNS[extent])
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
