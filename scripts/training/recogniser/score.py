"""Word error rate of a finished model, through the engine, on the sets of `speech_corpus.judged`.

    python -m training.recogniser.score asr_models/embedded-en FOLDER --json result.json

Run in `scripts/`. Each rate comes with the 95 % interval of a bootstrap over the sentences.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_library] = "1"

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from training.recogniser.judgement import word_errors  # noqa: E402
from voice.recognition import WhisperRecogniser  # noqa: E402
from voice.tuning.telephone_line import RATE_HZ  # noqa: E402

_SAMPLES = 2000


def spoken(description: Path) -> Iterator[tuple[str, NDArray[np.int16]]]:
    """Text and telephone audio of each utterance of a set."""
    with np.load(description.with_suffix(".npz")) as arrays:
        audio, ends = arrays["audio"], arrays["audio_ends"]
    for index, text in enumerate(json.loads(description.read_text())["text"]):
        yield text, audio[ends[index] : ends[index + 1]]


class Row(TypedDict):
    """The figures of one set, as they are written down."""

    set: str
    word_error_rate: float
    bounds: tuple[float, float]
    """Lower and upper, 95 %."""
    sentences_right: float
    sentences: int
    words: int
    mean_confidence: float
    cpu_ms_each: float
    real_time_factor: float


async def score(engine: WhisperRecogniser, description: Path, show: bool) -> Row:
    """The figures of one set."""
    wrong, words, certain = [], [], []
    began, seconds = time.process_time(), 0.0
    for text, audio in spoken(description):
        heard = await engine.transcribe(audio, RATE_HZ)
        errors, count = word_errors(text, heard.text)
        wrong.append(errors)
        words.append(count)
        certain.append(heard.confidence)
        seconds += len(audio) / RATE_HZ
        if show and errors:
            print(f"    {heard.confidence:.2f}  {text}  =>  {heard.text}")
    cpu = time.process_time() - began
    errors_, counts = np.array(wrong), np.array(words)
    picks = np.random.default_rng(0).integers(0, len(counts), (_SAMPLES, len(counts)))
    rates = errors_[picks].sum(1) / counts[picks].sum(1)
    low, high = np.percentile(rates, [2.5, 97.5])
    return {
        "set": description.stem.removeprefix("judged-"),
        "word_error_rate": round(float(errors_.sum() / counts.sum()), 4),
        "bounds": (round(float(low), 4), round(float(high), 4)),
        "sentences_right": round(float((errors_ == 0).mean()), 4),
        "sentences": len(counts),
        "words": int(counts.sum()),
        "mean_confidence": round(float(np.mean(certain)), 3),
        "cpu_ms_each": round(1000 * cpu / len(counts), 1),
        "real_time_factor": round(cpu / seconds, 4),
    }


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--only", help="how the set's name begins")
    parser.add_argument("--show", action="store_true", help="print what was misheard")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    engine = WhisperRecogniser.load(arguments.model, beam_size=arguments.beam)
    rows = []
    for description in sorted(arguments.folder.glob(f"judged-{arguments.only or ''}*.json")):
        row = await score(engine, description, arguments.show)
        rows.append(row)
        print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    engine.close()
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    asyncio.run(_main())
