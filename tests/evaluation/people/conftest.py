"""A folder of recordings in the form that VOICE_TEST_DATA has, in the simulated caller's voice."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest

from voice.audio import Pcm, silence, write_wav
from voice.speech import PiperSpeaker

RATE = 8000
DIGITS = ("one", "two", "three")
PASSAGE = "What is my plan?"
SPEAKERS = (
    ("english; born york, uk", "sex=male age=19 onset=0 country=uk"),
    ("english; born bombay, india", "sex=male age=21 onset=0 country=india"),
    ("arabic; born cairo, egypt", "sex=male age=30 onset=9 country=egypt"),
)


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory, embedded_caller_voice_path: Path) -> Path:
    data = tmp_path_factory.mktemp("people")
    speaker = PiperSpeaker.load(embedded_caller_voice_path)

    def say(text: str) -> Pcm:
        return asyncio.run(speaker.synthesise(text, RATE)).pcm

    (data / "digits").mkdir()
    for digit, word in enumerate(DIGITS, 1):
        for name in ("ann", "bob"):
            write_wav(data / "digits" / f"{digit}_{name}_0.wav", say(word), RATE)
    (data / "digits" / "readme.wav").write_bytes(b"no digit")
    (data / "speech" / "saa").mkdir(parents=True)
    with (data / "speech" / "manifest.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "text", "dialect", "label"])
        for number, (dialect, label) in enumerate(SPEAKERS):
            table.writerow([f"saa/{number}.wav", PASSAGE, dialect, label])
            sound = silence(RATE), say(PASSAGE), silence(2 * RATE)
            write_wav(data / "speech" / "saa" / f"{number}.wav", _joined(*sound), RATE)
    speaker.close()
    return data


def _joined(*parts: Pcm) -> Pcm:
    import numpy as np

    return np.concatenate(parts)
