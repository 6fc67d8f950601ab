"""How sure a tuned model is of its words, made comparable with others.

Tuning makes a model surer of all that it writes. The recogniser's confidence of a reading is
`exp(slope * mean log-probability + offset)`, at most 1: both are fitted so that it is about the
share of words that is right, on speech that was not learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SLOPES = np.arange(0.25, 6.01, 0.25)
_OFFSETS = np.arange(-0.6, 1.01, 0.05)


@dataclass(frozen=True)
class Sureness:
    """One reading: how probable a piece of it is in the mean, and how much of it is right."""

    mean_log_probability: float
    right: float
    """0 to 1, of the words that were said."""
    words: int


def fitted(readings: Sequence[Sureness]) -> dict[str, float]:
    """`confidence_slope` and `confidence_offset` with the least squared error by word."""
    means = np.array([one.mean_log_probability for one in readings])
    right = np.array([one.right for one in readings])
    words = np.array([one.words for one in readings])
    slopes, offsets = np.meshgrid(_SLOPES, _OFFSETS, indexing="ij")
    exponents = slopes[..., None] * means + offsets[..., None]
    confidence = np.exp(np.minimum(0.0, exponents))
    errors = (words * (confidence - right) ** 2).sum(axis=-1)
    best = np.unravel_index(int(np.argmin(errors)), errors.shape)
    return {
        "confidence_slope": round(float(slopes[best]), 2),
        "confidence_offset": round(float(offsets[best]), 2),
    }
