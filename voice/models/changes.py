"""Makes the arrays of a difference small: int8, by numpy.

A low-rank change is split into orthogonal components (singular value decomposition), whose two
factors are stored in int8 with one scale for both: what rounding adds lies far below what a low
rank leaves out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice.models.difference import CHANGE, IN, OUT, SCALE, Arrays

_LARGEST = 127
Floats = NDArray[np.floating[Any]]
Named = dict[str, NDArray[Any]]


def in_int8(arrays: Arrays) -> Named:
    """A difference whose low-rank changes are int8; what takes a weight's place is float16."""
    smaller: Named = {}
    for name, array in arrays.items():
        if name.endswith(OUT):
            weight = name.removesuffix(OUT)
            smaller |= factored(weight, array, arrays[weight + IN])
        elif not name.endswith(IN):
            smaller[name] = array.astype(np.float16)
    return smaller


def factored(name: str, out: Floats, into: Floats) -> Named:
    """The change of the weight `name` by the factors (out, rank) and (rank, in), in that rank."""
    first, first_upper = np.linalg.qr(out.astype(np.float32))
    second, second_upper = np.linalg.qr(into.astype(np.float32).T)
    left, sizes, right = np.linalg.svd(first_upper @ second_upper.T)
    left, right = first @ left, right @ second.T
    # An array may not be empty: of no change at all one component is kept.
    kept = max(1, int(np.count_nonzero(sizes > sizes[0] * np.finfo(np.float32).eps)))
    left, right = left[:, :kept], right[:kept]
    columns, rows = _scale(np.abs(left).max(axis=0)), _scale(np.abs(right).max(axis=1))
    return {
        name + OUT: np.rint(left / columns).astype(np.int8),
        name + IN: np.rint(right / rows[:, None]).astype(np.int8),
        name + SCALE: (sizes[:kept] * columns * rows).astype(np.float32),
    }


def whole(name: str, change: Floats) -> Named:
    """All that is added to the weight `name`, shape (out, in), with a scale for each row."""
    scale = _scale(np.abs(change).max(axis=1))
    return {
        name + CHANGE: np.rint(change / scale[:, None]).astype(np.int8),
        name + SCALE: scale,
    }


def _scale(largest: Floats) -> NDArray[np.float32]:
    """So that the largest value becomes 127; 1 where all are zero."""
    scale: NDArray[np.float32] = np.where(largest > 0, largest / _LARGEST, 1).astype(np.float32)
    return scale
