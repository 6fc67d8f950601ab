"""A whole fine-tune is installed in whichever form it is published; its weights hold no code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from typer.testing import CliRunner

from tests.models.loopback_sources import Site, Told
from tests.models.small_variants import DIALECT, EMBEDDED, ENTRY, catalogue_with_variants
from voice.cli.app import app
from voice.errors import ModelError
from voice.models import (
    CatalogueModel,
    ModelStore,
    Origins,
    WrongHash,
    convert,
    install,
    publish,
    pull,
)
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.whisper_folders import whisper_files
from voice.recognition import WhisperRecogniser
from voice.tokenizer_files import read_tokenizer

ROOT = Path(__file__).parents[2]
HUB_FILES = "/owner/tuned/resolve/0123abcd/"
HUB_PAGE = "/api/models/owner/tuned/revision/main"
CTRANSLATE2 = [
    "config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json",
]  # fmt: skip


@pytest.fixture
def store(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    catalogue_with_variants(monkeypatch)
    return ModelStore()


@pytest.fixture(scope="session")
def fine_tune(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded recogniser as transformers keeps it."""
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    folder = tmp_path_factory.mktemp("fine-tune")
    script = (
        "import sys; from pathlib import Path;"
        "from training.recogniser.shipped import load_shipped;"
        "load_shipped(Path(sys.argv[1])).save(Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(EMBEDDED), str(folder)],
        cwd=ROOT / "scripts", env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def tuned(dialect: dict[str, Any] | None = None, **more: Any) -> CatalogueModel:
    """What a catalogue says of a whole model; its files are those of its place."""
    own = {**DIALECT, "shares_encoder": False, **(dialect or {})}
    return CatalogueModel(name="tuned", **{**ENTRY, "description": {}, "dialect": own, **more})


def put_on_hub(site: Site, folder: Path, **others: bytes) -> CatalogueModel:
    """Lay a folder out as the hub does; returns its entry."""
    files = {file.name: file.read_bytes() for file in folder.iterdir()} | others
    told = {"sha": "0123abcd", "siblings": [{"rfilename": name} for name in files]}
    site.pages[HUB_PAGE] = json.dumps(told).encode()
    site.pages |= {f"{HUB_FILES}{name}": data for name, data in files.items()}
    return tuned(sources=[{"hub": "owner/tuned", "revision": "main"}])


def embedded_weights() -> dict[str, NDArray[np.float32]]:
    """In floats; int8 rows have a scale each."""
    variables = Ctranslate2Weights.read(EMBEDDED / "model.bin").variables
    weights = {}
    for name, value in variables.items():
        if value.ndim and not name.endswith("_scale"):
            scale = variables.get(f"{name}_scale", np.ones(1, np.float32))
            floats = value / scale.reshape(-1, *[1] * (value.ndim - 1))
            weights[name] = floats.astype(np.float32)
    return weights


def is_the_embedded_model(folder: Path) -> bool:
    """Whether its weights are those, but for the rounding to float16."""
    found = Ctranslate2Weights.read(folder / "model.bin").variables
    wanted = embedded_weights()
    assert {found[name].dtype.name for name in wanted} == {"float16"}
    return all(np.allclose(found[name], wanted[name], rtol=2e-3, atol=2e-4) for name in wanted)


def test_a_folder_of_ctranslate2_is_taken_as_it_is(
    store: ModelStore, told: Told, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    shutil.copytree(EMBEDDED, place)

    folder = pull(tuned(), store, Origins(), told, place)

    assert sorted(file.name for file in folder.iterdir()) == sorted(
        [*CTRANSLATE2, "installed.json", "voice.json"]
    )
    assert (folder / "model.bin").read_bytes() == (EMBEDDED / "model.bin").read_bytes()
    store.verify("tuned")


def test_the_hub_is_asked_which_files_there_are(
    store: ModelStore, site: Site, origins: Origins, told: Told
) -> None:
    model = put_on_hub(site, EMBEDDED, **{"README.md": b"x", "pytorch_model.bin": b"x"})
    assert not model.pinned and model.size is None

    folder = pull(model, store, origins, told)

    assert sorted(store.record("tuned").files) == CTRANSLATE2
    assert store.record("tuned").source == "hub owner/tuned@0123abcd"
    assert not (folder / "pytorch_model.bin").exists()
    site.asked.clear()
    pull(model, store, origins, told)
    assert site.asked == []


def test_what_came_first_is_what_later_pulls_must_match(
    store: ModelStore, site: Site, origins: Origins, told: Told
) -> None:
    model = put_on_hub(site, EMBEDDED)
    pull(model, store, origins, told)
    store.remove("tuned")
    site.pages[f"{HUB_FILES}config.json"] = b"{}"

    with pytest.raises(WrongHash, match=r"tuned: config.json from hub owner/tuned@0123abcd"):
        pull(model, store, origins, told)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"<html>", "not a repository of the hub"),
        (b"[]", "not a repository of the hub"),
        (b'{"sha": "1", "siblings": [{"rfilename": "pytorch_model.bin"}]}', "no Whisper model"),
        (b'{"sha": "1", "siblings": []}', "owner/tuned: no Whisper model: model.bin"),
    ],
)
def test_a_repository_without_a_model_is_refused(
    store: ModelStore, site: Site, origins: Origins, told: Told, page: bytes, says: str
) -> None:
    model = put_on_hub(site, EMBEDDED)
    site.pages[HUB_PAGE] = page

    with pytest.raises(ModelError, match=says):
        pull(model, store, origins, told)

    assert not store.has("tuned")


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([*CTRANSLATE2, "README.md", "model.safetensors"], CTRANSLATE2),
        (["config.json", "model.safetensors", "merges.txt", "optimizer.pt", "run.py"],
         ["config.json", "merges.txt", "model.safetensors"]),
        (["config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json"],
         ["config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json"]),
    ],
)  # fmt: skip
def test_of_a_folder_only_what_makes_a_model_is_taken(names: list[str], wanted: list[str]) -> None:
    assert whisper_files(names) == wanted


@pytest.mark.parametrize("names", [[], ["config.json", "pytorch_model.bin"], ["model.safetensors"]])
def test_weights_that_may_hold_code_are_no_weights(names: list[str]) -> None:
    with pytest.raises(ModelError, match="weights in other forms are not read"):
        whisper_files(names)


def test_without_the_train_extra_nothing_is_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "config.json").write_text('{"model_type": "whisper"}')
    (source / "model.safetensors").write_bytes(b"x")
    monkeypatch.setattr("voice.models.whisper_folders.find_spec", lambda name: None)

    with pytest.raises(ModelError, match=r"converting needs the train extra: pip install 'voice"):
        convert(source, tmp_path / "target")

    assert not any((tmp_path / "target").iterdir())


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ('{"model_type": "bert"}', "config.json is not that of a Whisper model"),
        ("[]", "config.json: a table of keys was expected"),
        ("{", "config.json: cannot be read"),
    ],
)
def test_other_models_are_not_converted(tmp_path: Path, config: str, says: str) -> None:
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "model.safetensors").write_bytes(b"x")

    with pytest.raises(ModelError, match=says):
        convert(tmp_path, tmp_path / "target")


def test_a_conversion_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "something").write_text("there")

    with pytest.raises(ModelError, match="there is something already"):
        convert(EMBEDDED, tmp_path)
    with pytest.raises(ModelError, match=r"gone: no such folder"):
        convert(tmp_path / "gone", tmp_path / "target")


def test_what_is_converted_already_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has CTranslate2's form already"):
        convert(EMBEDDED, tmp_path / "target")


@pytest.mark.torch
def test_a_folder_of_transformers_is_converted(fine_tune: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["models", "convert-whisper", str(fine_tune), str(tmp_path / "model")]
    )

    assert done.exit_code == 0, done.output
    assert sorted(file.name for file in (tmp_path / "model").iterdir()) == CTRANSLATE2
    assert is_the_embedded_model(tmp_path / "model")
    WhisperRecogniser.load(tmp_path / "model").close()


@pytest.mark.torch
def test_a_tokenizer_and_the_number_of_mel_bins_are_made_where_they_are_missing(
    fine_tune: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(fine_tune, source)
    (source / "preprocessor_config.json").unlink(missing_ok=True)
    _without_tokenizer_file(source)

    convert(source, tmp_path / "model")

    assert json.loads((tmp_path / "model" / "preprocessor_config.json").read_text()) == {
        "feature_size": 80
    }
    made, kept = (
        read_tokenizer(folder / "tokenizer.json") for folder in (tmp_path / "model", EMBEDDED)
    )
    assert made.get_vocab() == kept.get_vocab()
    said = " what is my balance?"
    assert made.encode(said, add_special_tokens=False).ids == kept.encode(said).ids


def _without_tokenizer_file(folder: Path) -> None:
    """As transformers kept tokenizers before it had files of that name."""
    whole = json.loads((folder / "tokenizer.json").read_text())
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.json").write_text(json.dumps(whole["model"]["vocab"]))
    merges = [" ".join(merge) for merge in whole["model"]["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n")
    added = {token["content"]: token["id"] for token in whole["added_tokens"]}
    (folder / "added_tokens.json").write_text(json.dumps(added))
    about = {"tokenizer_class": "WhisperTokenizer", "unk_token": "<|endoftext|>",
             "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(about))


@pytest.mark.torch
def test_a_fine_tune_of_the_hub_is_converted_when_it_is_pulled(
    fine_tune: Path, store: ModelStore, site: Site, origins: Origins, told: Told
) -> None:
    model = put_on_hub(site, fine_tune, **{"training_args.bin": b"x"})

    folder = pull(model, store, origins, told)

    assert sorted(file.name for file in folder.iterdir()) == sorted(
        [*CTRANSLATE2, "installed.json", "voice.json"]
    )
    assert is_the_embedded_model(folder)
    store.verify("tuned")
    assert "model.safetensors" in store.record("tuned").used_up
    site.asked.clear()
    pull(model, store, origins, told)
    assert site.asked == []


@pytest.mark.torch
def test_a_fine_tune_of_ones_own_is_converted_published_and_installed(
    fine_tune: Path, tmp_path: Path, store: ModelStore, told: Told
) -> None:
    made = tmp_path / "tuned"
    convert(fine_tune, made)
    entry = {"name": "tuned", **ENTRY, "dialect": {**DIALECT, "shares_encoder": False}}
    (made / "variant.yaml").write_text(yaml.safe_dump(entry))

    bundle = publish(str(made), tmp_path / "bundle.zip", store)
    folder = install(bundle, store, Origins(), told)

    assert is_the_embedded_model(folder)
    assert "base_model_relation: finetune\n" in (folder / "README.md").read_text()


@pytest.mark.torch
def test_a_damaged_fine_tune_is_refused(
    fine_tune: Path, tmp_path: Path, store: ModelStore, told: Told
) -> None:
    place = tmp_path / "place"
    shutil.copytree(fine_tune, place)
    weights = place / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])

    with pytest.raises(ModelError, match="cannot be converted: ") as error:
        pull(tuned(), store, Origins(), told, place)

    assert "\n" not in str(error.value)
    assert not store.has("tuned")


def test_a_fine_tune_has_to_be_converted_before_it_is_published(
    tmp_path: Path, store: ModelStore
) -> None:
    folder = tmp_path / "tuned"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "whisper"}')
    (folder / "model.safetensors").write_bytes(b"x")
    entry = {"name": "tuned", **ENTRY, "dialect": {**DIALECT, "shares_encoder": False}}
    (folder / "variant.yaml").write_text(yaml.safe_dump(entry))

    with pytest.raises(ModelError, match=r"has to be converted before: `voice models convert-wh"):
        publish(str(folder), tmp_path / "bundle", store)
