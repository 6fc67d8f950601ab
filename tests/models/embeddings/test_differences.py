"""A variant of an embedding comes along as a small difference, and is merged with its base."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.embeddings.small_bert import save_folder, weights
from tests.models.loopback_sources import Told
from voice.embeddings import Embedder
from voice.model_folders import find_model, shipped_variants
from voice.models import Catalogue, ModelStore, Origins, pull
from voice.models.catalogue import read_variant
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.download import hash_of
from voice.models.entries import CatalogueModel, ModelFile
from voice.models.variant import write_variant

ABOUT = {
    "kind": "embedding", "about": "For tests.", "languages": ["en"], "licence": "MIT",
    "licence_url": "https://example.org/licence",
}  # fmt: skip
GAMMA = "encoder/layer_1/ffn/layer_norm/gamma"


@pytest.fixture
def base(shipped: Path, tmp_path: Path, told: Told) -> Path:
    """An embedding that is installed as the catalogue's are."""
    source = save_folder(tmp_path / "bert", weights())
    files = [ModelFile(path=file.name, sha256=hash_of(file)) for file in source.iterdir()]
    model = CatalogueModel.model_validate({**ABOUT, "name": "base", "conversion": "bert"})
    model = model.model_copy(update={"files": files})
    return pull(model, ModelStore(), Origins(), told, source)


def test_a_variant_beside_the_response_models_gives_vectors_of_its_own(
    base: Path, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    gamma = Ctranslate2Weights.read(base / "model.bin").variables[GAMMA]
    tuned = gamma * np.linspace(0.2, 2, len(gamma), dtype=np.float32)
    folder = tmp_path / "response_models" / "tuned"
    write_variant(folder, {**ABOUT, "base": "base"}, base / "model.bin", {GAMMA: tuned})
    assert shipped_variants() == [folder]
    entry = CatalogueModel.model_validate({**ABOUT, "name": "base"})
    catalogue = Catalogue([entry, read_variant(folder)])
    monkeypatch.setattr(Catalogue, "shipped", classmethod(lambda cls: catalogue))

    made = pull(catalogue.find("tuned"), ModelStore(), Origins(), told)

    assert find_model("response_models", "tuned") == str(made)
    plain, changed = Embedder.load(base), Embedder.load(made)
    (before,), (after,) = plain.embed(["my bill"]), changed.embed(["my bill"])
    plain.close()
    changed.close()
    assert 0.1 < before @ after < 0.99
