"""How sure a figure is: 95 % bounds of rates, medians and ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959964
RESAMPLES = 2000
_DRAWS_AT_ONCE = 1_000_000
"""So many at a time, whatever the number of utterances."""


@dataclass(frozen=True)
class Figure:
    """A measured number with its 95 % bounds and the count behind it."""

    value: float
    low: float
    high: float
    n: int

    def rounded(self) -> dict[str, float]:
        """To four decimals, as reports hold it."""
        return {name: round(number, 4) for name, number in asdict(self).items()}


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
    if not len(values):
        return Figure(math.nan, math.nan, math.nan, 0)
    share = percent / 100
    reach = Z95 * math.sqrt(share * (1 - share) / len(values))
    shares = (share, max(0.0, share - reach), min(1.0, share + reach))
    value, low, high = np.quantile(np.asarray(values, dtype=np.float64), shares)
    return Figure(float(value), float(low), float(high), len(values))


def ratio(numerators: Sequence[float], denominators: Sequence[float], seed: int = 1) -> Figure:
    """A ratio of sums (edits per word), with bounds by bootstrap over utterances."""
    if not len(denominators) or not sum(denominators):
        return Figure(math.nan, math.nan, math.nan, 0)
    above = np.asarray(numerators, dtype=np.float64)
    below = np.asarray(denominators, dtype=np.float64)
    sums = _resampled(np.stack([above, below], axis=1), seed)
    low, high = np.percentile(sums[:, 0] / np.maximum(sums[:, 1], 1e-9), (2.5, 97.5))
    return Figure(float(above.sum() / below.sum()), float(low), float(high), len(above))


def ratio_difference(
    before: tuple[Sequence[float], Sequence[float]],
    after: tuple[Sequence[float], Sequence[float]],
    seed: int = 1,
) -> Figure:
    """By how much a ratio of sums changed, with bounds by a paired bootstrap.

    `before` and `after` are (numerators, denominators) of the same utterances in the same order:
    each resample takes the same utterances of both, so what they have in common cancels out.
    """
    if not len(before[1]) or not sum(before[1]) or not sum(after[1]):
        return Figure(math.nan, math.nan, math.nan, 0)
    columns = np.asarray([*before, *after], dtype=np.float64).T
    sums = np.maximum(_resampled(columns, seed), 1e-9)
    low, high = np.percentile(sums[:, 2] / sums[:, 3] - sums[:, 0] / sums[:, 1], (2.5, 97.5))
    total = columns.sum(axis=0)
    value = total[2] / total[3] - total[0] / total[1]
    return Figure(float(value), float(low), float(high), len(columns))


def _resampled(rows: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Column sums of resamples of the rows, shape (RESAMPLES, columns), in bounded memory."""
    choices = np.random.default_rng(seed)
    at_once = max(1, min(RESAMPLES, _DRAWS_AT_ONCE // len(rows)))
    sums = []
    for start in range(0, RESAMPLES, at_once):
        size = (min(at_once, RESAMPLES - start), len(rows))
        sums.append(rows[choices.integers(0, len(rows), size=size)].sum(axis=1))
    return np.concatenate(sums)
