"""Windows that are alike are searched in one go, and each is read as if it were alone."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from ctranslate2.models import WhisperGenerationResult

from tests.test_engine_queue import Gate
from voice.audio import Pcm, silence
from voice.recognition import Transcript, WhisperRecogniser, search

RATE = 8000
SENTENCES = ("How can I help you?", "Are you still there?", "I cannot hear you. Goodbye.")


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many windows each search was."""
    sizes: list[int] = []
    found = search._found

    def counted(searches: Sequence[search.WindowSearch]) -> list[WhisperGenerationResult]:
        sizes.append(len(searches))
        return found(searches)

    monkeypatch.setattr(search, "_found", counted)
    return sizes


async def read_at_once(engine: WhisperRecogniser, recordings: Sequence[Pcm]) -> list[Transcript]:
    """All of them wait before the first one is read."""
    gate = Gate()
    engine._queue.submit(gate)
    await asyncio.to_thread(gate.entered.wait, 10)
    jobs = [asyncio.create_task(engine.transcribe(one, RATE)) for one in recordings]
    while engine.depth < len(jobs):
        await asyncio.sleep(0)
    gate.open()
    return await asyncio.gather(*jobs)


@pytest.fixture
def all_of_a_sound(embedded_recogniser_path: Path, tmp_path: Path) -> Path:
    """A model that reads silence as well: sounds that are filled up are as long as each other."""
    folder = shutil.copytree(embedded_recogniser_path, tmp_path / "model")
    described = json.loads((folder / "voice.json").read_text())
    (folder / "voice.json").write_text(json.dumps(described | {"longest_pause_seconds": 0}))
    return folder


@pytest.mark.parametrize("beam_size", [1, 5])
async def test_turns_of_several_calls_are_searched_together(
    all_of_a_sound: Path, spoken: Callable[[str], Pcm], searched: list[int],
    beam_size: int,
) -> None:  # fmt: skip
    sounds = [spoken(sentence) for sentence in SENTENCES]
    longest = max(map(len, sounds))
    sounds = [np.concatenate([sound, silence(longest - len(sound))]) for sound in sounds]
    engine = WhisperRecogniser.load(all_of_a_sound, beam_size=beam_size, word_times=True)
    try:
        alone = [await engine.transcribe(sound, RATE) for sound in sounds]
        together = await read_at_once(engine, sounds)
    finally:
        engine.close()
    assert searched == [1, 1, 1, 3]
    assert [one.text for one in together] == [one.text for one in alone]
    assert [one.words for one in together] == [one.words for one in alone]
    assert [one.confidence for one in together] == pytest.approx(
        [one.confidence for one in alone], abs=0.01
    )


async def test_windows_of_other_lengths_are_searched_apart(
    all_of_a_sound: Path, spoken: Callable[[str], Pcm], searched: list[int]
) -> None:
    sound = spoken(SENTENCES[0])
    engine = WhisperRecogniser.load(all_of_a_sound)
    try:
        heard = await read_at_once(engine, [sound, np.concatenate([sound, silence(RATE)])])
    finally:
        engine.close()
    assert searched == [1, 1]
    assert [one.text for one in heard] == ["how can i help you"] * 2
