"""A variant for a dialect says so where it is installed, and nothing that its files belie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from tests.models.loopback_sources import Told
from tests.models.small_variants import (
    DIALECT,
    EMBEDDED,
    ENTRY,
    catalogue_with_variants,
    in_the_decoder,
    low_rank,
)
from voice.cli.app import app
from voice.errors import ModelError
from voice.models import Catalogue, ModelStore, Origins, pull
from voice.models.catalogue import read_variant
from voice.models.variant import write_variant


def write(shipped: Path, name: str = "base-en-KE", arrays: Any = None, **dialect: Any) -> Path:
    entry = {**ENTRY, "dialect": {**DIALECT, **dialect}}
    write_variant(shipped / name, entry, EMBEDDED / "model.bin", arrays or in_the_decoder())
    return shipped / name


def pulled(monkeypatch: pytest.MonkeyPatch, name: str = "base-en-KE") -> Path:
    model = catalogue_with_variants(monkeypatch).find(name)
    return pull(model, ModelStore(), Origins(), Told())


def described(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "voice.json").read_text("utf-8"))
    return told


def test_the_installed_model_knows_its_dialect(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shipped)

    assert described(pulled(monkeypatch)) == {
        "minimum_window_seconds": 2.0,
        "silence_seconds": 10.0,
        "dialect": {
            "tag": "en-KE", "language": "en", "token": "en", "shares_encoder": True,
            "base": "base",
        },
    }  # fmt: skip


@pytest.mark.parametrize("tag", ["wo", "wo-SN", "qaa-x-made-up"])
def test_a_language_that_whisper_does_not_list_borrows_a_token(
    shipped: Path, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    write(shipped, tag=tag, token="en")

    dialect = described(pulled(monkeypatch))["dialect"]

    assert (dialect["tag"], dialect["token"]) == (tag, "en")


def test_a_token_that_the_model_lacks_is_refused(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shipped, token="wo")

    with pytest.raises(ModelError, match=r"base-en-KE: dialect.token: the model has no <\|wo\|>;"):
        pulled(monkeypatch)

    assert not ModelStore().has("base-en-KE")


def test_a_language_in_which_no_call_can_go_on_is_refused(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shipped, language="zz")

    with pytest.raises(ModelError, match=r"base-en-KE: dialect\.language: .*zz"):
        pulled(monkeypatch)

    assert not ModelStore().has("base-en-KE")


def test_who_shares_the_encoder_of_the_base_may_not_change_it(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shipped, arrays={**in_the_decoder(), **low_rank(0.01)})

    with pytest.raises(ModelError, match="shares_encoder is wrong, it changes encoder/position_"):
        pulled(monkeypatch)

    write(shipped, arrays=low_rank(0.01), shares_encoder=False)
    assert described(pulled(monkeypatch))["dialect"]["shares_encoder"] is False


def test_only_a_difference_shares_an_encoder(shipped: Path) -> None:
    folder = write(shipped)
    file = folder / "variant.yaml"
    entry = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**entry, "files": [{"path": "model.bin"}]}))

    with pytest.raises(ModelError, match=r"only a difference\.safetensors shares its base's"):
        read_variant(folder)


@pytest.mark.parametrize(
    ("dialect", "says"),
    [
        ({"tag": "Kenyan English"}, "dialect.tag: String should match pattern"),
        ({"tag": "en_KE"}, "dialect.tag: String should match pattern"),
        ({"token": "<|en|>"}, "dialect.token: String should match pattern"),
        ({"data": ""}, "dialect.data: String should have at least 1 character"),
        ({"data": "\x1b[2J"}, "dialect.data: String should match pattern"),
        ({"accent": "Nairobi"}, "dialect.accent: Extra inputs are not permitted"),
        (
            {"groups": [{"name": "a", "utterances": 1, "words": 1, "before": float("nan"),
                         "after": 0.1}]},
            "dialect.groups.0.before: Input should be a finite number",
        ),
        (
            {"groups": [{"name": "a", "utterances": -1, "words": 1, "before": 1, "after": 1}]},
            "dialect.groups.0.utterances: Input should be greater than or equal to 0",
        ),
    ],
)  # fmt: skip
def test_a_mistaken_dialect_is_one_clear_line(
    shipped: Path, dialect: dict[str, Any], says: str
) -> None:
    folder = write(shipped, **dialect)

    with pytest.raises(ModelError) as error:
        read_variant(folder)

    assert str(error.value).startswith(f"{folder / 'variant.yaml'}: {says}")
    assert "\n" not in str(error.value)


def test_the_command_line_shows_dialects(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(shipped)
    catalogue_with_variants(monkeypatch)

    def said(*words: str) -> str:
        done = CliRunner().invoke(app, ["models", *words], env={"COLUMNS": "160"})
        assert done.exit_code == 0, done.output
        return done.output

    (row,) = [line for line in said("list").splitlines() if line.startswith("base-en-KE")]
    assert " en-KE " in row
    shown = said("show", "base-en-KE")
    assert "Dialect: en-KE; token en, answered in en, shares its base's encoder" in shown
    assert "Tuned on: Two hours of 20 speakers" in shown
    (row,) = [line for line in shown.splitlines() if line.startswith("Nairobi")]
    assert row.split() == ["Nairobi", "50", "431", "104.0%", "29.4%", "(25.0%", "to", "34.0%)"]


def test_published_fine_tunes_are_in_the_catalogue() -> None:
    tags = {
        model.dialect.tag: str(model.sources[0])
        for model in Catalogue.shipped().models.values()
        if model.dialect and not model.is_difference
    }

    assert tags["sw-TZ"] == "hub openchs/asr-whisper-helpline-sw-v1@main"
    assert tags["sw-KE"] == "hub microsoft/paza-whisper-large-v3-turbo@main"
    assert tags["lg-UG"].startswith("hub cdli/whisper-large-v3_finetuned_ugandan_luganda_waxal")
