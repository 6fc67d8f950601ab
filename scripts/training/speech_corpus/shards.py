"""Makes shards of the corpus: mel frames, text and phones of some thousand utterances each.

    python -m training.speech_corpus.shards FOLDER --shards 40 --size 1500 --seed 1

A shard is `NAME.npz` (mel frames of all utterances, their ends) and `NAME.json` (text, voice and
the phone in each frame of 20 ms), complete as soon as the second file exists. One that exists
is not made again, so an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_library] = "1"

import numpy as np  # noqa: E402
from faster_whisper.feature_extractor import FeatureExtractor  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scipy.signal import resample_poly  # noqa: E402

from training.speech_corpus import conversion, festival, text  # noqa: E402
from training.speech_corpus.disturbances import disturbance  # noqa: E402
from training.speech_corpus.espeak import Espeak, training_voice  # noqa: E402
from training.speech_corpus.speech import Speech  # noqa: E402
from voice.tuning.telephone_line import RATE_HZ, TelephoneLine  # noqa: E402

_SECONDS = (0.4, 9.0)
_FRAME_SECONDS = 0.02
_WORDLESS_EVERY = 30
"""One shard of so many holds no speech."""
_FROM_EACH = 3
"""Pseudo-speakers that say the same sentence."""


@dataclass(frozen=True)
class Utterance:
    """What one training example says and who says it."""

    text: str
    voice: str
    speech: Speech


class Speakers:
    """All voices of the corpus, in fixed shares.

    `converted` is the share of utterances by pseudo-speakers, most of them from festival's
    voices, three from each sentence. Of the rest three quarters are espeak-ng's.
    """

    def __init__(self, seed: int, converted: float) -> None:
        self._choices = random.Random(seed)
        self._espeak = Espeak()
        self._converted = converted

    def utterances(self, count: int) -> Iterator[Utterance]:
        """About `count` utterances."""
        plain = 1 - self._converted
        for _ in range(int(count * plain * 0.75)):
            yield self._by_espeak()
        for _ in range(int(count * self._converted * 0.2 / _FROM_EACH)):
            original = self._by_espeak()
            yield from self._others(original)
        for voice, share in zip(festival.VOICES, (0.4, 0.3, 0.3), strict=True):
            spoken = self._by_festival(voice, int(count * plain * 0.25 * share))
            yield from spoken
            for original in self._by_festival(
                voice, int(count * self._converted * 0.8 * share / _FROM_EACH)
            ):
                yield from self._others(original)

    def _others(self, original: Utterance) -> Iterator[Utterance]:
        analysis = conversion.analyse(original.speech)
        for _ in range(_FROM_EACH):
            speech = conversion.another_speaker(analysis, self._choices)
            yield Utterance(original.text, f"w+{original.voice}", speech)

    def _by_festival(self, voice: str, count: int) -> list[Utterance]:
        texts = [text.utterance(self._choices) for _ in range(count)]
        spoken = festival.say_all(texts, voice, self._choices.uniform(0.85, 1.2))
        return [Utterance(*said) for said in zip(texts, [voice] * count, spoken, strict=True)]

    def _by_espeak(self) -> Utterance:
        sentence, voice = text.utterance(self._choices), training_voice(self._choices)
        return Utterance(sentence, voice, self._espeak.say(sentence, voice, self._choices))


def telephone_samples(
    speech: Speech, line: TelephoneLine, warp: float = 1.0
) -> tuple[NDArray[np.float32], tuple[tuple[float, str], ...]]:
    """The utterance as it arrives at 8 kHz, and its phones' times there.

    `warp` above 1 makes everything slower and lower (as a tape that runs slowly).
    """
    source = round(speech.rate_hz / warp / 50) * 50
    narrow = resample_poly(speech.samples, RATE_HZ // 50, source // 50).astype(np.float32)
    samples, shift = line(narrow)
    scale = speech.rate_hz / source
    return samples, tuple((start * scale + shift, phone) for start, phone in speech.phones)


def phone_per_frame(phones: tuple[tuple[float, str], ...], frames: int) -> list[str]:
    """The phone in the middle of each frame of 20 ms; empty without phone times."""
    if not phones:
        return []
    starts = np.array([start for start, _ in phones])
    middle = (np.arange(frames) + 0.5) * _FRAME_SECONDS
    index = np.searchsorted(starts, middle, side="right") - 1
    return [phones[i][1] if i >= 0 else "" for i in index]


def make_shard(target: Path, size: int, seed: int, converted: float) -> None:
    """Write one shard of about `size` utterances."""
    choices, line = random.Random(seed), TelephoneLine(np.random.default_rng(seed))
    shard = _Shard()
    for utterance in Speakers(seed, converted).utterances(size):
        warp = choices.uniform(0.86, 1.16) if choices.random() < 0.5 else 1.0
        samples, times = telephone_samples(utterance.speech, line, warp)
        if not _SECONDS[0] <= len(samples) / RATE_HZ <= _SECONDS[1]:
            continue
        shard.add(utterance.text, utterance.speech.inventory + utterance.voice, samples, times)
    shard.write(target)


def make_wordless_shard(target: Path, size: int, seed: int) -> None:
    """Write one shard in which nobody speaks."""
    random_ = np.random.default_rng(seed)
    shard = _Shard()
    for _ in range(size):
        shard.add("", "n", disturbance(random_), ())
    shard.write(target)


class _Shard:
    """Collects examples and writes them."""

    def __init__(self) -> None:
        self._extractor = FeatureExtractor()
        self._mels: list[NDArray[np.float16]] = []
        self._told: dict[str, list[object]] = {"text": [], "voice": [], "phones": []}

    def add(
        self,
        spoken: str,
        voice: str,
        samples: NDArray[np.float32],
        phones: tuple[tuple[float, str], ...],
    ) -> None:
        """One example at 8 kHz."""
        wide = resample_poly(samples, 2, 1).astype(np.float32)
        mel = self._extractor(wide)[:, : len(samples) // 80].T.astype(np.float16)
        self._mels.append(mel)
        self._told["text"].append(spoken)
        self._told["voice"].append(voice)
        self._told["phones"].append(phone_per_frame(phones, (len(mel) + 1) // 2))

    def write(self, target: Path) -> None:
        """Both files; the shard counts as complete with the second."""
        target.parent.mkdir(parents=True, exist_ok=True)
        ends = np.cumsum([0] + [len(mel) for mel in self._mels])
        np.savez(target.with_suffix(".npz"), mel=np.concatenate(self._mels), ends=ends)
        partial = target.with_suffix(".partial")
        partial.write_text(json.dumps(self._told))
        partial.rename(target.with_suffix(".json"))


def main() -> None:
    """Command line: make the shards that are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=40)
    parser.add_argument("--size", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--converted", type=float, default=0.6, help="share of pseudo-speakers")
    arguments = parser.parse_args()
    for number in range(arguments.shards):
        target = arguments.folder / f"train-{arguments.seed}-{number:03d}"
        if target.with_suffix(".json").exists():
            continue
        began = time.monotonic()
        seed = arguments.seed * 1000 + number
        if number % _WORDLESS_EVERY == 1:
            make_wordless_shard(target, arguments.size, seed)
        else:
            make_shard(target, arguments.size, seed, arguments.converted)
        seconds = time.monotonic() - began
        print(f"{target.name}: {seconds:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
