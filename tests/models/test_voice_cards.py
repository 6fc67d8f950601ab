"""Every voice has a card: what it was trained on, its licence, its rate, its speed, its errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from voice.cli.models import app
from voice.errors import ModelError
from voice.models import CARDS, Catalogue, card_row, voices_at_hand

VOICES = [model.name for model in Catalogue.shipped().models.values() if model.kind == "voice"]


@pytest.fixture(autouse=True)
def nothing_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@pytest.mark.parametrize("name", VOICES)
def test_a_voice_of_the_catalogue_has_a_card_that_agrees_with_it(name: str) -> None:
    model, card = Catalogue.shipped().find(name), CARDS / f"{name}.md"
    assert card_row(card, "licence") == model.licence
    assert card_row(card, "rate").endswith(" Hz") and card_row(card, "trained on")
    text = card.read_text()
    measured = "word error rate, telephone" in text and "seconds of one core" in text
    assert (
        measured
        or f"Not measured: its files were not at hand. After `voice models pull {name}`" in text
    )


def test_a_voice_that_comes_along_has_a_card_with_its_figures() -> None:
    voices = voices_at_hand()
    names = ["embedded-caller-en", "embedded-en", "embedded-fr"]
    assert [voice.name for voice in voices] == names
    for voice in voices:
        assert voice.licence.startswith("GPL-3.0-or-later")
        assert card_row(voice.card, "rate") == f"{voice.sample_rate} Hz"
        assert voice.name.endswith(f"-{voice.language}") and card_row(voice.card, "trained on")
        for figure in (
            "word error rate, full band",
            "word error rate, telephone (G.711)",
            "speed, seconds of one core for a second of speech",
        ):
            assert card_row(voice.card, figure)


def test_no_card_is_left_of_a_voice_that_is_not_there() -> None:
    assert {file.stem for file in CARDS.glob("*.md")} == set(VOICES)


def test_the_card_is_shown_with_the_model() -> None:
    shown = CliRunner().invoke(app, ["show", "en_US-joe-medium"]).output
    assert "| trained on | recordings of one speaker" in shown


def test_a_card_without_the_row_is_named(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    with pytest.raises(ModelError, match="No such file"):
        card_row(card, "licence")
    card.write_text("# Voice\n")
    with pytest.raises(ModelError, match="has no row 'licence'"):
        card_row(card, "licence")
