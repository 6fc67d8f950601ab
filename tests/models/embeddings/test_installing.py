"""Embedding models, in whichever form they come, are installed as one that runs and is right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.embeddings.small_bert import SHAPE, TOKENS, expected, save_folder, save_packed, weights
from tests.models.loopback_sources import Told, sha256
from voice.embeddings import Embedder
from voice.errors import ModelError
from voice.models import CatalogueModel, ModelStore, Origins, pull
from voice.models.embeddings import Form, convert_beside
from voice.tokenizer_files import read_tokenizer

ALIKE = 0.995
"""Cosine of a vector in int8 with the exact one."""
INSTALLED = {"model.bin", "config.json", "vocabulary.json", "tokenizer.json", "voice.json"}


def entry(folder: Path, form: Form) -> CatalogueModel:
    files = [{"path": file.name, "sha256": sha256(file.read_bytes())} for file in folder.iterdir()]
    return CatalogueModel(
        name="small", kind="embedding", about="For tests.", languages=["en"], licence="MIT",
        licence_url="https://example.org/licence", files=files, conversion=form,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    (tmp_path / "packed").mkdir()
    save_packed(tmp_path / "packed" / "small-q4.bin", weights())
    return tmp_path / "packed"


def installed(source: Path, form: Form, store: ModelStore) -> Path:
    return pull(entry(source, form), store, Origins(), Told(), source)


def test_a_folder_of_transformers_gives_the_vectors_that_its_network_means(
    tmp_path: Path, store: ModelStore
) -> None:
    made = weights()
    folder = installed(save_folder(tmp_path / "bert", made), "bert", store)

    assert {file.name for file in folder.iterdir()} == {*INSTALLED, "installed.json"}
    store.verify("small")
    embedder = Embedder.load(folder)
    texts = ["the bill is a number", "my house", "tree tree tree card was of your bill"]
    rows = [[1, *(TOKENS.index(word) for word in text.split()), 2] for text in texts]
    right = np.stack([expected(made, row) for row in rows])
    found = embedder.embed(texts)
    embedder.close()
    assert np.all(np.diag(found @ right.T) > ALIKE)
    assert np.max((right @ right.T)[~np.eye(3, dtype=bool)]) < ALIKE  # else it would say nothing


def test_a_packed_file_gives_the_vectors_that_its_network_means(
    packed: Path, store: ModelStore
) -> None:
    made = weights()
    folder = installed(packed, "packed-e5", store)

    assert {file.name for file in folder.iterdir()} == {*INSTALLED, "installed.json"}
    store.verify("small")
    embedder = Embedder.load(folder)
    words = {word: 4 + number for number, word in enumerate(TOKENS[3:])}
    row = [words[word] for word in ("query", ":", "my", "card")]
    right = expected(made, [0, *row, 2])
    (found,) = embedder.embed(["my card"])  # what has to stand before a query comes by itself
    embedder.close()
    assert found @ right > ALIKE


def test_the_packed_models_characters_become_what_its_author_laid_down(
    packed: Path, store: ModelStore
) -> None:
    folder = installed(packed, "packed-e5", store)

    normalise = read_tokenizer(folder / "tokenizer.json").normalizer.normalize_str
    assert normalise("ﬁ\u200bn Ａ\t  ¤") == "fin A x"


def test_what_a_model_wants_before_a_text_is_kept_with_it(
    packed: Path, tmp_path: Path, store: ModelStore
) -> None:
    folder = installed(packed, "packed-e5", store)

    assert json.loads((folder / "voice.json").read_text()) == {
        "query": "query: ", "passage": "passage: ", "longest": SHAPE.positions,
    }  # fmt: skip
    convert_beside(save_folder(tmp_path / "bert", weights()), "bert")
    assert json.loads((tmp_path / "bert" / "voice.json").read_text()) == {
        "query": "", "passage": "", "longest": SHAPE.positions,
    }  # fmt: skip


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def another(file: Path) -> None:
    file.write_bytes(b"GGUF" + file.read_bytes()[4:])


def cut_in_the_vocabulary(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:120])


@pytest.mark.parametrize("damage", [cut, another, cut_in_the_vocabulary])
def test_nothing_is_installed_of_a_damaged_packed_file(
    packed: Path, store: ModelStore, damage: Callable[[Path], None]
) -> None:
    damage(packed / "small-q4.bin")

    with pytest.raises(ModelError, match=r"small-q4.bin: not a packed e5 model, or cut off"):
        installed(packed, "packed-e5", store)

    assert not store.has("small")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model_type": "roberta"}, "config.json: no embedding model that can be converted: not a"),
        ({"hidden_act": "relu"}, "not a BERT with exact GELU"),
        ({"position_embedding_type": "relative_key"}, "its positions are relative"),
        ({"hidden_size": None}, "config.json: no embedding model that can be converted"),
        ({"hidden_size": 128}, r"embeddings.word_embeddings.weight has the shape \(24, 64\)"),
        ({"num_hidden_layers": 3}, r"encoder.layer.2.attention.self.query.weight is in none"),
    ],
)
def test_a_model_of_another_kind_is_refused_with_the_reason(
    tmp_path: Path, store: ModelStore, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        installed(save_folder(tmp_path / "bert", weights(), changes=change), "bert", store)

    assert not store.has("small")
