"""A small difference from a base model, merged into it when it is installed; no torch needed.

`difference.safetensors` holds low-rank changes of weights under CTranslate2's names: for a weight
W of shape (out, in) the arrays `NAME.out` (out, rank) and `NAME.in` (rank, in), float16 or
float32, so that W becomes W + out @ in. Whatever has no such pair replaces the variable of its
name. `base_sha256` in the metadata names the only `model.bin` that it fits, `base` its model.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from voice.errors import ModelError
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.models.download import hash_of

DIFFERENCE = "difference.safetensors"
_OUT, _IN = ".out", ".in"
_BASE = "base_sha256"
_BASE_NAME = "base"


def merge(base: Path, difference: Path, target: Path) -> None:
    """Write `base` with the difference merged into it to `target`; all are files.

    Raises ModelError when the base is another one, or the difference does not fit.
    """
    arrays, about = _read(difference)
    if hash_of(base) != about[_BASE]:
        wanted = f"{about.get(_BASE_NAME, 'a base')} with sha256 {about[_BASE]}"
        raise ModelError(f"{difference}: made for {wanted}, not for {base}")
    weights = Ctranslate2Weights.read(base)
    variables = dict(weights.variables)
    for name in sorted({key.removesuffix(_OUT).removesuffix(_IN) for key in arrays}):
        if name not in variables:
            raise ModelError(f"{difference}: {name}: the base has no such weight")
        variables[name] = _changed(difference, name, variables[name], arrays)
    Ctranslate2Weights(weights.specification, weights.revision, variables, weights.aliases).write(
        target
    )


def save_difference(
    file: Path, base_sha256: str, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, str]
) -> None:
    """Write a difference; `about` are further lines of metadata, as `base`, the base's name."""
    save_file(dict(arrays), file, {**about, _BASE: base_sha256})


def _read(file: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The arrays and the metadata, of which `base_sha256` is one line."""
    try:
        with safe_open(file, "np") as opened:
            arrays = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
            about: dict[str, str] = opened.metadata() or {}
        if _BASE not in about:
            raise KeyError(f"{_BASE} is missing")
        return arrays, about
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelError(f"{file}: not a difference from a model: {error}") from None


def _changed(
    file: Path, name: str, weight: NDArray[Any], arrays: Mapping[str, NDArray[Any]]
) -> NDArray[Any]:
    change = arrays.get(name)
    if change is None:
        if weight.dtype.kind != "f":
            raise ModelError(f"{file}: {name}: the base has {weight.dtype}, a change needs floats")
        out, into = arrays.get(name + _OUT), arrays.get(name + _IN)
        if out is None or into is None or out.shape[1:] != into.shape[:1]:
            raise ModelError(f"{file}: {name}: its two factors do not belong together")
        change = out.astype(np.float32) @ into.astype(np.float32)
    if change.shape != weight.shape:
        raise ModelError(f"{file}: {name}: shape {change.shape}, the base has {weight.shape}")
    value = change if name in arrays else weight.astype(np.float32) + change
    if not np.isfinite(value).all():
        raise ModelError(f"{file}: {name}: holds values that are no numbers")
    return value.astype(weight.dtype)
