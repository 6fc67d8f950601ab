"""The training of short windows begins with the base as it is, and exports what merges with it."""

from __future__ import annotations

from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from voice.models import ModelStore
from voice.models.difference import DIFFERENCE, merge, save_difference
from voice.models.download import hash_of

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

    from training.whisper_network import WhisperNetwork

    mel = np.random.default_rng(0).normal(0, 0.5, (1, 80, 300)).astype(np.float32)
    network = WhisperNetwork(base / "model.bin", tuned="encoder", rank=4)
    with torch.no_grad():
        states = network.encode(torch.from_numpy(mel)).numpy()

    model = ctranslate2.models.Whisper(str(base), compute_type="float32")
    expected = np.array(model.encode(ctranslate2.StorageView.from_array(mel), to_cpu=True))
    np.testing.assert_allclose(states, expected, atol=1e-3)


def test_what_was_learned_merges_with_the_base(base: Path, tmp_path: Path) -> None:
    import torch

    from training.whisper_network import WhisperNetwork

    network = WhisperNetwork(base / "model.bin", tuned="encoder", rank=4)
    with torch.no_grad():
        for name, change in network.changes.items():
            if name.endswith("out"):
                change.normal_(0, 0.01)
        mel = torch.zeros(1, 80, 300)
        states = network.encode(mel).numpy()
    difference = tmp_path / DIFFERENCE
    save_difference(difference, hash_of(base / "model.bin"), network.difference(), {})
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).symlink_to(base / name)

    merge(base / "model.bin", difference, tmp_path / "model.bin")

    model = ctranslate2.models.Whisper(str(tmp_path), compute_type="float32")
    merged = np.array(model.encode(ctranslate2.StorageView.from_array(mel.numpy()), to_cpu=True))
    np.testing.assert_allclose(merged, states, atol=0.05)
