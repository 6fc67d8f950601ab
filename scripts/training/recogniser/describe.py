"""Measure a finished model, and write how to use it (voice.json) and what it is (README.md).

    python -m training.recogniser.describe ../asr_models/embedded-en FOLDER --origin "..."

Run in `scripts/`; FOLDER holds the sets of `speech_corpus.judged`. The thresholds are chosen on
voices other than the simulated caller's, on which the model is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_library] = "1"

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from training.recogniser.judgement import word_errors  # noqa: E402
from training.recogniser.score import Row, score, spoken  # noqa: E402
from training.speech_corpus.disturbances import disturbance  # noqa: E402
from voice.audio import Pcm, resample  # noqa: E402
from voice.engine_steps import alone  # noqa: E402
from voice.languages import language  # noqa: E402
from voice.recognition import ANYTHING, WhisperRecogniser, features, folder  # noqa: E402
from voice.recognition.decoding import Decoder, confidence  # noqa: E402
from voice.recognition.encoding import Encoder  # noqa: E402
from voice.recognition.folder import DESCRIPTION, Description  # noqa: E402
from voice.tuning.telephone_line import RATE_HZ  # noqa: E402

_USED = Description(
    minimum_window_seconds=0.6, longest_window_seconds=9.0, longest_pause_seconds=0.3,
    length_penalty=1.0, doubt_below=0.7,
)  # fmt: skip
"""Windows and pauses as long as those of the training; read again unless nearly sure."""
_MEASURED_ON = "caller-voice"
_WORDLESS = 300
_CARD = """# Recogniser `{name}`

English telephone speech of a telephone company's callers and of its assistant; {size:.1f} MB
(int8). A Whisper model: an unmodified faster-whisper loads and reads the folder. `voice.json` tells
Voice's own engine how short and long the windows may be, and what its probabilities are worth.

| | |
| --- | --- |
| made by | `scripts/train_recogniser.py` |
| training | {origin} |
| material | espeak-ng, Festival (cmu_us_slt_arctic_hts, kal_diphone, ked_diphone) and \
pseudo-speakers made of them by WORLD, through simulated telephone lines \
(`scripts/training/speech_corpus/`) |
| licence of the material | made here by free synthesizers; no recording of a person was used |

## Measured

By `python -m training.recogniser.describe`, beam 5, with 95 % intervals of a bootstrap over the
sentences. The `caller-voice` sets are spoken by a voice of which, like of its synthesizer, nothing
was in the training; `flite-rms` is that voice's teacher; `heard` are new speakers of the
synthesizers that were in it.

| set | sentences | word error rate | 95 % | sentences right | CPU ms each |
| --- | --- | --- | --- | --- | --- |
{rows}

Of {wordless} pieces of noise, tones, music and silence, {quiet:.1%} came back without a word.

## Limits

It knows some 2,000 words and the sentences of its trade. Accents of people it has never heard, and
it was not tried on languages other than English.
"""


@dataclass(frozen=True)
class Evidence:
    """What the model said of some recordings, and whether it was right; arrays of one length."""

    log_probability: NDArray[np.float64]
    """Mean of a piece."""
    nobody: NDArray[np.float64]
    """Probability that nobody speaks."""
    right: NDArray[np.float64]
    """Share of the words that were heard right; 0 where nobody spoke."""


def observe(encoder: Encoder, decoder: Decoder, audio: list[tuple[str, Pcm]]) -> Evidence:
    """Read every recording in one window."""
    rows = []
    for text, pcm in audio:
        wide = resample(pcm, RATE_HZ, features.RATE_HZ)
        reading = alone(decoder.read(encoder.encode(wide), ANYTHING))
        errors, words = word_errors(text, reading.text)
        right = max(0.0, 1 - errors / words) if words else 0.0
        rows.append((reading.mean_log_probability, reading.no_speech_probability, right))
    return Evidence(*np.array(rows).T)


def calibrated(said: Evidence, wordless: Evidence) -> Description:
    """Thresholds that lose the fewest utterances and hear the fewest words in noise."""

    def mistakes(choice: tuple[float, float]) -> float:
        threshold, sure = choice
        taken = [
            (evidence.nobody < threshold) | (np.exp(evidence.log_probability) >= sure)
            for evidence in (said, wordless)
        ]
        return float(3 * (~taken[0]).mean() + taken[1].mean())

    def misjudged(choice: tuple[float, float]) -> float:
        told = [confidence(mean, *choice) for mean in said.log_probability]
        return float(np.mean((np.array(told) - said.right) ** 2))

    threshold, sure = min(
        itertools.product((0.2, 0.35, 0.5, 0.65, 0.8, 0.9), (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
        key=mistakes,
    )
    slope, offset = min(
        itertools.product(np.arange(0.4, 4.01, 0.2), np.arange(-0.5, 1.01, 0.1)), key=misjudged
    )
    return replace(
        _USED,
        no_speech_threshold=threshold,
        no_speech_confidence=sure,
        confidence_slope=round(float(slope), 2),
        confidence_offset=round(float(offset), 2),
    )


def _noise(seed: int) -> list[tuple[str, Pcm]]:
    chance = np.random.default_rng(seed)
    sounds = (disturbance(chance) for _ in range(_WORDLESS))
    return [("", (np.clip(sound, -1, 1) * 32767).astype(np.int16)) for sound in sounds]


async def describe(model: Path, sets: list[Path], origin: str) -> None:
    """Write both files into the model's folder."""
    (model / DESCRIPTION).unlink(missing_ok=True)
    loaded = folder.load(model, workers=1, compute_type="int8")
    encoder = Encoder(replace(loaded, description=_USED))
    decoder = Decoder(loaded, language(), 5)
    others = [file for file in sets if _MEASURED_ON not in file.stem]
    said = [utterance for file in others for utterance in spoken(file)]
    description = calibrated(observe(encoder, decoder, said), observe(encoder, decoder, _noise(1)))
    told = {key: value for key, value in asdict(description).items() if value is not None}
    (model / DESCRIPTION).write_text(json.dumps(told, indent=1) + "\n")
    engine = WhisperRecogniser.load(model)
    rows = [await score(engine, file, show=False) for file in sets]
    heard = [await engine.transcribe(pcm, RATE_HZ) for _, pcm in _noise(2)]
    engine.close()
    card = _CARD.format(
        name=model.name,
        size=(model / "model.bin").stat().st_size / 1e6,
        origin=origin,
        rows="\n".join(map(_table_row, rows)),
        wordless=len(heard),
        quiet=sum(not transcript.text for transcript in heard) / len(heard),
    )
    (model / "README.md").write_text(card, encoding="utf-8")
    print(card)


def _table_row(row: Row) -> str:
    low, high = row["bounds"]
    return (
        f"| {row['set']} | {row['sentences']} | {row['word_error_rate']:.1%} |"
        f" {low:.1%} to {high:.1%} | {row['sentences_right']:.0%} | {row['cpu_ms_each']} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--origin", required=True, help="how long it was trained, and from what")
    arguments = parser.parse_args()
    judged_sets = sorted(arguments.folder.glob("judged-*.json"))
    asyncio.run(describe(arguments.model, judged_sets, arguments.origin))
