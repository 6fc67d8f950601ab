"""Smart Turn: one session, fed as it was trained, without pipecat."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pipecat.audio.turn.smart_turn._whisper_features import compute_whisper_log_mel_features

from voice import smart_turn
from voice.audio import Pcm, silence
from voice.errors import ModelError
from voice.smart_turn import HEARD_SECONDS, RATE_HZ, SmartTurn
from voice.speech import PiperSpeaker


@pytest.fixture(scope="module")
def model() -> Iterator[SmartTurn]:
    loaded = SmartTurn.load()
    yield loaded
    loaded.close()


@pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0, 8.0, 20.0])
def test_the_last_eight_seconds_are_heard_as_the_model_was_trained(
    model: SmartTurn, seconds: float
) -> None:
    length = round(seconds * RATE_HZ)
    turn = np.random.default_rng(3).normal(0, 2000, length).astype(np.int16)
    last = turn[-HEARD_SECONDS * RATE_HZ :].astype(np.float32) / 32768
    padded = np.pad(last, (HEARD_SECONDS * RATE_HZ - len(last), 0))
    expected = compute_whisper_log_mel_features(padded)
    assert model.features(turn) == pytest.approx(expected, abs=1e-4)


async def test_a_whole_question_sounds_over_and_its_beginning_does_not(
    model: SmartTurn, embedded_caller_voice_path: Path
) -> None:
    speaker = PiperSpeaker.load(embedded_caller_voice_path)
    spoken = await speaker.synthesise("How much do I have to pay this month?", RATE_HZ)
    speaker.close()
    loud = np.flatnonzero(np.abs(spoken.pcm) > 300)
    said: Pcm = spoken.pcm[: loud[-1]]
    pause = silence(RATE_HZ // 4)
    begun = said[: len(said) * 6 // 10]
    whole, part = await asyncio.gather(
        model.finality(np.concatenate([said, pause])),
        model.finality(np.concatenate([begun, pause])),
    )
    assert 0 <= part < whole <= 1


def test_it_does_not_import_pipecat() -> None:
    program = (
        "import sys; from voice.smart_turn import SmartTurn; SmartTurn.load().close();"
        "print('pipecat' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_missing_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smart_turn, "_MODEL", "pipecat/audio/turn/absent.onnx")
    with pytest.raises(ModelError, match="smart-turn"):
        SmartTurn.load()
