"""What was learned becomes small arrays that say nearly the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voice.models.changes import factored, in_int8, whole
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.difference import merge, save_difference
from voice.models.download import hash_of

NAME = "decoder/layer_0/ffn/linear_0/weight"
SHAPE = (48, 32)
RANK = 4


def learned(rank: int = RANK) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Factors as a training leaves them: of very different size, and much alike."""
    random = np.random.default_rng(3)
    out = random.normal(0, 1, (SHAPE[0], rank)) * np.geomspace(1e-3, 1, rank)
    into = random.normal(0, 0.1, (rank, SHAPE[1])) + random.normal(0, 1, SHAPE[1])
    return out.astype(np.float32), into.astype(np.float32)


def merged(tmp_path: Path, arrays: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    """What the arrays add to a weight of zeros."""
    base, difference = tmp_path / "base.bin", tmp_path / "difference.safetensors"
    zeros = {NAME: np.zeros(SHAPE, np.float32)}
    Ctranslate2Weights("WhisperSpec", 3, dict(zeros), {}).write(base)
    save_difference(difference, hash_of(base), arrays, {})
    merge(base, difference, tmp_path / "model.bin")
    added: NDArray[np.float32] = Ctranslate2Weights.read(tmp_path / "model.bin").variables[NAME]
    return added


def off_by(found: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def test_learned_factors_lose_little_in_int8(tmp_path: Path) -> None:
    out, into = learned()

    arrays = factored(NAME, out, into)

    assert off_by(merged(tmp_path, arrays), out @ into) < 0.01
    assert arrays[f"{NAME}.out"].dtype == arrays[f"{NAME}.in"].dtype == np.int8
    assert arrays[f"{NAME}.out"].shape == (SHAPE[0], RANK)


def test_a_whole_difference_becomes_int8(tmp_path: Path) -> None:
    out, into = learned()
    norm = "decoder/layer_norm/gamma"

    arrays = in_int8({f"{NAME}.out": out, f"{NAME}.in": into, norm: np.ones(4, np.float32)})

    assert {name: array.dtype.name for name, array in arrays.items()} == {
        f"{NAME}.out": "int8", f"{NAME}.in": "int8", f"{NAME}.scale": "float32", norm: "float16",
    }  # fmt: skip
    del arrays[norm]
    assert off_by(merged(tmp_path, arrays), out @ into) < 0.01


def test_a_whole_change_loses_little_in_int8(tmp_path: Path) -> None:
    change = np.random.default_rng(5).normal(0, 1, SHAPE).astype(np.float32)
    change[3] *= 1000
    change[4] = 0

    arrays = whole(NAME, change)

    assert off_by(merged(tmp_path, arrays)[5:], change[5:]) < 0.02
    assert arrays[f"{NAME}.change"].dtype == np.int8


@pytest.mark.parametrize("change", [factored(NAME, np.zeros((48, 2)), np.zeros((2, 32))),
                                    whole(NAME, np.zeros(SHAPE))])  # fmt: skip
def test_nothing_learned_changes_nothing(tmp_path: Path, change: dict[str, NDArray[Any]]) -> None:
    assert not merged(tmp_path, change).any()
