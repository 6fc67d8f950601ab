"""What is installed can be found, verified and removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.models.loopback_sources import Told
from voice.cli.app import app
from voice.errors import ModelError
from voice.model_folders import find_model
from voice.models import (
    Catalogue,
    CatalogueModel,
    ModelStore,
    Origins,
    WrongHash,
    licence_terms,
    pull,
)


@pytest.fixture
def installed(from_index: CatalogueModel, store: ModelStore, origins: Origins, told: Told) -> Path:
    return pull(from_index, store, origins, told)


def test_a_changed_file_is_noticed(installed: Path, store: ModelStore) -> None:
    with (installed / "model.bin").open("r+b") as file:
        file.write(b"X")

    with pytest.raises(WrongHash, match=r"model.bin: changed since it was installed"):
        store.verify("small")


def test_a_missing_file_is_noticed(installed: Path, store: ModelStore) -> None:
    (installed / "config.json").unlink()

    with pytest.raises(ModelError, match=r"config.json: No such file"):
        store.verify("small")


def test_all_that_is_damaged_is_named_at_once(
    from_index: CatalogueModel, origins: Origins, told: Told,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = ModelStore()
    installed = pull(from_index, store, origins, told)
    for copy in ("other", "record"):
        shutil.copytree(installed, store.root / copy)
    (installed / "model.bin").write_bytes(b"X")
    (store.root / "record" / "installed.json").write_text('{"name": "record", "files": 3}')

    shown = CliRunner().invoke(app, ["models", "verify"])

    assert shown.output == "other: intact\n" and shown.exit_code != 0
    assert str(shown.exception).splitlines() == [
        f"{store.root / 'record' / 'installed.json'}: damaged: remove record and pull it again",
        f"{installed / 'model.bin'}: changed since it was installed",
    ]


def test_a_model_with_a_damaged_record_can_be_removed(installed: Path, store: ModelStore) -> None:
    (installed / "installed.json").write_bytes(b"[")

    store.remove("small")

    assert not installed.exists()


@pytest.mark.parametrize("name", ["..", ".", "", "../small", "small/../small", ".small.part"])
def test_a_path_is_no_model(installed: Path, store: ModelStore, name: str) -> None:
    for refused in (store.path, store.verify, store.remove):
        with pytest.raises(ModelError, match=r"is no model's name"):
            refused(name)
    with pytest.raises(ModelError, match=r"is no model's name"):
        store.remove(str(installed.parent.parent))
    store.verify("small")


def test_removing_takes_folders_of_models_only(installed: Path, store: ModelStore) -> None:
    with pytest.raises(ModelError, match=r"pins\.json is not installed"):
        store.remove("pins.json")

    assert (installed.parent / "pins.json").exists()


def test_what_an_interrupted_install_left_is_no_model(installed: Path, store: ModelStore) -> None:
    shutil.copytree(installed, store.root / ".other.part")

    assert [model.name for model in store.installed()] == ["small"]


def test_a_removed_model_is_gone(installed: Path, store: ModelStore) -> None:
    store.remove("small")

    assert not installed.exists() and store.installed() == []
    with pytest.raises(ModelError, match=r"small is not installed: voice models pull small"):
        store.remove("small")


def test_an_installed_model_is_found_by_its_name(
    from_index: CatalogueModel, origins: Origins, told: Told,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    folder = pull(from_index, ModelStore(), origins, told)

    assert find_model("asr_models", "small") == str(folder)
    assert CliRunner().invoke(app, ["models", "path", "small"]).output.strip() == str(folder)
    assert "small: intact" in CliRunner().invoke(app, ["models", "verify"]).output
    assert CliRunner().invoke(app, ["models", "remove", "small"]).exit_code == 0
    assert not folder.exists()


def test_the_catalogue_says_what_there_is() -> None:
    shown = CliRunner().invoke(app, ["models", "list"], env={"COLUMNS": "160"}).output

    assert all(name in shown for name in Catalogue.shipped().models)


@pytest.mark.parametrize("name", list(Catalogue.shipped().models))
def test_each_model_is_shown_with_what_its_licence_lets_one_do(name: str) -> None:
    model = Catalogue.shipped().models[name]
    shown = CliRunner().invoke(app, ["models", "show", name]).output

    assert f"{name}, {model.kind}: " in shown
    assert model.licence in shown and model.licence_url in shown
    terms = licence_terms(model.licence)
    assert terms in shown and terms != "See its text."
    assert all(str(source) in shown for source in model.sources) and model.sources
    assert ("not pinned" in shown) is not model.pinned


def test_each_language_that_callers_may_speak_has_a_voice() -> None:
    for language in ("en", "fr", "es", "pt", "de", "it", "sw", "ar"):
        assert Catalogue.shipped().voices_for(language)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {name: x}", "catalogue: x: kind: Field required"),
        ("- {kind: voice}", "catalogue: ?: name: Field required"),
        ("x", "catalogue: x: "),
        ("3", "catalogue: "),
        ("- [", "catalogue: line 1: "),
        ("- name: x\n\tkind: voice", "catalogue: line 2: "),
    ],
)
def test_a_broken_catalogue_is_one_clear_line(text: str, says: str) -> None:
    with pytest.raises(ModelError) as error:
        Catalogue.load(text)
    assert str(error.value).startswith(says) and "\n" not in str(error.value)


def test_a_file_of_the_catalogue_cannot_lie_outside_its_folder() -> None:
    entry = Catalogue.shipped().models["whisper-base"].model_dump()
    entry["files"][0]["path"] = "../config.json"

    with pytest.raises(ValueError, match="path"):
        CatalogueModel(**entry)
