"""Call-centre sentences in the dialects of a synthesizer, by voices to learn from and by others.

The others (espeak-ng's `HELD_OUT_VARIANTS`) never taught anything, not even the embedded model;
they say sentences that nobody learns from. flite's speaker from Scotland and its Americans say the
same sentences: they are of another synthesizer.
"""

from __future__ import annotations

import functools
import random
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.speech_corpus import numbers, text
from training.speech_corpus.espeak import HELD_OUT_VARIANTS, VARIANTS, Espeak
from voice.audio import Pcm, decode_ulaw, encode_ulaw, resample
from voice.evaluation.recordings.sound_files import open_sound

RATE_HZ = 8000
BASE = "embedded-en"
OWN = "en"
"""What the embedded model is not tuned to: the English of Great Britain, as espeak-ng has it."""
VOICES = {
    OWN: "en",
    "en-scotland": "en-gb-scotland",
    "en-029": "en-029",
    "en-GB-x-rp": "en-gb-x-rp",
    "en-US": "en-us",
}
"""espeak-ng's voice for each dialect, by its tag (BCP 47)."""
OTHER_SYNTHESIZER = {"en-scotland": ("awb",), "en-US": ("rms", "slt")}
"""flite's voices that have the accent."""
UTTERANCES_OF_A_VOICE = 50
CALL = 5
"""Utterances that one voice says after each other."""
_TEST_SEED, _TRAIN_SEED = 20, 21
_DIGITS = 0.15
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.5, 8.5
_FULL_SCALE = 32767


@dataclass(frozen=True)
class Said:
    """One utterance of a synthesizer."""

    text: str
    voice: str
    pcm: Pcm
    rate_hz: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.pcm) / self.rate_hz

    def on_the_line(self) -> Pcm:
        """At RATE_HZ, after G.711."""
        return decode_ulaw(encode_ulaw(resample(self.pcm, self.rate_hz, RATE_HZ)))


def variant(dialect: str) -> str:
    """The name of the variant of BASE for a dialect."""
    return f"embedded-{dialect}"


@functools.cache
def judged_sentences() -> tuple[str, ...]:
    """What is said in the test, in every dialect the same, each once."""
    choices, found = random.Random(_TEST_SEED), dict[str, None]()
    while len(found) < UTTERANCES_OF_A_VOICE * len(HELD_OUT_VARIANTS):
        found[_sentence(choices)] = None
    return tuple(found)


def judged(dialect: str, espeak: Espeak) -> Iterator[Said]:
    """The test of a dialect: each unheard voice says its share of the sentences."""
    choices = random.Random(f"{_TEST_SEED} {dialect}")
    for number, sentence in enumerate(judged_sentences()):
        voice = HELD_OUT_VARIANTS[number // UTTERANCES_OF_A_VOICE]
        yield _said(espeak, sentence, dialect, voice, choices)


def judged_elsewhere(dialect: str) -> Iterator[Said]:
    """The same sentences by voices of another synthesizer, where it has the accent."""
    voices = OTHER_SYNTHESIZER.get(dialect, ())
    for number, sentence in enumerate(judged_sentences() if voices else ()):
        voice = voices[number * len(voices) // len(judged_sentences())]
        yield Said(sentence, f"flite {voice}", *_flite(sentence, voice))


def learned(dialect: str, espeak: Espeak, minutes: float) -> Iterator[Said]:
    """So many minutes by other voices, of other sentences."""
    choices = random.Random(f"{_TRAIN_SEED} {dialect}")
    known, seconds = frozenset(judged_sentences()), 0.0
    while seconds < 60 * minutes:
        sentence = _sentence(choices)
        if sentence in known:
            continue
        said = _said(espeak, sentence, dialect, choices.choice(VARIANTS), choices)
        if _SHORTEST_SECONDS <= said.seconds <= _LONGEST_SECONDS:
            seconds += said.seconds
            yield said


def calls(said: Sequence[Said]) -> list[list[Said]]:
    """Utterances of one voice, CALL at a time."""
    return [list(said[first : first + CALL]) for first in range(0, len(said), CALL)]


def _sentence(choices: random.Random) -> str:
    if choices.random() < _DIGITS:
        return numbers.digit_string(choices, 3, 8)
    return text.caller(choices)


def _said(espeak: Espeak, sentence: str, dialect: str, voice: str, choices: random.Random) -> Said:
    speech = espeak.say(sentence, f"{VOICES[dialect]}+{voice}", choices)
    pcm = np.rint(speech.samples.clip(-1, 1) * _FULL_SCALE).astype(np.int16)
    return Said(sentence, voice, pcm, speech.rate_hz)


def _flite(sentence: str, voice: str) -> tuple[Pcm, int]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        command = ["flite", "-voice", voice, "-t", sentence, "-o", str(file)]
        subprocess.run(command, check=True, capture_output=True)
        sound = open_sound(file)
        return np.concatenate(list(sound.frames("left", sound.sample_rate))), sound.sample_rate
