"""A CTranslate2 `model.bin`, read and written with numpy alone.

Layout of version 6 (ctranslate2/specs/model_spec.py): version, name and revision of the
specification, the variables (name, shape, type, bytes), then aliases of variables. Strings are
counted in 16 bits and end with a zero byte; numbers are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from voice.errors import ModelError
from voice.models.ctranslate2_file import TYPES, VERSION, WeightsFile

_MOST_DIMENSIONS = 8
_INT8_LARGEST = 127

Weights = NDArray[Any]


@dataclass(frozen=True)
class Ctranslate2Weights:
    """The variables of a model by name; arrays are read-only."""

    specification: str
    revision: int
    variables: dict[str, Weights]
    aliases: dict[str, str]

    @classmethod
    def read(cls, file: Path, only: str = "") -> Ctranslate2Weights:
        """The variables whose names begin with `only`; the others are not kept in memory.

        Raises ModelError when the file is cut off or of another kind.
        """
        try:
            with file.open("rb") as stream:
                return _read(stream, only)
        except OSError as error:
            raise ModelError(f"{file}: {error.strerror}") from None
        except (struct.error, ValueError, IndexError) as error:
            raise ModelError(f"{file}: not a CTranslate2 model, or cut off ({error})") from None

    def write(self, file: Path) -> None:
        """Write what `read` reads."""
        with file.open("wb") as stream:
            weights = WeightsFile(stream, self.specification, self.revision)
            for name, value in self.variables.items():
                weights.add(name, value)
            weights.finish(self.aliases)


def scale_of(name: str) -> str:
    """The name of the scale of an int8 weight: what its values were multiplied by, row by row."""
    return f"{name}_scale"


def as_floats(name: str, variables: Mapping[str, Weights]) -> NDArray[np.float32]:
    """A weight in float32, whether it is stored in floats or in int8 with its scale."""
    weight: NDArray[np.float32] = variables[name].astype(np.float32)
    scale = variables.get(scale_of(name))
    if scale is None:
        return weight
    return weight / scale.astype(np.float32).reshape(-1, *[1] * (weight.ndim - 1))


def as_int8(name: str, weight: NDArray[np.float32]) -> dict[str, Weights]:
    """A weight in int8 and its scale by their names, as CTranslate2 quantises it."""
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    scale = np.where(largest > 0, _INT8_LARGEST / np.where(largest > 0, largest, 1), 1)
    rows = scale.reshape(-1, *[1] * (weight.ndim - 1))
    return {
        name: np.rint(weight * rows).astype(np.int8),
        scale_of(name): scale.astype(np.float32),
    }


def _read(stream: BinaryIO, only: str) -> Ctranslate2Weights:
    (version,) = _numbers(stream, "<I")
    if version != VERSION:
        raise ValueError(f"version {version}")
    specification = _string(stream)
    revision, count = _numbers(stream, "<II")
    every = (_variable(stream) for _ in range(count))
    variables = {name: value for name, value in every if name.startswith(only)}
    (count,) = _numbers(stream, "<I")
    aliases = {_string(stream): _string(stream) for _ in range(count)}
    return Ctranslate2Weights(specification, revision, variables, aliases)


def _variable(stream: BinaryIO) -> tuple[str, Weights]:
    name = _string(stream)
    (dimensions,) = _numbers(stream, "<B")
    if dimensions > _MOST_DIMENSIONS:
        raise ValueError(f"{name} has {dimensions} dimensions")
    shape = _numbers(stream, f"<{dimensions}I")
    kind, size = _numbers(stream, "<BI")
    data = stream.read(size)
    return name, np.frombuffer(data, TYPES[kind]).reshape(shape)


def _numbers(stream: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, stream.read(struct.calcsize(layout)))


def _string(stream: BinaryIO) -> str:
    (length,) = _numbers(stream, "<H")
    data = stream.read(length)
    if len(data) < length:
        raise ValueError("a name is incomplete")
    return data.rstrip(b"\0").decode()
