"""Low-rank changes of weights, made smaller; numpy alone.

A change of a matrix is `NAME.out` (out, rank) times `NAME.in` (rank, in), as
`voice.models.difference` stores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice.models.difference import IN, OUT

Difference = Mapping[str, NDArray[Any]]
"""Arrays by CTranslate2's names of the weights that they change."""


def with_rank(difference: Difference, rank: int) -> dict[str, NDArray[np.float16]]:
    """The nearest difference of this rank (Eckart and Young 1936); whole changes stay whole."""
    smaller: dict[str, NDArray[np.float16]] = {}
    for name, array in difference.items():
        if name.endswith(IN) and name.removesuffix(IN) + OUT in difference:
            continue
        if not name.endswith(OUT):
            smaller[name] = array.astype(np.float16)
            continue
        into = name.removesuffix(OUT) + IN
        smaller[name], smaller[into] = _truncated(array, difference[into], rank)
    return smaller


def rank_of(difference: Difference) -> int:
    """The largest rank of its changes."""
    return max((array.shape[1] for name, array in difference.items() if name.endswith(OUT)),
               default=0)  # fmt: skip


def _truncated(
    out: NDArray[Any], into: NDArray[Any], rank: int
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Through the factors' triangles: the product, which is large, is never made."""
    left, upper = np.linalg.qr(out.astype(np.float64))
    right, lower = np.linalg.qr(into.astype(np.float64).T)
    u, strengths, v = np.linalg.svd(upper @ lower.T)
    root = np.sqrt(strengths[:rank])
    first, second = left @ u[:, :rank] * root, root[:, None] * v[:rank] @ right.T
    return first.astype(np.float16), second.astype(np.float16)
