"""A bundle is installed offline, verified, or not at all."""

from __future__ import annotations

import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.models.bundles_on_disk import (
    CONTENTS,
    NAME,
    WHOLE,
    change_entry,
    installed,
    seal,
    write,
)
from tests.models.small_variants import other_base
from voice.cli.app import app
from voice.errors import ModelError
from voice.model_folders import find_model
from voice.models import Catalogue, ModelStore, WrongHash, publish


@pytest.fixture
def store(shipped: Path) -> ModelStore:
    return ModelStore()


def packed(bundle: Path, form: str) -> Path:
    """The bundle as it is sent: as it is, or in one file."""
    if form == "folder":
        return bundle
    if form == "zip":
        return Path(shutil.make_archive(str(bundle), "zip", bundle.parent, bundle.name))
    with tarfile.open(bundle.with_suffix(".tar.gz"), "w:gz") as tar:
        tar.add(bundle, bundle.name)
    return bundle.with_suffix(".tar.gz")


def refused(bundle: Path, store: ModelStore, says: str) -> None:
    """It is not installed, for this one reason, and leaves nothing outside of its place."""
    with pytest.raises(ModelError, match=says) as error:
        installed(bundle, store)
    assert "\n" not in str(error.value)
    assert not store.has(NAME) and not (store.root / NAME).exists()


@pytest.mark.parametrize("form", ["folder", "zip", "tar"])
def test_what_was_published_is_installed(bundle: Path, store: ModelStore, form: str) -> None:
    folder = installed(packed(bundle, form), store)

    assert find_model("asr_models", NAME) == str(folder)
    store.verify(NAME)
    assert {file.name for file in folder.iterdir()} >= {*CONTENTS - {"SHA256SUMS"}, "model.bin"}
    assert json.loads((folder / "voice.json").read_text())["dialect"]["tag"] == "en-KE"


@pytest.mark.parametrize("name", sorted(CONTENTS - {"SHA256SUMS"}))
def test_a_changed_file_is_refused(bundle: Path, store: ModelStore, name: str) -> None:
    with (bundle / name).open("ab") as file:
        file.write(b"\n")

    with pytest.raises(WrongHash, match=rf"{name}.*sha256 is not|{name} is not the file that"):
        installed(bundle, store)

    assert not store.has(NAME) and not (store.root / NAME).exists()


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_a_missing_file_is_refused(bundle: Path, store: ModelStore, name: str) -> None:
    (bundle / name).unlink()

    refused(bundle, store, rf"{name} is not there|it lacks {name}")


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "variant.yaml"])
def test_what_belongs_to_a_bundle_has_to_be_in_it(
    bundle: Path, store: ModelStore, name: str
) -> None:
    (bundle / name).unlink()
    seal(bundle)

    refused(bundle, store, rf"not a whole bundle, {name} is not in SHA256SUMS")


@pytest.mark.parametrize(
    "path", ["../evil", "/tmp/evil", "a/../../evil", ".hidden", "a//b", "a\\..\\b", "~/x"]
)
def test_no_path_leads_out_of_a_bundle(
    bundle: Path, store: ModelStore, tmp_path: Path, path: str
) -> None:
    with (bundle / "SHA256SUMS").open("a") as sums:
        sums.write(f"{64 * '0'}  {path}\n")

    refused(bundle, store, r"SHA256SUMS: '.*' leads out of it")


def test_members_of_an_archive_lead_nowhere(bundle: Path, store: ModelStore) -> None:
    zipped = packed(bundle, "zip")
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr("../../evil", b"x")
        archive.writestr("/tmp/voice-evil", b"x")

    installed(zipped, store)

    assert not (store.root.parent / "evil").exists() and not Path("/tmp/voice-evil").exists()
    assert "evil" not in {file.name for file in store.path(NAME).iterdir()}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "../../evil"}, "name: String should match pattern"),
        (
            {"name": "base", "base": "b"},
            "^base comes with Voice, and is another model",
        ),
        ({"base": "unheard-of"}, "its base: no model 'unheard-of' in the catalogue"),
        ({"base": None}, "needs a base"),
        ({"kind": "voice"}, "variant.yaml: neither a recogniser's variant for a dialect"),
        ({"dialect": None}, "variant.yaml: neither a recogniser's variant for a dialect"),
        (
            {"files": [], "dialect": WHOLE},
            "variant.yaml: neither a recogniser's variant for a dialect",
        ),
        ({"sources": [{"folder": "/etc"}]}, "variant.yaml: sources: the files lie beside it"),
        ({"description": {"minimum_window_seconds": float("nan")}}, "Input should be a finite"),
        ({"about": "\x1b]0;evil\x07"}, "about: String should match pattern"),
        (
            {"files": [{"path": "difference.safetensors"}]},
            "safetensors is not the file that SHA256SUMS and variant.yaml name",
        ),
        (
            {"files": [{"path": "../x", "sha256": 64 * "0"}, {"path": "difference.safetensors"}]},
            "files.0.path: String should match pattern",
        ),
    ],
)
def test_a_bundle_that_is_wrong_about_itself_is_refused(
    bundle: Path, store: ModelStore, changes: dict[str, object], says: str
) -> None:
    change_entry(bundle, **changes)

    refused(bundle, store, says)


def test_an_entry_that_is_nested_without_end_is_refused(bundle: Path, store: ModelStore) -> None:
    (bundle / "variant.yaml").write_text("[" * 50_000)
    seal(bundle)

    refused(bundle, store, r"variant\.yaml: nested too deeply")


def test_a_bundle_takes_no_embedded_models_place(
    bundle: Path, shipped: Path, store: ModelStore
) -> None:
    (shipped / "embedded-en").mkdir()
    change_entry(bundle, name="embedded-en")

    refused(bundle, store, "embedded-en comes with Voice")


def test_a_base_of_another_version_is_refused(
    tuned: Path, tmp_path: Path, store: ModelStore
) -> None:
    folder = write(tmp_path / "other" / NAME, base=other_base(tmp_path / "other.bin"))
    bundle = publish(str(folder), tmp_path / "bundle", store)

    refused(bundle, store, r"made for base with sha256 [0-9a-f]{64}, not for .*base/model\.bin")


def test_a_base_that_cannot_be_had_is_named(
    bundle: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Catalogue.shipped().find("base").model_copy(update={"sources": []})
    monkeypatch.setattr(Catalogue, "shipped", classmethod(lambda cls: Catalogue([base])))

    refused(bundle, store, "^base cannot be had: it has no source")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda sums: sums.write_text("no hash\n"), "SHA256SUMS: 'no hash' is no hash and path"),
        (lambda sums: sums.write_bytes(b"\xff\xfe"), "SHA256SUMS: 'utf-8' codec can't decode"),
        (lambda sums: sums.write_text("a" * (1 << 20) + "b"), "SHA256SUMS is longer than 1 MiB"),
        (
            lambda sums: sums.write_text(sums.read_text() + f"{64 * '0'}  README.md\n"),
            "SHA256SUMS: README.md stands there twice",
        ),
        (
            lambda sums: (sums.parent / "variant.yaml").write_text("&a [*a"),
            "variant.yaml: line 1: ",
        ),
        (
            lambda sums: (sums.parent / "README.md").write_text("#" * ((1 << 20) + 1)),
            "README.md is longer than 1 MiB",
        ),
    ],
)
def test_what_is_no_bundle_is_refused(
    bundle: Path, store: ModelStore, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(bundle / "SHA256SUMS")

    refused(bundle, store, says)


def test_other_files_are_no_bundles(tmp_path: Path, store: ModelStore, tuned: Path) -> None:
    refused(tuned, store, "not a bundle, it lacks SHA256SUMS; `voice models publish` makes")
    (tmp_path / "text.zip").write_text("nothing of the kind")
    refused(tmp_path / "text.zip", store, "neither a folder nor a zip, wheel or tar file")
    refused(tmp_path / "gone", store, "gone: no such file or folder")


def test_a_truncated_bundle_is_refused(bundle: Path, store: ModelStore) -> None:
    whole = packed(bundle, "tar")
    whole.write_bytes(whole.read_bytes()[:-2000])

    refused(whole, store, "damaged: |neither a folder")


def test_the_command_line_publishes_and_installs(
    bundle: Path, tuned: Path, tmp_path: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def said(*words: str | Path) -> str:
        done = CliRunner().invoke(app, ["models", *map(str, words)], env={"COLUMNS": "160"})
        assert done.exit_code == 0, done.output
        return done.output

    assert said("publish", tuned).strip() == f"Packed: {NAME}.zip"
    assert "Dialect: en-KE" in said("install", f"{NAME}.zip")
    (row,) = [line for line in said("list").splitlines() if line.startswith(NAME)]
    assert " en-KE " in row and row.endswith("installed")
    assert f"{NAME}: intact" in said("verify", NAME)
    change_entry(bundle, name="second")
    told = said("install", bundle)
    assert "Also for en-KE: base-en-KE. `voice evaluate compare` says" in told
    assert "in [recognition] variants" in told
    said("remove", NAME)
    assert NAME not in said("list")
