"""Whisper base on single words that people said, where it and the recordings are at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import soundfile

from voice.audio import resample
from voice.recognition import WhisperRecogniser

RATE = 8000


async def test_a_word_that_is_said_once_is_not_heard_twice(
    whisper_base: WhisperRecogniser, recorded_data: Path
) -> None:
    speech = recorded_data / "speech"
    with (speech / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["path"].startswith("gsc/")][:30]
    doubled = []
    for row in rows:
        samples, rate = soundfile.read(speech / row["path"], dtype="int16")
        heard = await whisper_base.transcribe(resample(samples, rate, RATE), RATE)
        words = heard.text.lower().replace(".", "").replace(",", "").split()
        if len(words) > 1 and len(set(words)) == 1:
            doubled.append((row["text"], heard.text))
    assert len(doubled) <= 1, doubled
