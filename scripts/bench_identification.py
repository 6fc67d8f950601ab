"""What recorded people are taken to speak by the first thing that they say.

    VOICE_TEST_DATA=recordings/ python scripts/bench_identification.py --quick

VOICE_TEST_DATA names a folder with speech/manifest.csv. Nothing is known of a caller, English,
French and Swahili are offered, and everything is heard through G.711 at 8 kHz, in pieces of
1.5, 4 and 8 s. `--identification` names what is measured beside Whisper's own language head. First
languages of English speakers are told apart by models that never heard the speaker: such models
are made for the measurement alone, by `--full` and with the extra `train`.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairness.people import AFRICAN
from voice.audio import Pcm, resample
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import rate
from voice.evaluation.people.speech import (
    SAMPLE_RATE,
    RecordedSpeech,
    data_folder,
    read_speech,
    without_edges,
)
from voice.model_folders import find_model
from voice.recognition import Identifier, LanguageBelief
from voice.recognition import folder as recogniser_folder
from voice.recognition.encoding import Encoder
from voice.recognition.features import RATE_HZ
from voice.recognition.identifier import of_states
from voice.tuning.extra import of_extra

MODEL = "whisper-base"
OFFERED = ("en", "fr", "sw")
SETS = {"saa": "en", "swahili": "sw"}
PIECES = (1.5, 4.0, 8.0)
"""Seconds."""
FIRST_WORDS = 4.0
"""Seconds after which a language should be known."""
EACH = {"quick": 10, "full": 400}
"""Recordings of each set."""
LIMIT_SECONDS = {"quick": 110.0, "full": 25 * 60.0}
FOLDS = 10


@dataclass(frozen=True)
class Heard:
    """One piece of speech, as the base hears it."""

    speech: RecordedSpeech
    tag: str
    seconds: float
    states: np.ndarray[tuple[int], np.dtype[np.float32]]
    head: Mapping[str, float]
    sounds: Mapping[str, float]

    def language(self, sounds: Mapping[str, float]) -> str:
        """What a call would take it for."""
        return LanguageBelief.of(OFFERED).after(sounds, self.seconds).heard


def pieces(speech: RecordedSpeech, seconds: float) -> Iterator[Pcm]:
    """At most two of a recording, at 8 kHz."""
    sound, length = without_edges(speech.sound()), round(seconds * SAMPLE_RATE)
    for start in range(0, len(sound) - length + 1, length)[:2]:
        yield sound[start : start + length]


def hear(identification: Path, each: int) -> Iterator[Heard]:
    """All pieces of all sets."""
    loaded = recogniser_folder.load(MODEL, workers=1, compute_type="int8")
    encoder, identifier = Encoder(loaded), Identifier.load(identification)
    for part, tag in SETS.items():
        every = read_speech(data_folder(), part)
        chosen = np.random.default_rng(1).permutation(len(every))[:each]
        for speech in (every[number] for number in sorted(chosen)):
            for seconds in PIECES:
                for piece in pieces(speech, seconds):
                    window = resample(piece, SAMPLE_RATE, RATE_HZ)
                    encoded = encoder.encode(window)
                    head = encoder.languages(encoded)
                    sounds = identifier.sounds(encoded, window, head)
                    states = of_states(encoded, window)
                    yield Heard(speech, tag, seconds, states, head, sounds)


def languages(result: BenchmarkResult, heard: list[Heard]) -> None:
    """Shares of pieces that are read in their own language, without and with identification."""
    for seconds in PIECES:
        for name in dict.fromkeys(_group(one) for one in heard):
            of = [one for one in heard if one.seconds == seconds and _group(one) == name]
            for by in ("head", "sounds"):
                right = sum(one.language(getattr(one, by)) == one.tag for one in of)
                key = {"head": "by_the_model", "sounds": "identified"}[by]
                result.add(f"{name}_{seconds:g}s_{key}", rate(right, len(of)))


def accents(result: BenchmarkResult, heard: list[Heard]) -> None:
    """How well English of some first languages is told from native English, by the states."""
    from voice.tuning.identification.cross_test import cross_tested
    from voice.tuning.identification.examples import Examples
    from voice.tuning.identification.linear_model import OfStates

    of = [one for one in heard if one.seconds == FIRST_WORDS and _first_language(one.speech)]
    speakers = sorted({str(one.speech.path) for one in of})
    folds = [str(speakers.index(str(one.speech.path)) % FOLDS) for one in of]
    labels = np.array([_first_language(one.speech) for one in of])
    examples = Examples(np.stack([one.states for one in of]), [{}] * len(of), labels,
                        np.array(folds))  # fmt: skip
    test = cross_tested(examples, OfStates(0.4))
    right = np.array(test.labels)[test.logits.argmax(1)] == test.examples.labels
    counts: dict[str, list[bool]] = defaultdict(list)
    for label, one in zip(test.examples.labels.tolist(), right.tolist(), strict=True):
        counts[label].append(one)
    for label, found in counts.items():
        result.add(f"first_language_{label}", rate(sum(found), len(found)))


def _group(one: Heard) -> str:
    return f"english_{_first_language(one.speech) or 'other'}" if one.tag == "en" else "swahili"


def _first_language(speech: RecordedSpeech) -> str:
    if speech.native:
        return "native"
    if speech.group in ("arabic", "bengali"):
        return speech.group
    return "african" if speech.group in AFRICAN else ""


def measure(result: BenchmarkResult, options: Namespace) -> None:
    """Hear everything once, then count."""
    heard = list(hear(options.identification, EACH[extent_of(options)]))
    languages(result, heard)
    if options.full:
        accents(result, heard)


async def main() -> int:
    """Measure, print and keep the figures."""
    parser = arguments(__doc__ or "")
    parser.add_argument(
        "--identification",
        type=Path,
        default=Path(find_model("asr_models", f"{MODEL}-identification")),
    )
    options = parser.parse_args()
    if options.full:
        of_extra("scipy")
    result = BenchmarkResult.begin("bench_identification")
    async with result.measured_within(LIMIT_SECONDS[extent_of(options)]):
        await asyncio.to_thread(measure, result, options)
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
