"""A variant comes along as a small difference, and is installed as a whole model of its own."""

from __future__ import annotations

import errno
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from typer.testing import CliRunner

from tests.models.loopback_sources import Told
from tests.models.small_variants import (
    EMBEDDED,
    ENTRY,
    GAMMA,
    POSITIONS,
    base_weights,
    catalogue_with_variants,
    low_rank,
    other_base,
)
from voice.cli.app import app
from voice.errors import ModelError
from voice.model_folders import find_model
from voice.models import Catalogue, ModelStore, Origins, WrongHash, at_hand, pull
from voice.models.catalogue import read_variant
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.entries import CatalogueModel
from voice.models.variant import write_variant
from voice.recognition import WhisperRecogniser
from voice.settings import Recognition, Settings, Speech


@pytest.fixture
def store(shipped: Path) -> ModelStore:
    return ModelStore()


@pytest.fixture
def variant(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueModel:
    write_variant(shipped / "tuned", ENTRY, EMBEDDED / "model.bin", low_rank(0.01))
    return catalogue_with_variants(monkeypatch).find("tuned")


def installed(store: ModelStore) -> list[str]:
    return [model.name for model in store.installed()]


def test_a_variant_is_its_base_with_the_difference(
    variant: CatalogueModel, store: ModelStore, told: Told
) -> None:
    folder = pull(variant, store, Origins(), told)

    change = low_rank(0.01)
    moved = change[f"{POSITIONS}.out"].astype(np.float32) @ change[f"{POSITIONS}.in"]
    merged, base = Ctranslate2Weights.read(folder / "model.bin").variables, base_weights().variables
    np.testing.assert_allclose(merged[POSITIONS], base[POSITIONS] + moved, rtol=1e-6)
    assert all(np.array_equal(merged[name], base[name]) for name in base if name != POSITIONS)
    assert installed(store) == ["base", "tuned"]
    store.verify("tuned")


def test_it_brings_the_base_states_of_silence_for_behind_its_short_windows(
    variant: CatalogueModel, store: ModelStore, told: Told
) -> None:
    folder = pull(variant, store, Origins(), told)

    model = ctranslate2.models.Whisper(str(EMBEDDED), compute_type="float32")
    silence = ctranslate2.StorageView.from_array(np.zeros((1, 80, 1000), np.float32))
    states = np.array(model.encode(silence, to_cpu=True))[0]
    np.testing.assert_allclose(np.load(folder / "silence.npy"), states, atol=0.01)
    assert states.shape[0] == 500


async def test_it_is_loaded_by_its_name(
    variant: CatalogueModel, store: ModelStore, told: Told
) -> None:
    with pytest.raises(ModelError, match="neither a folder nor an installed model; `voice models"):
        WhisperRecogniser.load("tuned")
    assert find_model("asr_models", "tuned") == "tuned"

    folder = pull(variant, store, Origins(), told)

    assert find_model("asr_models", "tuned") == str(folder)
    recogniser = WhisperRecogniser.load("tuned")
    await recogniser.warm_up()
    recogniser.close()


def test_without_any_change_it_is_its_base(
    shipped: Path, store: ModelStore, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_variant(shipped / "same", ENTRY, EMBEDDED / "model.bin", low_rank(0.0))
    same = catalogue_with_variants(monkeypatch).find("same")

    folder = pull(same, store, Origins(), told)

    assert (folder / "model.bin").read_bytes() == (EMBEDDED / "model.bin").read_bytes()


async def test_a_base_that_comes_along_need_not_be_fetched(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded model has no entry in the catalogue."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    entry = {**ENTRY, "base": "embedded-en", "description": {"longest_window_seconds": 9.0}}
    write_variant(tmp_path / "own", entry, EMBEDDED / "model.bin", low_rank(0.0))

    folder = pull(read_variant(tmp_path / "own"), ModelStore(), Origins(), told)

    assert installed(ModelStore()) == ["own"]
    assert json.loads((folder / "voice.json").read_text()) == {"longest_window_seconds": 9.0}
    assert not (folder / "README.md").exists(), "the card of the base is not its own"
    recogniser = WhisperRecogniser.load("own")
    await recogniser.warm_up()
    recogniser.close()


def test_the_base_is_fetched_first_and_once(
    variant: CatalogueModel, store: ModelStore, told: Told
) -> None:
    pull(variant, store, Origins(), told)
    pull(variant, store, Origins(), told)

    assert told.tried == ["shipped asr_models/embedded-en", "shipped asr_models/tuned"]


def test_two_pulls_at_once_install_once(
    variant: CatalogueModel, store: ModelStore, told: Told
) -> None:
    pulls = [
        threading.Thread(target=pull, args=(variant, store, Origins(), told)) for _ in range(2)
    ]
    for thread in pulls:
        thread.start()
    for thread in pulls:
        thread.join(20)

    assert len(told.tried) == 2
    store.verify("tuned")


def test_either_stays_when_the_other_is_removed(
    variant: CatalogueModel, store: ModelStore, told: Told
) -> None:
    pull(variant, store, Origins(), told)

    store.remove("base")

    store.verify("tuned")
    WhisperRecogniser.load("tuned").close()
    assert pull(variant, store, Origins(), told) == store.path("tuned")
    assert installed(store) == ["tuned"]
    pull(Catalogue.shipped().find("base"), store, Origins(), told)
    store.remove("tuned")
    assert installed(store) == ["base"]


def test_the_command_line_knows_it(variant: CatalogueModel, store: ModelStore) -> None:
    def said(*words: str) -> str:
        done = CliRunner().invoke(app, ["models", *words], env={"COLUMNS": "160"})
        assert done.exit_code == 0, done.output
        return done.output

    assert "tuned" in said("list")
    assert "Base: base, with which it is merged" in said("show", "tuned")
    assert "Installed: " in said("pull", "tuned")
    assert "tuned: intact" in said("verify", "tuned")
    assert said("path", "tuned").strip() == str(store.path("tuned"))
    said("remove", "tuned")
    assert installed(store) == ["base"]


def test_a_merged_file_that_was_changed_is_noticed(
    variant: CatalogueModel, store: ModelStore, told: Told
) -> None:
    folder = pull(variant, store, Origins(), told)
    np.save(folder / "silence.npy", np.zeros((500, 192), np.float16))

    with pytest.raises(WrongHash, match=r"silence.npy: changed since it was installed"):
        store.verify("tuned")


def test_the_settings_may_name_it(variant: CatalogueModel, store: ModelStore, told: Told) -> None:
    own = Settings(recognition=Recognition(model="tuned"), speech=Speech(voice="embedded-en"))

    assert at_hand(own, told).recogniser == "tuned"
    assert store.has("tuned")


def test_the_difference_of_a_new_version_takes_the_place_of_the_old_one(
    variant: CatalogueModel, shipped: Path, store: ModelStore, told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    own = Settings(recognition=Recognition(model="tuned"), speech=Speech(voice="embedded-en"))
    at_hand(own, told)
    before = (store.path("tuned") / "model.bin").read_bytes()
    write_variant(shipped / "tuned", ENTRY, EMBEDDED / "model.bin", low_rank(0.01, seed=2))
    catalogue_with_variants(monkeypatch)

    at_hand(own, told)

    assert (store.path("tuned") / "model.bin").read_bytes() != before
    store.verify("tuned")


def test_a_variant_is_taken_from_another_place(
    variant: CatalogueModel, shipped: Path, store: ModelStore, told: Told, tmp_path: Path
) -> None:
    place = tmp_path / "elsewhere"
    shutil.move(shipped / "tuned", place)

    pull(variant, store, Origins(), told, place)

    store.verify("tuned")


def nothing_of_it(store: ModelStore) -> bool:
    return installed(store) == ["base"] and not (store.root / "tuned").exists()


def test_a_difference_from_another_base_is_refused_by_name(
    shipped: Path, store: ModelStore, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = other_base(tmp_path / "other.bin")
    write_variant(shipped / "tuned", ENTRY, other, low_rank(0.01))
    variant = catalogue_with_variants(monkeypatch).find("tuned")

    with pytest.raises(ModelError, match=r"tuned.*: made for base with sha256 [0-9a-f]{64}, not "):
        pull(variant, store, Origins(), told)

    assert nothing_of_it(store)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({GAMMA: np.full(192, np.nan, np.float16)}, "holds values that are no numbers"),
        ({GAMMA: np.ones(191, np.float16)}, r"shape \(191,\), the base has \(192,\)"),
        ({f"{POSITIONS}.out": np.ones((1500, 2), np.float16)}, "do not belong together"),
    ],
)
def test_a_difference_that_does_not_fit_is_refused(
    shipped: Path, store: ModelStore, told: Told, monkeypatch: pytest.MonkeyPatch,
    arrays: dict[str, NDArray[Any]], says: str,
) -> None:  # fmt: skip
    write_variant(shipped / "tuned", ENTRY, EMBEDDED / "model.bin", arrays)
    variant = catalogue_with_variants(monkeypatch).find("tuned")

    with pytest.raises(ModelError, match=says):
        pull(variant, store, Origins(), told)

    assert nothing_of_it(store)


def test_a_difference_that_is_cut_off_is_refused(
    variant: CatalogueModel, shipped: Path, store: ModelStore, told: Told
) -> None:
    file = shipped / "tuned" / "difference.safetensors"
    file.write_bytes(file.read_bytes()[:-100])

    with pytest.raises(WrongHash, match=r"tuned: difference.safetensors from shipped .* is not"):
        pull(variant, store, Origins(), told)

    assert nothing_of_it(store)


def test_the_disk_has_to_hold_the_merged_model(
    variant: CatalogueModel, store: ModelStore, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(Catalogue.shipped().find("base"), store, Origins(), told)
    usage = shutil.disk_usage("/")._replace(free=6_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    with pytest.raises(ModelError, match=r"\d MB needed, 6 MB free"):
        pull(variant, store, Origins(), told)

    assert nothing_of_it(store)


def test_a_disk_that_fills_up_while_it_is_merged_leaves_nothing_half_installed(
    variant: CatalogueModel, store: ModelStore, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(weights: Ctranslate2Weights, file: Path) -> None:
        file.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Ctranslate2Weights, "write", full)
        with pytest.raises(ModelError, match="the disk is full"):
            pull(variant, store, Origins(), told)
    assert nothing_of_it(store)

    pull(variant, store, Origins(), told)

    store.verify("tuned")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"base": None}, "needs a base"),
        ({"base": "tuned"}, "needs a base"),
        ({"name": "other"}, "not the variant tuned with a difference.safetensors"),
        ({"files": [{"path": "model.bin"}]}, "not the variant tuned with a difference.safetensors"),
        ({"dialekt": "sw-KE"}, "dialekt: Extra inputs are not permitted"),
    ],
)
def test_a_mistaken_entry_is_one_clear_line(
    shipped: Path, change: dict[str, object], says: str
) -> None:
    write_variant(shipped / "tuned", ENTRY, EMBEDDED / "model.bin", low_rank(0.01))
    file = shipped / "tuned" / "variant.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **change}))

    with pytest.raises(ModelError, match=says) as error:
        read_variant(shipped / "tuned")

    assert str(error.value).startswith(str(file)) and "\n" not in str(error.value)
