"""A Llama of the catalogue is installed as a dense gpt-oss."""

from __future__ import annotations

import json
from pathlib import Path

import ctranslate2
import pytest

from tests.models.gpt_oss.test_llama import CONTROL, save_gguf
from tests.models.loopback_sources import Told, sha256
from voice.errors import ModelError
from voice.models import CatalogueModel, ModelStore, Origins, pull
from voice.models.gpt_oss import WantedConversion, convert


def entry(file: Path) -> CatalogueModel:
    known = {"path": file.name, "sha256": sha256(file.read_bytes())}
    return CatalogueModel(
        name="small-llama", kind="response model", about="For tests.", languages=["en"],
        licence="MIT", licence_url="https://example.org/licence", files=[known],
        conversion="gpt-oss",
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def test_a_gguf_file_is_installed_as_a_model_that_loads(tmp_path: Path, store: ModelStore) -> None:
    file = save_gguf(tmp_path / "llama.gguf", CONTROL)

    folder = pull(entry(file), store, Origins(), Told(), tmp_path)

    made = {"model.bin", "config.json", "vocabulary.json", "tokenizer.json", "voice.json"}
    assert {path.name for path in folder.iterdir()} == {"llama.gguf", "installed.json", *made}
    assert store.record("small-llama").files.keys() == {"llama.gguf", *made}
    store.verify("small-llama")
    assert json.loads((folder / "voice.json").read_text())["prefix_tokens"] == []
    generator = ctranslate2.Generator(str(folder), compute_type="int8", intra_threads=1)
    (result,) = generator.generate_batch([["<|start|>", "Ġhello"]], max_length=4)
    generator.unload_model()
    assert result.sequences[0][:2] == ["<|start|>", "Ġhello"]


def test_what_is_installed_converts_again(tmp_path: Path, store: ModelStore) -> None:
    file = save_gguf(tmp_path / "llama.gguf", CONTROL)
    folder = pull(entry(file), store, Origins(), Told(), tmp_path)

    convert(folder, tmp_path / "again", WantedConversion(precision="float16"))

    assert (tmp_path / "again" / "model.bin").read_bytes() == (folder / "model.bin").read_bytes()


def test_nothing_is_installed_of_a_file_that_cannot_be_converted(
    tmp_path: Path, store: ModelStore
) -> None:
    file = save_gguf(tmp_path / "llama.gguf", CONTROL, architecture="qwen2")

    with pytest.raises(ModelError, match="not a Llama"):
        pull(entry(file), store, Origins(), Told(), tmp_path)

    assert not store.has("small-llama")
