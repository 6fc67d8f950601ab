"""Recorded speech with its texts, as it arrives over the telephone."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import Pcm, decode_ulaw, encode_ulaw, peak_dbfs
from voice.errors import VoiceError
from voice.evaluation.recordings.sound_files import open_sound
from voice.evaluation.recordings.utterances import FRAME_MS, utterances

DATA_VARIABLE = "VOICE_TEST_DATA"
SAMPLE_RATE = 8000
"""Hz, of everything here."""
NATIVE_COUNTRIES = ("usa", "uk", "ireland", "canada", "australia")
BEFORE_MS, AFTER_MS = 300, 200
"""Around what is said: the pre-roll of a turn, and the pause at which it is read."""
PASSAGES = "saa"
"""The set of read passages: speakers with their first language and country."""
_COUNTRY = re.compile(r"\bcountry=(.*)")


@dataclass(frozen=True)
class RecordedSpeech:
    """One recording of one person."""

    path: Path
    text: str
    """What was said; empty where nobody wrote it down."""
    group: str
    """The speaker's first language; for English with the country."""

    @property
    def native(self) -> bool:
        """English from one of `NATIVE_COUNTRIES`."""
        return self.group in {_english(country) for country in NATIVE_COUNTRIES}

    def sound(self) -> Pcm:
        """At SAMPLE_RATE, through G.711 as on the line; raises AudioFileError."""
        return over_the_telephone(self.path)


def data_folder() -> Path:
    """The folder that VOICE_TEST_DATA names; raises VoiceError when there is none."""
    named = os.environ.get(DATA_VARIABLE, "")
    if not named or not Path(named).is_dir():
        there = f"{named} is no folder" if named else "it is not set"
        raise VoiceError(f"{DATA_VARIABLE} has to name a folder of recorded people ({there})")
    return Path(named)


def read_speech(data: Path, part: str) -> list[RecordedSpeech]:
    """The recordings of a part of `speech/manifest.csv`, in its order; raises VoiceError."""
    manifest = data / "speech" / "manifest.csv"
    try:
        with manifest.open(encoding="utf-8", newline="") as lines:
            found = [_speech(manifest, row) for row in _rows(lines, part)]
    except (OSError, KeyError) as error:
        raise VoiceError(f"{manifest}: no table of recorded people: {error}") from None
    if not found:
        raise VoiceError(f"{manifest}: holds no recordings of {part}")
    return found


def over_the_telephone(path: Path) -> Pcm:
    """A sound file at SAMPLE_RATE after G.711; raises AudioFileError."""
    return decode_ulaw(
        encode_ulaw(np.concatenate(list(open_sound(path).frames("left", SAMPLE_RATE))))
    )


def without_edges(pcm: Pcm) -> Pcm:
    """From just before the first word of a recording to a short pause after the last one."""
    length = SAMPLE_RATE * FRAME_MS // 1000
    frames = pcm[: len(pcm) // length * length].reshape(-1, length)
    found = utterances([peak_dbfs(frame) for frame in frames])
    if not found:
        return pcm
    start_ms, end_ms = found[0].start_ms - BEFORE_MS, found[-1].end_ms + AFTER_MS
    per_ms = SAMPLE_RATE // 1000
    return pcm[max(0, start_ms * per_ms) : end_ms * per_ms]


def _rows(lines: Iterator[str], part: str) -> Iterator[dict[str, str]]:
    return (row for row in csv.DictReader(lines) if row["path"].startswith(f"{part}/"))


def _speech(manifest: Path, row: dict[str, str]) -> RecordedSpeech:
    language = row["dialect"].partition(";")[0].strip()
    country = _COUNTRY.search(row["label"])
    if language == "english":
        language = _english(country[1].strip() if country else "")
    return RecordedSpeech(manifest.parent / row["path"], row["text"], language)


def _english(country: str) -> str:
    return f"english ({country if country in NATIVE_COUNTRIES else 'elsewhere'})"
