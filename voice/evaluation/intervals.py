"""How sure a figure is: 95 % bounds of rates, medians and ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Z95 = 1.959964
RESAMPLES = 2000


@dataclass(frozen=True)
class Figure:
    """A measured number with its 95 % bounds and the count behind it."""

    value: float
    low: float
    high: float
    n: int


def rate(successes: int, runs: int) -> Figure:
    """A share of runs, with Wilson's interval, which also holds near 0 and 1."""
    if runs == 0:
        return Figure(math.nan, 0.0, 1.0, 0)
    share = successes / runs
    weight = 1 + Z95**2 / runs
    centre = (share + Z95**2 / (2 * runs)) / weight
    reach = Z95 * math.sqrt(share * (1 - share) / runs + Z95**2 / (4 * runs**2)) / weight
    return Figure(share, max(0.0, centre - reach), min(1.0, centre + reach), runs)


def percentile(values: Sequence[float], percent: float) -> Figure:
    """A percentile, with bounds by the ranks between which it lies (no assumption of a shape).

    Where too few values lie beyond it, the outermost one is the bound.
    """
    if not values:
        return Figure(math.nan, math.nan, math.nan, 0)
    share = percent / 100
    reach = Z95 * math.sqrt(share * (1 - share) / len(values))
    shares = (share, max(0.0, share - reach), min(1.0, share + reach))
    value, low, high = np.quantile(np.asarray(values, dtype=np.float64), shares)
    return Figure(float(value), float(low), float(high), len(values))


def ratio(numerators: Sequence[float], denominators: Sequence[float], seed: int = 1) -> Figure:
    """A ratio of sums (edits per word), with bounds by bootstrap over utterances."""
    if not denominators or not sum(denominators):
        return Figure(math.nan, math.nan, math.nan, 0)
    above = np.asarray(numerators, dtype=np.float64)
    below = np.asarray(denominators, dtype=np.float64)
    picked = np.random.default_rng(seed).integers(0, len(above), size=(RESAMPLES, len(above)))
    draws = above[picked].sum(axis=1) / np.maximum(below[picked].sum(axis=1), 1e-9)
    low, high = np.percentile(draws, (2.5, 97.5))
    return Figure(float(above.sum() / below.sum()), float(low), float(high), len(above))
