"""The tensors of a model folder (safetensors), read one at a time and never more than is asked for.

A file is a header of JSON (name, type, shape, place) behind its length in 8 bytes, then the data:
https://huggingface.co/docs/safetensors. bfloat16, which numpy lacks, is the upper half of float32.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from voice.errors import ModelError

Array = NDArray[np.float32]
Rows = int | slice | NDArray[np.int64] | Sequence[int]
"""Which rows of a tensor: one, which takes the first dimension away, or several."""

INDEX = "model.safetensors.index.json"
_LONGEST_HEADER = 100_000_000
_TYPES = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16, "U8": np.uint8, "I64": np.int64}
ALL = slice(None)


class Tensors(Protocol):
    """Where a network's weights come from."""

    def __contains__(self, name: str) -> bool:
        """Whether there is a tensor of this name."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Its dimensions; raises ModelError when there is none."""

    def floats(self, name: str, rows: Rows = ALL) -> Array:
        """Some rows as float32; raises ModelError when there is none or it holds no floats."""


def check_shapes(tensors: Tensors, wanted: Mapping[str, tuple[int, ...]], place: Path) -> None:
    """Raises ModelError unless all are there and as large as they have to be; reads none."""
    for name, shape in wanted.items():
        if tensors.shape(name) != shape:
            raise ModelError(f"{place}: {name} has the shape {tensors.shape(name)}, not {shape}")


class SafetensorsFolder:
    """All tensors of a folder's `*.safetensors`, wherever they lie."""

    def __init__(self, folder: Path, places: Mapping[str, NDArray[Any]]) -> None:
        self._folder = folder
        self._places = places

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read the headers; raises ModelError when files are missing, cut off or damaged."""
        places: dict[str, NDArray[Any]] = {}
        for file in _files(folder):
            places.update(_tensors_of(file))
        return cls(folder, places)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def shape(self, name: str) -> tuple[int, ...]:
        """See Tensors.shape."""
        return self._place(name).shape

    def floats(self, name: str, rows: Rows = ALL) -> Array:
        """See Tensors.floats."""
        found = self._place(name)
        part = np.asarray(found[rows])
        if found.dtype in (np.uint8, np.int64):
            raise ModelError(f"{self._folder}: {name} holds no floating-point numbers")
        if found.dtype == np.uint16:
            return (part.astype(np.uint32) << 16).view(np.float32)
        return part.astype(np.float32)

    def bytes(self, name: str, rows: Rows = ALL) -> NDArray[np.uint8]:
        """Some rows of a tensor of bytes; raises ModelError."""
        found = self._place(name)
        if found.dtype != np.uint8:
            raise ModelError(f"{self._folder}: {name} holds numbers, not bytes")
        return np.asarray(found[rows])

    def _place(self, name: str) -> NDArray[Any]:
        if name not in self._places:
            raise ModelError(f"{self._folder}: {name} is in none of its files")
        return self._places[name]


def _files(folder: Path) -> list[Path]:
    """The shards that the index names, else all files; raises ModelError when some are missing."""
    index = folder / INDEX
    if not index.exists():
        if files := sorted(folder.glob("*.safetensors")):
            return files
        raise ModelError(f"{folder}: no *.safetensors there")
    try:
        shards = sorted(
            {str(name) for name in json.loads(index.read_text())["weight_map"].values()}
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{index}: cannot be read: {error}") from None
    missing = [name for name in shards if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder}: {len(missing)} of {len(shards)} shards are missing: {', '.join(missing)}"
        )
    return [folder / name for name in shards]


def _tensors_of(file: Path) -> dict[str, NDArray[Any]]:
    """Each tensor as a view of the file, which is mapped and not read."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > _LONGEST_HEADER:
                raise ValueError("its header has no sensible length")
            header = json.loads(stream.read(length))
        data = np.memmap(file, np.uint8, "r", offset=8 + length)
        header.pop("__metadata__", None)
        return {name: _view(data, name, **entry) for name, entry in header.items()}
    except (OSError, ValueError, TypeError, struct.error) as error:
        raise ModelError(f"{file}: not a safetensors file, or cut off ({error})") from None


def _view(
    data: NDArray[np.uint8], name: str, dtype: str, shape: list[int], data_offsets: list[int]
) -> NDArray[Any]:
    begin, end = data_offsets
    if dtype not in _TYPES:
        raise ValueError(f"{name} is of type {dtype}")
    if not 0 <= begin <= end <= len(data):
        raise ValueError(f"{name} lies behind its end")
    return data[begin:end].view(_TYPES[dtype]).reshape(shape)
