"""A small difference from a base model, merged into it when it is installed; no torch needed.

`difference.safetensors` holds changes of weights under CTranslate2's names. For a weight W of the
shape (out, in), called NAME, it has one of

- `NAME.out` (out, rank) and `NAME.in` (rank, in): W becomes W + out @ in. Integers have a scale for
  each rank: with `NAME.scale` (rank,) W becomes W + (out * scale) @ in;
- `NAME.change` (out, in) and `NAME.scale` (out,): W becomes W + change * scale by row;
- `NAME`: it takes W's place.

All are float16, float32 or int8. Where the base holds int8 (NAME with a scale for each row in
NAME_scale), so does the merged model: the sum is rounded anew. `base_sha256` in the metadata
names the only `model.bin` that it fits, `base` its model. `voice.models.changes` makes such arrays.
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
from voice.models.ctranslate2_weights import (
    Ctranslate2Weights,
    as_floats,
    as_int8,
    scale_of,
)
from voice.models.download import hash_of

DIFFERENCE = "difference.safetensors"
OUT, IN, SCALE, CHANGE = ".out", ".in", ".scale", ".change"
_ENDINGS = (OUT, IN, SCALE, CHANGE)
_BASE = "base_sha256"
_BASE_NAME = "base"

Arrays = Mapping[str, NDArray[Any]]


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
    for name in sorted(set(map(_weight_of, arrays))):
        if name not in variables:
            raise ModelError(f"{difference}: {name}: the base has no such weight")
        try:
            variables |= _changed(name, weights.variables, arrays)
        except ValueError as error:
            raise ModelError(f"{difference}: {name}: {error}") from None
    Ctranslate2Weights(weights.specification, weights.revision, variables, weights.aliases).write(
        target
    )


def changed_weights(difference: Path) -> list[str]:
    """The names of the weights that it changes; raises ModelError when it is none."""
    return sorted(set(map(_weight_of, _read(difference)[0])))


def save_difference(file: Path, base_sha256: str, arrays: Arrays, about: Mapping[str, str]) -> None:
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
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise ModelError(f"{file}: not a difference from a model: {error}") from None


def _weight_of(key: str) -> str:
    """The name of the weight that an array belongs to."""
    return next((key.removesuffix(end) for end in _ENDINGS if key.endswith(end)), key)


def _changed(name: str, variables: Arrays, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The weight with its change, and its scale where it has one.

    Raises ValueError where the change does not fit.
    """
    weight = variables[name]
    if name in arrays:
        return {name: _finite(_of_shape(arrays[name], weight), weight.dtype)}
    if weight.dtype.kind != "f" and scale_of(name) not in variables:
        raise ValueError(f"the base has {weight.dtype}, a change needs floats")
    value = as_floats(name, variables) + _of_shape(_change(name, arrays), weight)
    if weight.dtype.kind == "f":
        return {name: _finite(value, weight.dtype)}
    return as_int8(name, _finite(value, value.dtype))


def _of_shape(array: NDArray[Any], weight: NDArray[Any]) -> NDArray[Any]:
    if array.shape != weight.shape:
        raise ValueError(f"shape {array.shape}, the base has {weight.shape}")
    return array


def _finite(value: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        merged: NDArray[Any] = value.astype(dtype)
    if not (np.isfinite(value).all() and np.isfinite(merged).all()):
        raise ValueError("holds values that are no numbers")
    return merged


def _change(name: str, arrays: Arrays) -> NDArray[np.float32]:
    """What is added to a weight; raises ValueError where its parts do not belong together."""
    scale = arrays.get(name + SCALE)
    whole = arrays.get(name + CHANGE)
    if whole is not None:
        if scale is None or scale.shape != whole.shape[:1]:
            raise ValueError("its change and its scale do not belong together")
        rows = scale.astype(np.float32).reshape(-1, *[1] * (whole.ndim - 1))
        return whole.astype(np.float32) * rows
    out, into = arrays.get(name + OUT), arrays.get(name + IN)
    if out is None or into is None or out.ndim != 2 or out.shape[1:] != into.shape[:1]:
        raise ValueError("its two factors do not belong together")
    left = out.astype(np.float32)
    if scale is not None:
        if scale.shape != out.shape[1:]:
            raise ValueError("its factors and their scale do not belong together")
        left = left * scale.astype(np.float32)
    return left @ into.astype(np.float32)
