"""A variant of Whisper base is installed as an operator would, and reads people as base does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.models.loopback_sources import Told
from voice import model_folders
from voice.audio import Pcm, resample
from voice.models import Catalogue, ModelsAtHand, ModelStore, Origins, pull
from voice.models.catalogue import read_variant
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.variant import write_variant
from voice.recognition import WhisperRecogniser

pytestmark = pytest.mark.real_models

RATE = 8000
ENTRY = {
    "kind": "recogniser", "about": "For tests.", "languages": ["*"], "licence": "MIT",
    "licence_url": "https://example.org/licence", "base": "whisper-base",
}  # fmt: skip
SHORT = {"minimum_window_seconds": 2.0, "longest_window_seconds": 9.5, "silence_seconds": 10.0}
ATTENTION = "encoder/layer_0/self_attention/linear_1/weight"


def recorded(file: Path) -> Pcm:
    samples, rate = soundfile.read(file, dtype="int16", always_2d=True)
    return resample(samples[:, 0], rate, RATE)


async def read(model: Path, sounds: list[Pcm]) -> list[str]:
    recogniser = WhisperRecogniser.load(model)
    try:
        return [(await recogniser.transcribe(sound, RATE)).text for sound in sounds]
    finally:
        recogniser.close()


def installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scale: float, description: dict[str, float]
) -> tuple[Path, Path]:
    """The folders of the base, and of a variant with a random change of rank 2."""
    base, from_catalogue = ModelStore().path("whisper-base"), Catalogue.shipped().find
    monkeypatch.setattr(model_folders, "_ROOT", tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    weights = Ctranslate2Weights.read(base / "model.bin").variables[ATTENTION]
    random = np.random.default_rng(1)
    arrays = {
        f"{ATTENTION}.out": random.normal(0, scale, (len(weights), 2)).astype(np.float16),
        f"{ATTENTION}.in": random.normal(0, 1, (2, weights.shape[1])).astype(np.float16),
    }
    folder = tmp_path / "asr_models" / "tuned"
    write_variant(folder, {**ENTRY, "description": description}, base / "model.bin", arrays)
    store = ModelStore()
    pull(from_catalogue("whisper-base"), store, Origins(), Told(), base)
    return base, pull(read_variant(folder), store, Origins(), Told())


async def test_without_any_change_it_understands_what_base_understands(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, same = installed(tmp_path, monkeypatch, 0.0, {"minimum_window_seconds": 10.0})
    sounds = [recorded(recorded_data / "sentences" / name) for name in ("test.wav", "jfk.flac")]

    heard = await read(same, sounds)

    assert heard == await read(base, sounds)
    assert "country" in heard[1]


async def test_in_short_windows_most_is_understood_untuned(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The states of silence behind the window keep the decoder from running on."""
    _, changed = installed(tmp_path, monkeypatch, 1e-4, SHORT)

    (heard,) = await read(changed, [recorded(recorded_data / "sentences" / "test.wav")])

    assert "middle classes" in heard and len(heard) < 130
