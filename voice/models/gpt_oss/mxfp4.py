"""MXFP4: blocks of 32 numbers of 4 bits (E2M1) that share an exponent (E8M0).

OCP Microscaling Formats (MX) Specification 1.0, section 6.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_VALUES = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)
_PAIRS = np.stack([np.tile(_VALUES, 16), np.repeat(_VALUES, 16)], axis=-1)
"""The two numbers of every byte, that of its lower four bits first."""
_BIAS = 127


def dequantised(blocks: NDArray[np.uint8], scales: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Rows of numbers, from blocks (rows, n, 16) and their exponents (rows, n): (rows, n * 32)."""
    numbers = _PAIRS[blocks].reshape(*scales.shape, -1)
    return np.ldexp(numbers, scales.astype(np.int32)[..., None] - _BIAS).reshape(len(blocks), -1)
