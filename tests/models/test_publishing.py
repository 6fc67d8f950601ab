"""A variant is packed for others with all that they need to know."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.models.bundles_on_disk import CONTENTS, NAME, installed, write
from tests.models.loopback_sources import Told
from tests.models.small_variants import DIALECT, catalogue_with_variants
from voice.errors import ModelError
from voice.models import Catalogue, ModelStore, Origins, publish, pull


@pytest.fixture
def store(shipped: Path) -> ModelStore:
    return ModelStore()


def test_a_bundle_has_card_licence_data_errors_and_hashes(bundle: Path) -> None:
    assert {file.name for file in bundle.iterdir()} == CONTENTS
    card = (bundle / "README.md").read_text()
    _, front, body = card.split("---\n", 2)
    about = yaml.safe_load(front)
    assert (about["license"], about["language"], about["base_model"]) == ("mit", ["en"], "base")
    assert about["base_model_relation"] == "adapter" and "en-KE" in about["tags"]
    (result, _) = about["model-index"][0]["results"]
    assert result["metrics"] == [{"type": "wer", "value": 29.4}]
    assert "| Nairobi | 50 | 431 | 104.0% | 29.4% (25.0% to 34.0%) |" in body
    assert "It says nothing of children." in body
    licence = (bundle / "LICENSE").read_text()
    assert licence.startswith("Copyright (c) 2022 Base\nCopyright (c) 2026 Us\n\nMIT License\n")
    assert "It says nothing of children." in (bundle / "DATA.md").read_text()
    assert "| Mombasa | 20 | 180 | 90.0% | 35.0% |" in (bundle / "fairness.md").read_text()
    errors = json.loads((bundle / "fairness.json").read_text())
    assert (errors["best"], errors["worst"], errors["dialect"]) == ("Nairobi", "Mombasa", "en-KE")
    assert errors["groups"][0] == DIALECT["groups"][0]
    for line in (bundle / "SHA256SUMS").read_text().splitlines():
        sha256, _, name = line.partition("  ")
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == sha256


def test_the_hub_is_told_the_repository_of_the_base(
    shipped: Path, tmp_path: Path, store: ModelStore
) -> None:
    folder = write(tmp_path / "tuned" / NAME)
    text = (folder / "variant.yaml").read_text().replace("base: base", "base: whisper-base")
    (folder / "variant.yaml").write_text(text)

    card = (publish(str(folder), tmp_path / "bundle", store) / "README.md").read_text()

    assert "base_model: Systran/faster-whisper-base\n" in card


def test_an_installed_variant_is_in_the_catalogue_and_can_be_passed_on(
    bundle: Path, tmp_path: Path, store: ModelStore
) -> None:
    folder = installed(bundle, store)
    assert Catalogue.known().find(NAME).dialect
    assert pull(Catalogue.known().find(NAME), store, Origins(), Told()) == folder

    again = publish(NAME, tmp_path / "again", store)

    assert (again / "SHA256SUMS").read_text() == (bundle / "SHA256SUMS").read_text()


def test_what_nobody_could_install_is_not_packed(
    shipped: Path, tmp_path: Path, store: ModelStore
) -> None:
    folder = write(tmp_path / "whisper-base")

    with pytest.raises(ModelError, match="comes with Voice, and is another model: give it a new"):
        publish(str(folder), tmp_path / "bundle.zip", store)

    assert not (tmp_path / "bundle.zip").exists()


def test_a_shipped_variant_is_published_by_its_name(
    shipped: Path, tmp_path: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shipped / NAME)
    catalogue_with_variants(monkeypatch)

    bundle = publish(NAME, tmp_path / "bundle.zip", store)

    assert installed(bundle, store) == store.path(NAME)


def test_the_same_variant_is_the_same_file(tuned: Path, tmp_path: Path, store: ModelStore) -> None:
    one, two = (publish(str(tuned), tmp_path / name, store) for name in ("1.zip", "2.zip"))

    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert set(archive.namelist()) == {f"{NAME}/{name}" for name in CONTENTS}


def test_a_card_and_a_licence_of_ones_own_are_kept(
    tuned: Path, tmp_path: Path, store: ModelStore
) -> None:
    (tuned / "README.md").write_text("---\nlicense: stale\n---\n\n# Ours\n\nTold at length.\n")
    (tuned / "LICENSE").write_text("Do good.\n")

    bundle = publish(str(tuned), tmp_path / "bundle", store)

    card = (bundle / "README.md").read_text()
    assert card.endswith("---\n\n# Ours\n\nTold at length.\n") and "license: mit\n" in card
    assert "stale" not in card
    assert (bundle / "LICENSE").read_text() == "Do good.\n"


def test_what_others_wrote_is_only_text_in_a_card(tmp_path: Path, store: ModelStore) -> None:
    group = {"name": "a | b <script>", "utterances": 1, "words": 1, "before": 1, "after": 0}
    dialect = {**DIALECT, "groups": [group], "data": "<script>alert(1)</script>"}
    folder = write(tmp_path / "tuned" / NAME, about="--- a: b <script>", dialect=dialect)

    bundle = publish(str(folder), tmp_path / "bundle", store)

    card = (bundle / "README.md").read_text() + (bundle / "fairness.md").read_text()
    assert "| a \\| b &lt;script&gt; | 1 |" in card
    assert "<script>" not in card.split("---\n", 2)[2]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dialect": None}, "has no dialect and is no tuned response model"),
        (
            {"licence": "CC-BY-4.0"},
            r"CC-BY-4.0 does not come along: put it as LICENSE into ",
        ),
        (
            {"files": [{"path": "difference.safetensors", "sha256": 64 * "0"}]},
            r"difference.safetensors: its sha256 is not that of variant.yaml",
        ),
        (
            {"files": [{"path": "gone", "sha256": 64 * "0"}, {"path": "difference.safetensors"}]},
            "gone: No such file",
        ),
    ],
)
def test_what_others_would_lack_is_not_published(
    tuned: Path, tmp_path: Path, store: ModelStore, change: dict[str, object], says: str
) -> None:
    file = tuned / "variant.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **change}))

    with pytest.raises(ModelError, match=says):
        publish(str(tuned), tmp_path / "bundle", store)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["asr_models", "tuned"]


def test_nothing_is_overwritten(tuned: Path, tmp_path: Path, store: ModelStore) -> None:
    (tmp_path / "bundle.zip").write_text("something")

    with pytest.raises(ModelError, match=r"bundle\.zip: there is something already"):
        publish(str(tuned), tmp_path / "bundle.zip", store)


def test_what_is_not_known_cannot_be_published(store: ModelStore, tuned: Path) -> None:
    with pytest.raises(ModelError, match=r"no model 'bade' in the catalogue \(did you mean base"):
        publish("bade", tuned.parent / "bundle", store)
