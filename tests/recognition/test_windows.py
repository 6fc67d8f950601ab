"""How a turn is cut into windows, and what follows the speech in each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from voice.audio import Pcm
from voice.errors import ModelError
from voice.recognition import WhisperRecogniser, features


def speech_like(seconds: float) -> Pcm:
    samples = np.random.default_rng(3).normal(0, 2000, int(seconds * features.RATE_HZ))
    return samples.clip(-32768, 32767).astype(np.int16)


@pytest.mark.parametrize("minimum", [0.6, 10.0])
@pytest.mark.parametrize("seconds", [0.3, 0.75, 9.6, 9.99, 10.0, 16.5, 22.0, 29.0])
def test_silence_follows_the_speech_in_every_window(seconds: float, minimum: float) -> None:
    audio = speech_like(seconds)

    mel = features.mel(audio, FeatureExtractor(), minimum)

    spoken = len(audio) // 160
    padding = mel[0, :, spoken:]
    assert padding.shape[1] >= 0.5 * features.FRAMES_PER_SECOND
    assert not padding.any()
    assert mel.shape[2] >= minimum * features.FRAMES_PER_SECOND
    assert mel.shape[2] % 2 == 0
    assert mel.shape[2] <= 3000  # the positions of a Whisper model


@pytest.mark.parametrize("seconds", [1.0, 29.0, 29.1, 60.0, 600.0])
def test_windows_hold_every_sample_once(seconds: float) -> None:
    audio = speech_like(seconds)

    pieces = list(features.windows(audio, 29.0))

    assert [start for start, _ in pieces] == [
        sum(len(piece) for _, piece in pieces[:place]) for place in range(len(pieces))
    ]
    assert sum(len(piece) for _, piece in pieces) == len(audio)
    assert max(len(piece) for _, piece in pieces) <= 29.0 * features.RATE_HZ


def test_a_cut_lies_where_it_is_quiet() -> None:
    audio = speech_like(40)
    pause = slice(24 * features.RATE_HZ, 25 * features.RATE_HZ)
    audio[pause] = 0

    _, (second, _) = features.windows(audio, 29.0)

    assert pause.start <= second <= pause.stop


@pytest.mark.parametrize(
    ("seconds", "windows"),
    [(0.5, [200]), (1.4, [200]), (1.6, [210]), (4.0, [450]), (9.4, [990]), (9.5, [1000])],
)
async def test_a_short_window_is_half_a_second_longer_than_the_speech(
    short_windows: Path, seconds: float, windows: list[int]
) -> None:
    engine = WhisperRecogniser.load(short_windows)
    watched = watched_by(engine)
    try:
        await engine.transcribe(speech_like(seconds), features.RATE_HZ)
    finally:
        engine.close()

    assert watched.frames == windows
    assert watched.states == [500], "whatever the window's length"


async def test_a_long_turn_is_read_in_windows_of_ten_seconds_at_most(short_windows: Path) -> None:
    engine = WhisperRecogniser.load(short_windows)
    watched = watched_by(engine)
    try:
        await engine.transcribe(speech_like(33.0), features.RATE_HZ)
    finally:
        engine.close()

    assert len(watched.frames) >= 4 and max(watched.frames) <= 1000
    assert set(watched.states) == {500}


def test_a_model_without_its_states_of_silence_is_refused(short_windows: Path) -> None:
    (short_windows / "silence.npy").unlink()

    with pytest.raises(ModelError, match=r"short: it lacks silence\.npy"):
        WhisperRecogniser.load(short_windows)


@pytest.fixture
def short_windows(embedded_recogniser_path: Path, tmp_path: Path) -> Path:
    """A recogniser that reads windows of 2 to 10 s, whose decoder has the states of 10 s."""
    folder = tmp_path / "short"
    shutil.copytree(embedded_recogniser_path, folder)
    model = ctranslate2.models.Whisper(str(embedded_recogniser_path))
    silence = ctranslate2.StorageView.from_array(np.zeros((1, 80, 1000), np.float32))
    np.save(folder / "silence.npy", np.array(model.encode(silence, to_cpu=True))[0])
    description = {
        "minimum_window_seconds": 2.0, "longest_window_seconds": 9.5, "silence_seconds": 10.0,
    }  # fmt: skip
    (folder / "voice.json").write_text(json.dumps(description))
    return folder


async def test_behind_a_short_window_the_decoder_is_given_silence(
    embedded_recogniser_path: Path, tmp_path: Path, spoken: Callable[[str], Pcm]
) -> None:
    """The states that follow are those of this model's own silence, so the words stay the same."""
    folder = tmp_path / "short"
    shutil.copytree(embedded_recogniser_path, folder)
    model = ctranslate2.models.Whisper(str(embedded_recogniser_path))
    silence = ctranslate2.StorageView.from_array(np.zeros((1, 80, 600), np.float32))
    np.save(folder / "silence.npy", np.array(model.encode(silence, to_cpu=True))[0])

    engine = WhisperRecogniser.load(folder)
    watched = watched_by(engine)
    try:
        transcript = await engine.transcribe(spoken("How can I help you?"), 8000)
    finally:
        engine.close()

    assert transcript.text == "how can i help you"
    assert watched.states and set(watched.states) == {300}


class Watched:
    """A model of which is noted how long its windows are, and what its decoder is given."""

    def __init__(self, model: ctranslate2.models.Whisper) -> None:
        self._model = model
        self.frames: list[int] = []
        self.states: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def encode(self, window: ctranslate2.StorageView, **how: object) -> object:
        self.frames.append(window.shape[2])
        return self._model.encode(window, **how)

    def generate(self, states: ctranslate2.StorageView, *rest: object, **how: object) -> object:
        self.states.append(states.shape[1])
        return self._model.generate(states, *rest, **how)


def watched_by(engine: WhisperRecogniser) -> Watched:
    """What stands in for the engine's model from now on."""
    reader = engine._router.default
    watched = Watched(reader._encoder._model)
    reader._encoder._model = reader._decoder._model = watched
    return watched
