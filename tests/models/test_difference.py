"""A small difference and its base make a model that CTranslate2 loads, and nothing else does."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
from numpy.typing import NDArray

from voice.errors import ModelError
from voice.models.ctranslate2_weights import Ctranslate2Weights, as_floats, as_int8
from voice.models.difference import changed_weights, merge, save_difference
from voice.models.download import hash_of

ATTENTION = "encoder/layer_0/self_attention/linear_1/weight"
NORM = "encoder/layer_norm/gamma"


@pytest.fixture
def float_model(tmp_path: Path) -> Path:
    """A small model with a float32 matrix and vector, under the names of a Whisper encoder."""
    file = tmp_path / "model.bin"
    random = np.random.default_rng(1)
    variables: dict[str, NDArray[Any]] = {
        ATTENTION: random.normal(size=(6, 4)).astype(np.float32),
        NORM: np.ones(4, np.float16),
    }
    Ctranslate2Weights("WhisperSpec", 3, variables, {"other": NORM}).write(file)
    return file


def difference_of(base: Path, **arrays: NDArray[Any]) -> Path:
    file = base.with_name("difference.safetensors")
    names = {
        "out": f"{ATTENTION}.out", "into": f"{ATTENTION}.in", "change": f"{ATTENTION}.change",
        "scale": f"{ATTENTION}.scale", "norm": NORM,
    }  # fmt: skip
    save_difference(
        file, hash_of(base), {names.get(key, key): value for key, value in arrays.items()}, {}
    )
    return file


@pytest.mark.parametrize("model", ["asr_models", "response_models"])
def test_what_is_read_is_written_byte_for_byte(model: str, tmp_path: Path) -> None:
    file = Path(__file__).parents[2] / model / "embedded-en" / "model.bin"

    Ctranslate2Weights.read(file).write(tmp_path / "model.bin")

    assert (tmp_path / "model.bin").read_bytes() == file.read_bytes()


def test_a_low_rank_change_is_added_and_a_vector_replaced(
    float_model: Path, tmp_path: Path
) -> None:
    out, into = np.ones((6, 2), np.float16), np.full((2, 4), 0.5, np.float16)
    norm = np.full(4, 3, np.float16)
    before = Ctranslate2Weights.read(float_model)

    merge(float_model, difference_of(float_model, out=out, into=into, norm=norm), tmp_path / "new")

    after = Ctranslate2Weights.read(tmp_path / "new")
    np.testing.assert_allclose(after.variables[ATTENTION], before.variables[ATTENTION] + 1.0)
    assert after.variables[NORM].tolist() == [3, 3, 3, 3]
    assert after.variables[NORM].dtype == np.float16
    assert after.aliases == {"other": NORM}


def test_factors_in_int8_have_a_scale_for_each_rank(float_model: Path, tmp_path: Path) -> None:
    out, into = np.full((6, 2), 3, np.int8), np.full((2, 4), 100, np.int8)
    scale = np.array([0.01, 0.001], np.float32)
    before = Ctranslate2Weights.read(float_model).variables[ATTENTION]

    merge(float_model, difference_of(float_model, out=out, into=into, scale=scale), tmp_path / "n")

    after = Ctranslate2Weights.read(tmp_path / "n").variables[ATTENTION]
    np.testing.assert_allclose(after - before, 3.3, rtol=1e-5)


def test_a_whole_change_in_int8_has_a_scale_for_each_row(float_model: Path, tmp_path: Path) -> None:
    change, scale = np.full((6, 4), -100, np.int8), np.arange(6).astype(np.float32)
    before = Ctranslate2Weights.read(float_model).variables[ATTENTION]

    merge(float_model, difference_of(float_model, change=change, scale=scale), tmp_path / "n")

    after = Ctranslate2Weights.read(tmp_path / "n").variables[ATTENTION]
    np.testing.assert_allclose((after - before)[:, 0], -100 * scale, rtol=1e-5, atol=1e-5)


def test_a_base_in_int8_is_rounded_anew(float_model: Path, tmp_path: Path) -> None:
    weights = Ctranslate2Weights.read(float_model)
    before = weights.variables[ATTENTION]
    variables = {**weights.variables, **as_int8(ATTENTION, before)}
    Ctranslate2Weights("WhisperSpec", 3, variables, {}).write(float_model)
    out, into = np.full((6, 1), 2, np.float16), np.array([[1, 0, 0, 0]], np.float16)

    merge(float_model, difference_of(float_model, out=out, into=into), tmp_path / "new")

    after = Ctranslate2Weights.read(tmp_path / "new").variables
    assert after[ATTENTION].dtype == np.int8
    assert np.abs(after[ATTENTION]).max(axis=1).tolist() == [127] * 6, "each row fills the byte"
    wanted = before + out.astype(np.float32) @ into.astype(np.float32)
    np.testing.assert_allclose(as_floats(ATTENTION, after), wanted, atol=0.05)


def test_integers_without_a_scale_cannot_be_changed(float_model: Path, tmp_path: Path) -> None:
    variables = {ATTENTION: np.ones((6, 4), np.int8)}
    Ctranslate2Weights("WhisperSpec", 3, variables, {}).write(float_model)
    out, into = np.ones((6, 2), np.float16), np.ones((2, 4), np.float16)

    with pytest.raises(ModelError, match="the base has int8, a change needs floats"):
        merge(float_model, difference_of(float_model, out=out, into=into), tmp_path / "new")


def test_it_says_which_weights_it_changes(float_model: Path) -> None:
    out, into = np.ones((6, 2), np.int8), np.ones((2, 4), np.int8)
    norm = np.ones(4, np.float16)

    file = difference_of(float_model, out=out, into=into, scale=np.ones(2), norm=norm)

    assert changed_weights(file) == [ATTENTION, NORM]


def test_a_merged_model_is_loaded_by_ctranslate2(tmp_path: Path) -> None:
    embedded = Path(__file__).parents[2] / "asr_models" / "embedded-en"
    for file in ("config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json"):
        shutil.copyfile(embedded / file, tmp_path / file)
    base = tmp_path / "base.bin"
    shutil.copyfile(embedded / "model.bin", base)
    gamma = Ctranslate2Weights.read(base).variables[NORM] * np.float32(1.5)

    merge(base, difference_of(base, norm=gamma), tmp_path / "model.bin")

    silence = ctranslate2.StorageView.from_array(np.zeros((1, 80, 100), np.float32))
    tuned = ctranslate2.models.Whisper(str(tmp_path)).encode(silence)
    plain = ctranslate2.models.Whisper(str(embedded)).encode(silence)
    assert not np.allclose(np.array(tuned), np.array(plain))


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"out": np.ones((6, 2), np.float32)}, "its two factors do not belong together"),
        (
            {"out": np.ones((6, 2), np.float32), "into": np.ones((3, 4), np.float32)},
            "its two factors do not belong together",
        ),
        (
            {"out": np.ones((5, 2), np.float32), "into": np.ones((2, 4), np.float32)},
            r"shape \(5, 4\), the base has \(6, 4\)",
        ),
        ({"change": np.ones((6, 4), np.int8)}, "its change and its scale do not belong together"),
        (
            {"change": np.ones((6, 4), np.int8), "scale": np.ones(4, np.float32)},
            "its change and its scale do not belong together",
        ),
        (
            {"change": np.ones((6, 3), np.int8), "scale": np.ones(6, np.float32)},
            r"shape \(6, 3\), the base has \(6, 4\)",
        ),
        (
            {
                "out": np.ones((6, 2), np.int8),
                "into": np.ones((2, 4), np.int8),
                "scale": np.ones(3, np.float32),
            },
            "its factors and their scale do not belong together",
        ),
        ({"scale": np.ones(2, np.float32)}, "its two factors do not belong together"),
        (
            {"change": np.ones((6, 4), np.int8), "scale": np.full(6, np.inf, np.float32)},
            "holds values that are no numbers",
        ),
        ({"norm": np.full(4, 1e6, np.float32)}, "holds values that are no numbers"),
        ({"norm": np.ones(5, np.float32)}, r"shape \(5,\), the base has \(4,\)"),
        ({"norm": np.full(4, np.nan, np.float32)}, "holds values that are no numbers"),
        ({"unheard_of": np.ones(4, np.float32)}, "unheard_of: the base has no such weight"),
    ],
)
def test_a_difference_that_does_not_fit_is_refused(
    float_model: Path, tmp_path: Path, arrays: dict[str, NDArray[Any]], says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        merge(float_model, difference_of(float_model, **arrays), tmp_path / "new")

    assert not (tmp_path / "new").exists()


def test_another_base_is_refused(float_model: Path, tmp_path: Path) -> None:
    difference = difference_of(float_model, norm=np.ones(4, np.float32))
    with float_model.open("ab") as file:
        file.write(b"x")

    with pytest.raises(ModelError, match=r"made for a base with sha256 [0-9a-f]{64}, not for"):
        merge(float_model, difference, tmp_path / "new")


@pytest.mark.parametrize("kept", [0, 3, 40, 100, -1])
def test_weights_that_are_cut_off_are_refused(float_model: Path, kept: int) -> None:
    data = float_model.read_bytes()
    float_model.write_bytes(data[:kept])

    with pytest.raises(ModelError, match="not a CTranslate2 model, or cut off"):
        Ctranslate2Weights.read(float_model)


def test_what_is_no_difference_is_refused(float_model: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "difference.safetensors"
    wrong.write_bytes(b"nothing of the kind")

    with pytest.raises(ModelError, match="not a difference from a model"):
        merge(float_model, wrong, tmp_path / "new")
