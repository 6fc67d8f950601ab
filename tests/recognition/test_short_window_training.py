"""The training of short windows begins with the base as it is, and exports what merges with it."""

from __future__ import annotations

from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from tests.models.loopback_sources import Told
from voice.models import Catalogue, ModelStore, Origins, pull
from voice.models.catalogue import read_variant
from voice.recognition import WhisperRecogniser

pytestmark = [pytest.mark.torch, pytest.mark.slow]


@pytest.fixture(scope="module")
def base() -> Path:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    store = ModelStore()
    if not store.has("whisper-base"):
        pytest.skip("needs whisper-base: voice models pull whisper-base")
    return store.path("whisper-base")


def test_without_changes_the_network_is_the_model(base: Path) -> None:
    import torch

    from voice.tuning.network import WhisperNetwork

    mel = np.random.default_rng(0).normal(0, 0.5, (1, 80, 300)).astype(np.float32)
    network = WhisperNetwork(base / "model.bin", tuned=["encoder"], rank=4)
    with torch.no_grad():
        states = network.encode(torch.from_numpy(mel)).numpy()

    model = ctranslate2.models.Whisper(str(base), compute_type="float32")
    expected = np.array(model.encode(ctranslate2.StorageView.from_array(mel), to_cpu=True))
    np.testing.assert_allclose(states, expected, atol=1e-3)


def test_what_was_learned_is_installed_as_a_variant(base: Path, tmp_path: Path) -> None:
    import torch

    from training.short_window.distillation import Distillation, Schedule
    from training.short_window.export import export

    schedule = Schedule(1.0, rank=4)
    run = Distillation(base, tmp_path / "corpus", tmp_path / "checkpoint.pt", schedule)
    torch.manual_seed(1)
    with torch.no_grad():
        for name, change in run.network.changes.items():
            if name.endswith("out"):
                change.normal_(0, 0.01)
        mel = torch.zeros(1, 80, 300)
        states = run.network.encode(mel).numpy()
        with run.network.unchanged():
            untuned = run.network.encode(mel).numpy()

    export(run, base, tmp_path / "whisper-base-short", tmp_path / "corpus")

    variant = read_variant(tmp_path / "whisper-base-short")
    store = ModelStore(tmp_path / "models")
    pull(Catalogue.shipped().find("whisper-base"), store, Origins(), Told(), base)
    folder = pull(variant, store, Origins(), Told())
    model = ctranslate2.models.Whisper(str(folder), compute_type="float32")
    merged = np.array(model.encode(ctranslate2.StorageView.from_array(mel.numpy()), to_cpu=True))
    learned = np.linalg.norm(states - untuned)
    assert np.linalg.norm(merged - states) < 0.05 * learned, "but for the rounding of float16"
    np.testing.assert_allclose(np.load(folder / "silence.npy"), run.silence.numpy(), atol=0.02)
    assert "whisper-base for windows as short" in (
        tmp_path / "whisper-base-short" / "README.md"
    ).read_text("utf-8")
    WhisperRecogniser.load(folder).close()
