"""Speech to distil on: synthesised sentences over telephone lines, in files of some hundred clips.

    python -m training.short_window.corpus FOLDER --files 10 --voices VOICE.onnx ...  # in scripts/

Files are complete as soon as they exist, so an interrupted run goes on where it was, and a
training takes up what appears while it runs.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from piper import PiperVoice, SynthesisConfig

from training.speech_corpus import text
from training.speech_corpus.espeak import Espeak, training_voice
from voice.audio import Pcm
from voice.tuning.telephone_line import RATE_HZ, TelephoneLine

Samples = NDArray[np.float32]
Speaker = Callable[[str], tuple[Samples, int]]

_SECONDS = (0.3, 11.5)
_LONGEST_PAUSE = 0.5
_NOISY_SHARE = 0.6
_SENTENCES = ([1, 2, 3], [0.6, 0.28, 0.12])


@dataclass(frozen=True)
class Clip:
    """Speech as it arrives over a telephone, int16 at 8 kHz, and what is said."""

    pcm: Pcm
    text: str


def load(folder: Path) -> list[Clip]:
    """All clips that there are so far."""
    clips = []
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as stored:
            audio, texts, ends = stored["audio"], stored["texts"], stored["ends"]
        pieces = np.split(audio, ends[:-1])
        clips += [Clip(pcm, str(said)) for pcm, said in zip(pieces, texts, strict=True)]
    return clips


def save(file: Path, clips: list[Clip]) -> None:
    """Write a file of clips; it appears when it is complete."""
    part = file.with_suffix(".part")
    with part.open("wb") as stream:
        np.savez(
            stream,
            audio=np.concatenate([clip.pcm for clip in clips]),
            ends=np.cumsum([len(clip.pcm) for clip in clips]),
            texts=np.array([clip.text for clip in clips]),
        )
    part.replace(file)


class Line:
    """Lays a telephone line, a level and a little silence around speech."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._noisy = TelephoneLine(self._random)
        self._clean = TelephoneLine(self._random, noisy=False)

    def __call__(self, samples: Samples, rate_hz: int) -> Pcm | None:
        """The clip's samples; None when it is too short, too long or silent."""
        narrow = soxr.resample(samples, rate_hz, RATE_HZ)
        seconds = len(narrow) / RATE_HZ
        if not _SECONDS[0] <= seconds <= _SECONDS[1] or not narrow.any():
            return None
        line = self._noisy if self._random.random() < _NOISY_SHARE else self._clean
        heard, _ = line(narrow.astype(np.float32))
        parts = [self._pause(), heard, self._pause()]
        joined = np.concatenate(parts)
        joined *= self._random.uniform(0.1, 1.0) / max(1.0, float(np.abs(joined).max()))
        return (joined * 32767).astype(np.int16)

    def _pause(self) -> Samples:
        length = int(self._random.uniform(0.05, _LONGEST_PAUSE) * RATE_HZ)
        hiss = self._random.normal(0, self._random.uniform(0, 0.003), length)
        return hiss.astype(np.float32)


def speakers(voices: list[Path], seed: int) -> Iterator[Speaker]:
    """Synthesizers in turn, each time another of their voices, tempos and pitches."""
    choices = random.Random(seed)
    espeak = Espeak()
    pipers = [PiperVoice.load(voice) for voice in voices]

    def by_espeak(sentence: str) -> tuple[Samples, int]:
        speech = espeak.say(sentence, training_voice(choices), choices)
        return speech.samples, speech.rate_hz

    def by_piper(sentence: str) -> tuple[Samples, int]:
        voice = choices.choice(pipers)
        manner = SynthesisConfig(
            length_scale=choices.uniform(0.8, 1.25),
            noise_scale=choices.uniform(0.4, 0.9),
            noise_w_scale=choices.uniform(0.5, 1.0),
        )
        chunks = [chunk.audio_float_array for chunk in voice.synthesize(sentence, manner)]
        # Another rate is another speaker: pitch and formants move together.
        return np.concatenate(chunks), int(voice.config.sample_rate * choices.uniform(0.8, 1.2))

    while True:
        yield choices.choices([by_piper, by_espeak], [0.7, 0.3])[0]


def make(clips: int, voices: list[Path], seed: int) -> list[Clip]:
    """Speak one to three sentences for each clip."""
    choices, line = random.Random(seed), Line(seed)
    made: list[Clip] = []
    for speaker in speakers(voices, seed):
        count = choices.choices(*_SENTENCES)[0]
        sentence = ". ".join(text.utterance(choices) for _ in range(count))
        pcm = line(*speaker(sentence))
        if pcm is not None:
            made.append(Clip(pcm, sentence))
        if len(made) == clips:
            break
    return made


def main() -> None:
    """Write files of clips until there are enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--clips", type=int, default=600, help="in each file")
    parser.add_argument("--voices", type=Path, nargs="+", required=True, help="Piper's ONNX files")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for seed in range(arguments.files):
        file = arguments.folder / f"synthesised-{seed:03}.npz"
        if not file.exists():
            began = time.monotonic()
            save(file, make(arguments.clips, arguments.voices, seed))
            print(f"{file.name}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
