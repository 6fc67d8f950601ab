"""The states of the encoder tell languages and dialects apart, and what is none of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from voice.audio import Pcm, silence
from voice.models.download import hash_of
from voice.recognition import Identifier, IdentifierCard, UnusableIdentification
from voice.recognition.encoding import Encoded
from voice.recognition.identifier import UNKNOWN, WEIGHTS, of_states

RATE = 16000
WIDTH = 4
CARD = IdentifierCard(("sw-KE", "en", UNKNOWN), "whisper-base", "0" * 64)


def states(*rows: list[float]) -> Encoded:
    table = np.array([rows], np.float32)
    return Encoded(ctranslate2.StorageView.from_array(table), 2 * len(rows), len(rows) / 50)


def loud(positions: int) -> Pcm:
    return np.full(positions * RATE // 50, 8000, np.int16)


@pytest.fixture
def identifier() -> Identifier:
    """Hears Swahili by the first state, English by the second, anything else by the third."""
    weight = np.zeros((2 * WIDTH, 3), np.float32)
    weight[:3] = 10 * np.eye(3)
    return Identifier(CARD, weight, np.zeros(3, np.float32))


SWAHILI, OTHER = [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]


def test_the_likeliest_label_is_what_was_heard(identifier: Identifier) -> None:
    sounds = identifier.sounds(states(SWAHILI), loud(1), {})
    assert sounds["sw-KE"] > 0.99 and sum(sounds.values()) == pytest.approx(1)
    assert UNKNOWN not in sounds


def test_only_the_speech_counts_neither_padding_nor_the_line(identifier: Identifier) -> None:
    window = np.concatenate([loud(1), silence(RATE // 50)])
    spoken = identifier.sounds(states(SWAHILI, OTHER, OTHER, OTHER), window, {})
    assert spoken["sw-KE"] > 0.99


def test_what_is_unknown_goes_to_the_languages_that_the_model_itself_hears(
    identifier: Identifier,
) -> None:
    sounds = identifier.sounds(states(OTHER), loud(1), {"de": 0.9, "en": 0.1})
    assert sounds["de"] == pytest.approx(0.9, abs=0.01)


def test_what_nobody_knows_tells_nothing(identifier: Identifier) -> None:
    """Music: unknown by its sound, and English as far as the model can tell."""
    for head in ({}, {"en": 0.98, "de": 0.02}):
        sounds = identifier.sounds(states(OTHER), loud(1), head)
        assert sounds["en"] == pytest.approx(sounds["sw-KE"], abs=0.01)


def test_it_may_listen_to_the_language_head_and_be_surer_of_a_language_than_that() -> None:
    """Swahili is heard by half as Swahili; what is none of the labels' languages is unknown."""
    card = replace(CARD, listens_to="head")
    identifier = Identifier(card, np.eye(3, dtype=np.float32), np.array([3, 0, 0], np.float32))

    def heard(**head: float) -> dict[str, float]:
        return identifier.sounds(states(OTHER), loud(1), head)

    assert heard(sw=0.3, yo=0.4, en=0.3)["sw-KE"] > 0.8
    assert heard(sw=0.001, en=0.99)["en"] > 0.9
    assert heard(sw=0.001, de=0.99)["de"] > 0.9


def test_a_word_of_a_tenth_of_a_second_is_enough_to_say_something(identifier: Identifier) -> None:
    features = of_states(states(*[SWAHILI] * 30), loud(5))
    assert np.isfinite(features).all()


def test_what_is_saved_is_read_again(identifier: Identifier, tmp_path: Path) -> None:
    identifier.save(tmp_path / "made")
    again = Identifier.load(tmp_path / "made")
    assert again.card == identifier.card
    assert np.array_equal(again.weight, identifier.weight)


def damaged_away(folder: Path) -> str:
    (folder / WEIGHTS).unlink()
    return "no identification model"


def damaged_text(folder: Path) -> str:
    (folder / "identification.json").write_text("[]")
    return "no identification model"


def damaged_labels(folder: Path) -> str:
    file = folder / "identification.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "labels": ["en"]}))
    return "does not fit"


def damaged_numbers(folder: Path) -> str:
    Identifier(CARD, np.full((8, 3), np.nan, np.float32), np.zeros(3, np.float32)).save(folder)
    return "no numbers"


@pytest.mark.parametrize("damage", [damaged_away, damaged_text, damaged_labels, damaged_numbers])
def test_what_is_damaged_is_refused_with_its_place(
    identifier: Identifier, tmp_path: Path, damage: Callable[[Path], str]
) -> None:
    identifier.save(tmp_path)
    complaint = damage(tmp_path)
    with pytest.raises(UnusableIdentification, match=complaint) as error:
        Identifier.load(tmp_path)
    assert str(tmp_path) in str(error.value)


def test_it_belongs_to_the_encoder_that_it_was_made_for(
    identifier: Identifier, embedded_recogniser_path: Path
) -> None:
    with pytest.raises(UnusableIdentification, match="made for whisper-base with sha256 000"):
        identifier.require_base(embedded_recogniser_path)
    own = replace(CARD, base_sha256=hash_of(embedded_recogniser_path / "model.bin"))
    Identifier(own, identifier.weight, identifier.bias).require_base(embedded_recogniser_path)
