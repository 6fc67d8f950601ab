"""Whisper base on single words that people said, where it and the recordings are at hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from voice.audio import resample
from voice.model_folders import find_model
from voice.recognition import WhisperRecogniser

RATE = 8000


@pytest.fixture(scope="module")
def whisper_base() -> Iterator[WhisperRecogniser]:
    folder = find_model("asr_models", "whisper-base")
    if not Path(folder).is_dir():
        pytest.skip("whisper-base is not installed: voice models pull whisper-base")
    engine = WhisperRecogniser.load(folder)
    yield engine
    engine.close()


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
