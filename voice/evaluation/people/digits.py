"""Recorded digits, one by one and as PINs that one speaker says with natural gaps."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import Pcm, silence
from voice.errors import VoiceError
from voice.evaluation.people.speech import AFTER_MS, BEFORE_MS, SAMPLE_RATE, over_the_telephone

PIN_DIGITS = 4
SHORTEST_GAP_SECONDS, LONGEST_GAP_SECONDS = 0.12, 0.45
"""Between the digits of a PIN that is said in one breath."""
_NAME = re.compile(r"(\d)_([^_]+)_(\d+)\.wav")
"""digit, speaker, take"""


@dataclass(frozen=True)
class RecordedDigit:
    """One digit, said once."""

    digit: str
    speaker: str
    path: Path


@dataclass(frozen=True)
class RecordedNumber:
    """Digits of one speaker, and their sound at SAMPLE_RATE."""

    digits: str
    speaker: str
    sound: Pcm


def read_digits(data: Path) -> list[RecordedDigit]:
    """All of `digits/`, by name; raises VoiceError when there are none."""
    folder = data / "digits"
    names = ((file, _NAME.fullmatch(file.name)) for file in sorted(folder.glob("*.wav")))
    found = [RecordedDigit(name[1], name[2], file) for file, name in names if name]
    if not found:
        raise VoiceError(f"{folder}: holds no recorded digits (DIGIT_SPEAKER_TAKE.wav)")
    return found


def spoken(digit: RecordedDigit) -> RecordedNumber:
    """A digit alone; raises AudioFileError."""
    return _joined([digit], [])


def pins(recorded: Sequence[RecordedDigit], count: int, seed: int = 1) -> list[RecordedNumber]:
    """So many PINs of random digits, speakers in turn; raises AudioFileError."""
    by_speaker: dict[str, list[RecordedDigit]] = defaultdict(list)
    for one in recorded:
        by_speaker[one.speaker].append(one)
    random = np.random.default_rng(seed)
    speakers = sorted(by_speaker)
    made = []
    for number in range(count):
        own = by_speaker[speakers[number % len(speakers)]]
        chosen = [own[index] for index in random.integers(0, len(own), PIN_DIGITS)]
        gaps = random.uniform(SHORTEST_GAP_SECONDS, LONGEST_GAP_SECONDS, PIN_DIGITS - 1)
        made.append(_joined(chosen, [float(gap) for gap in gaps]))
    return made


def _joined(digits: Sequence[RecordedDigit], gaps: Sequence[float]) -> RecordedNumber:
    """`gaps` are the seconds between the digits."""
    parts = [_quiet(BEFORE_MS / 1000)]
    for digit, gap in zip(digits, [*gaps, AFTER_MS / 1000], strict=True):
        parts += [over_the_telephone(digit.path), _quiet(gap)]
    said = "".join(digit.digit for digit in digits)
    return RecordedNumber(said, digits[0].speaker, np.concatenate(parts))


def _quiet(seconds: float) -> Pcm:
    return silence(round(seconds * SAMPLE_RATE))
