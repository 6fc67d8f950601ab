"""A variant of Whisper base is installed as an operator would, and reads people as base does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.models.loopback_sources import Told
from voice import model_folders
from voice.audio import Pcm, resample
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.languages import language
from voice.models import Catalogue, ModelsAtHand, ModelStore, Origins, pull
from voice.models.catalogue import read_variant
from voice.models.changes import in_int8
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.variant import write_variant
from voice.recognition import WhisperRecogniser

pytestmark = pytest.mark.real_models

RATE = 8000
ENTRY = {
    "kind": "recogniser", "about": "For tests.", "languages": ["*"], "licence": "MIT",
    "licence_url": "https://example.org/licence", "base": "whisper-base",
}  # fmt: skip
SHORT = {"minimum_window_seconds": 2.0, "longest_window_seconds": 9.5, "silence_seconds": 10.0}
ATTENTION = "encoder/layer_0/self_attention/linear_1/weight"


def recorded(file: Path) -> Pcm:
    samples, rate = soundfile.read(file, dtype="int16", always_2d=True)
    return resample(samples[:, 0], rate, RATE)


async def read(model: Path, sounds: list[Pcm], tag: str = "en") -> list[str]:
    recogniser = WhisperRecogniser.load(model, languages=[language(tag)])
    try:
        return [(await recogniser.transcribe(sound, RATE)).text for sound in sounds]
    finally:
        recogniser.close()


def installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scale: float, description: dict[str, float]
) -> tuple[Path, Path]:
    """The folders of the base, and of a variant with a random change of rank 2."""
    base, from_catalogue = ModelStore().path("whisper-base"), Catalogue.shipped().find
    monkeypatch.setattr(model_folders, "_ROOT", tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    weights = Ctranslate2Weights.read(base / "model.bin").variables[ATTENTION]
    random = np.random.default_rng(1)
    arrays = {
        f"{ATTENTION}.out": random.normal(0, scale, (len(weights), 2)).astype(np.float16),
        f"{ATTENTION}.in": random.normal(0, 1, (2, weights.shape[1])).astype(np.float16),
    }
    folder = tmp_path / "asr_models" / "tuned"
    write_variant(folder, {**ENTRY, "description": description}, base / "model.bin", arrays)
    store = ModelStore()
    pull(from_catalogue("whisper-base"), store, Origins(), Told(), base)
    return base, pull(read_variant(folder), store, Origins(), Told())


async def test_without_any_change_it_understands_what_base_understands(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, same = installed(tmp_path, monkeypatch, 0.0, {"minimum_window_seconds": 10.0})
    sounds = [recorded(recorded_data / "sentences" / name) for name in ("test.wav", "jfk.flac")]

    heard = await read(same, sounds)

    assert heard == await read(base, sounds)
    assert "country" in heard[1]


async def test_in_short_windows_most_is_understood_untuned(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The states of silence behind the window keep the decoder from running on."""
    _, changed = installed(tmp_path, monkeypatch, 1e-4, SHORT)

    (heard,) = await read(changed, [recorded(recorded_data / "sentences" / "test.wav")])

    assert "middle classes" in heard and len(heard) < 130


async def test_the_shipped_short_variant_hears_what_base_hears_in_ten_seconds(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = ModelStore().path("whisper-base")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    pull(Catalogue.shipped().find("whisper-base"), ModelStore(), Origins(), Told(), base)
    short = pull(Catalogue.shipped().find("whisper-base-short"), ModelStore(), Origins(), Told())
    sounds = [recorded(recorded_data / "sentences" / name) for name in ("test.wav", "jfk.flac")]

    heard, wanted = await read(short, sounds), await read(base, sounds)

    edits = sum(map(word_errors, wanted, heard), WordErrors())
    assert edits.rate <= 0.1, f"{heard} instead of {wanted}"


SWAHILI = {
    "200701-101457_swh_35d_elicit_8.ogg": "Wamepiga marufuku usafiri wa magari kati ya miji na "
    "kutekeleza sheria za hali ya dharura ili kuhakikisha kwamba amri hizo zinatekelezwa.",
    "200702-201811_swh_35d_elicit_155.ogg": "Nimejaribu lakini nimevunja alisema raia huyo wa "
    "Kenya.",
    "200702-201811_swh_35d_elicit_13.ogg": "Tedros Adhanom amesema Natangaza dharura ya kimataifa "
    "kutokana na mlipuko wa virusi vya corona.",
}
"""Sentences that the shipped variant was not tuned on."""


async def test_the_shipped_swahili_variant_hears_most_of_what_base_mishears(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, swahili = ModelStore().path("whisper-base"), language("sw")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    pull(Catalogue.shipped().find("whisper-base"), ModelStore(), Origins(), Told(), base)
    tuned = pull(Catalogue.shipped().find("whisper-base-sw-KE"), ModelStore(), Origins(), Told())
    sounds = [recorded(recorded_data / "speech" / "swahili" / name) for name in SWAHILI]

    heard = {model: await read(model, sounds, "sw") for model in (base, tuned)}

    before, after = (
        sum(
            (
                word_errors(said, text, swahili)
                for said, text in zip(SWAHILI.values(), texts, strict=True)
            ),
            WordErrors(),
        ).rate
        for texts in heard.values()
    )
    assert before > 0.6 and after <= 0.35, heard[tuned]


def decoder_changes(base: Path) -> dict[str, NDArray[np.float16]]:
    """A random change of rank 32 of every matrix of the decoder's layers, as large as a learned."""
    random, arrays = np.random.default_rng(1), {}
    for name, weight in Ctranslate2Weights.read(base / "model.bin").variables.items():
        if name.startswith("decoder/layer_") and weight.ndim == 2:
            rows, columns = weight.shape
            arrays[f"{name}.out"] = random.normal(0, 5e-4, (rows, 32)).astype(np.float16)
            arrays[f"{name}.in"] = random.normal(0, 1, (32, columns)).astype(np.float16)
    return arrays


async def test_a_decoder_in_int8_is_a_few_megabytes_and_says_what_it_says_in_float16(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = ModelStore().path("whisper-base")
    arrays = decoder_changes(base)
    halves = {"in-float16": arrays, "in-int8": in_int8(arrays)}
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    pull(Catalogue.shipped().find("whisper-base"), ModelStore(), Origins(), Told(), base)
    installed = {}
    for name, arrays in halves.items():
        write_variant(tmp_path / name, ENTRY, base / "model.bin", arrays)
        installed[name] = pull(read_variant(tmp_path / name), ModelStore(), Origins(), Told())

    assert (tmp_path / "in-int8" / "difference.safetensors").stat().st_size < 2.5e6
    own, wanted, before = (
        Ctranslate2Weights.read(folder / "model.bin").variables
        for folder in (installed["in-int8"], installed["in-float16"], base)
    )
    for name, weight in before.items():
        if name.startswith("encoder/"):
            assert np.array_equal(own[name], weight), name
        elif f"{name}.out" in halves["in-float16"]:
            change = wanted[name].astype(np.float32) - weight
            assert np.linalg.norm(own[name] - wanted[name]) < 0.03 * np.linalg.norm(change)
    sounds = [recorded(recorded_data / "sentences" / "test.wav")]
    assert await read(installed["in-int8"], sounds) == await read(installed["in-float16"], sounds)


async def test_a_language_that_whisper_does_not_list_is_read_by_the_token_that_it_borrowed(
    real_models: ModelsAtHand, recorded_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A made-up language, whose calls go on in English, and an unchanged model, which shows it."""
    base = ModelStore().path("whisper-base")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    pull(Catalogue.shipped().find("whisper-base"), ModelStore(), Origins(), Told(), base)
    dialect = {
        "tag": "qaa-x-made-up", "language": "en", "token": "fr", "shares_encoder": True,
        "data": "None: it is its base.",
    }  # fmt: skip
    norm = "decoder/layer_norm/gamma"
    unchanged = {norm: Ctranslate2Weights.read(base / "model.bin").variables[norm]}
    folder = tmp_path / "made-up"
    write_variant(folder, {**ENTRY, "dialect": dialect}, base / "model.bin", unchanged)
    made_up = pull(read_variant(folder), ModelStore(), Origins(), Told())
    sounds = [recorded(recorded_data / "sentences" / "jfk.flac")]

    heard = await read(made_up, sounds, "en")

    assert heard == await read(base, sounds, "fr")
    assert heard != await read(base, sounds, "en")
