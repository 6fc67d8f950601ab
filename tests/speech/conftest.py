"""The embedded voice, loaded once for all tests of speech."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from voice.speech import PiperSpeaker


@pytest.fixture(scope="session")
def speaker(embedded_voice_path: Path) -> Iterator[PiperSpeaker]:
    speaker = PiperSpeaker.load(embedded_voice_path)
    yield speaker
    speaker.close()
