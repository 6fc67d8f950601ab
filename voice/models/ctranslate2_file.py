"""A CTranslate2 `model.bin` written one variable after the other, in as little memory as one needs.

The layout is that of `ctranslate2_weights.py`, which reads it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

VERSION = 6
TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
"""Their places in this list are CTranslate2's numbers of the types."""


class WeightsFile:
    """Open while variables are added; `finish` makes it whole."""

    def __init__(self, stream: BinaryIO, specification: str, revision: int) -> None:
        self._stream = stream
        stream.write(struct.pack("<I", VERSION) + _text(specification))
        stream.write(struct.pack("<I", revision))
        self._count_at, self._count = stream.tell(), 0
        stream.write(struct.pack("<I", 0))

    def add(self, name: str, value: NDArray[Any]) -> None:
        """A variable that is at hand as a whole."""
        self.add_in_parts(name, value.shape, value.dtype, [value])

    def add_in_parts(
        self, name: str, shape: tuple[int, ...], dtype: DTypeLike, parts: Iterable[NDArray[Any]]
    ) -> None:
        """A variable whose rows come in parts; raises ValueError when some are missing."""
        kind = np.dtype(dtype)
        size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
        self._stream.write(_text(name) + struct.pack("<B", len(shape)))
        self._stream.write(struct.pack(f"<{len(shape)}I", *shape))
        self._stream.write(struct.pack("<BI", TYPES.index(kind.type), size))
        for part in parts:
            data = np.ascontiguousarray(part, kind).reshape(-1).view(np.uint8)
            size -= self._stream.write(data.data)
        if size:
            raise ValueError(f"{name}: {size} bytes are missing")
        self._count += 1

    def add_quantised(
        self, name: str, shape: tuple[int, ...], parts: Iterable[NDArray[np.float32]]
    ) -> None:
        """A matrix in int8, and its scale, from rows that come in parts of float32."""
        scales = []

        def stored() -> Iterator[NDArray[np.int8]]:
            for part in parts:
                small, scale = quantised(part)
                scales.append(scale)
                yield small

        self.add_in_parts(name, shape, np.int8, stored())
        self.add(f"{name}_scale", np.concatenate(scales))

    def finish(self, aliases: Mapping[str, str] | None = None) -> None:
        """Write the other names of variables, and how many variables there are."""
        aliases = aliases or {}
        self._stream.write(struct.pack("<I", len(aliases)))
        for alias, name in aliases.items():
            self._stream.write(_text(alias) + _text(name))
        self._stream.seek(self._count_at)
        self._stream.write(struct.pack("<I", self._count))
        self._stream.seek(0, 2)


def quantised(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as CTranslate2 keeps them: times what makes their largest 127; and those factors."""
    largest = np.abs(rows).max(axis=1)
    scale = (127.0 / np.where(largest == 0, 127.0, largest)).astype(np.float32)
    return np.rint(rows * scale[:, None]).astype(np.int8), scale


def constants_and_weights(spec: Any) -> tuple[dict[str, NDArray[Any]], set[str]]:
    """A CTranslate2 specification's constants, and the names of the weights that it wants."""
    constants, wanted = {}, set()
    for name, value in spec.variables().items():
        if value is None:
            wanted.add(name)
        else:
            constants[name] = np.asarray(value, np.int8 if isinstance(value, bool) else None)
    return constants, wanted


def _text(string: str) -> bytes:
    data = string.encode() + b"\0"
    return struct.pack("<H", len(data)) + data
