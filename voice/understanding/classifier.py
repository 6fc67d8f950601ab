"""Which of some requests a text is, learnt from a few examples of each.

Half of a score is kernel ridge regression, which weighs all examples against each other; half is
the likeness of the likest example, which a lost or misheard word changes less. Both have a closed
form: no steps, no seed, and what they would say of each example without having seen it (Rifkin and
Lippert 2007, "Notes on regularized least squares") comes with them. By that the scores become
probabilities; and by what is said of the examples of a request that was not seen at all, it is
learnt how something looks that is none of the requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

NONE = ""
"""The name of what is none of the requests."""
RIDGE = 0.03
"""How far the examples are followed less than to the letter."""
WIDTH = 0.6
"""Of the kernel over meanings: how soon likeness fades as the cosine falls."""
LEXICAL = 0.2
"""The share of letters and words in likeness, beside meaning."""
_UNSEEN = 0.01
"""What examples of requests that are left out count, beside the others, in calibration."""
_SURER = 0.6
"""Of the temperature: a text that is left out has one example less to be like than a new one."""
_TEMPERATURES = np.geomspace(0.04, 0.5, 24)
_FLOORS = np.linspace(0.0, 0.6, 25)
"""The score of "none of them"."""
_SMALL = 64
"""Rows of a triangle that is inverted as it is."""


@dataclass(frozen=True)
class Features:
    """Texts as the classifier compares them; all rows have length 1."""

    meaning: NDArray[np.float32]
    """[texts, dimensions] by an embedding model, centred."""
    letters: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.meaning)

    def row(self, place: int) -> Features:
        """One of the texts."""
        return Features(self.meaning[place : place + 1], self.letters[place : place + 1])

    def likeness(self, others: Features) -> Matrix:
        """[these, others], 1 for the same text."""
        cosine = self.meaning @ others.meaning.T
        meant = np.exp((cosine.astype(np.float64) - 1) / WIDTH)
        written = (self.letters @ others.letters.T).astype(np.float64)
        return (1 - LEXICAL) * meant + LEXICAL * written


class Classifier:
    """Learnt once; reads any number of texts."""

    def __init__(
        self, features: Features, labels: Sequence[str], made_from: Sequence[str] | None = None
    ) -> None:
        """`labels`: the request of each text; `made_from`: equal for texts that hardly differ.

        Those are left out together, or each would be told by the others.
        """
        self.names = sorted(set(labels))
        self._features = features
        self._label = of_name = np.array([self.names.index(label) for label in labels])
        wanted: Matrix = np.eye(len(self.names))[of_name]
        counts = wanted.sum(axis=0)
        slack = RIDGE * counts[of_name] / counts.mean()
        likeness = features.likeness(features)
        lower: Matrix = np.linalg.cholesky(likeness + np.diag(slack)).astype(np.float64)
        root = _inverse_of_lower(lower)
        self._weights = root.T @ (root @ wanted)
        _, one = np.unique(made_from or range(len(labels)), return_inverse=True)
        alone = _left_out(root, self._weights, wanted, one)
        unseen = _left_out(root, self._weights, wanted, of_name)
        nearest = self._nearest(np.where(one[:, None] == one, 0.0, likeness))
        alone = (alone + nearest) / 2
        unseen = (unseen + np.where(wanted, 0.0, nearest)) / 2
        self._temperature, self._floor = _calibrated(alone, unseen, of_name)

    def probabilities(self, features: Features) -> list[dict[str, float]]:
        """For each text, by request and `NONE`; they sum to 1."""
        likeness = features.likeness(self._features)
        scores = (likeness @ self._weights + self._nearest(likeness)) / 2
        found = _probabilities(scores, self._temperature, self._floor)
        names = [*self.names, NONE]
        return [dict(zip(names, map(float, row), strict=True)) for row in found]

    def _nearest(self, likeness: Matrix) -> Matrix:
        """[texts, requests], the likeness of the likest example of each; `likeness` to all."""
        of_each = [self._label == place for place in range(len(self.names))]
        return np.stack([likeness[:, rows].max(axis=1) for rows in of_each], axis=1)

    def most_like(self, features: Features, name: str) -> list[int]:
        """The rows of a request, those that are most like one text first."""
        rows = np.flatnonzero(self._label == self.names.index(name))
        likeness = features.likeness(self._features)[0, rows]
        return [int(rows[place]) for place in np.argsort(-likeness, kind="stable")]


def _inverse_of_lower(lower: Matrix) -> Matrix:
    """Of a lower triangle, half by half: nearly all of it is products of matrices."""
    if len(lower) <= _SMALL:
        return np.tril(np.linalg.inv(lower)).astype(np.float64)
    middle = len(lower) // 2
    found = np.zeros_like(lower)
    found[:middle, :middle] = first = _inverse_of_lower(lower[:middle, :middle])
    found[middle:, middle:] = second = _inverse_of_lower(lower[middle:, middle:])
    found[middle:, :middle] = -second @ (lower[middle:, :middle] @ first)
    return found


def _left_out(root: Matrix, weights: Matrix, wanted: Matrix, groups: NDArray[np.intp]) -> Matrix:
    """The scores of each row, had the rows of its group not been learnt.

    `root.T @ root` is the inverse of the likeness of all rows; only blocks of it are wanted.
    """
    scores = np.empty_like(wanted)
    columns = np.ascontiguousarray(root.T)
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        block = columns[rows] @ columns[rows].T
        scores[rows] = wanted[rows] - np.linalg.solve(block, weights[rows])
    return scores


def _calibrated(known: Matrix, unseen: Matrix, labels: NDArray[np.intp]) -> tuple[float, float]:
    """Temperature and floor under which the left-out scores are told best (log likelihood)."""
    best = (-np.inf, 1.0, 0.0)
    for temperature in _TEMPERATURES:
        said, of_all, nothing = _weights(known, temperature)
        right = said[np.arange(len(labels)), labels, None] / (of_all + nothing)
        _, of_all, nothing = _weights(unseen, temperature)
        other = nothing / (of_all + nothing)
        told = np.log(right + 1e-9).mean(axis=0) + _UNSEEN * np.log(other + 1e-9).mean(axis=0)
        place = int(told.argmax())
        best = max(best, (float(told[place]), float(temperature), float(_FLOORS[place])))
    return _SURER * best[1], best[2]


def _weights(scores: Matrix, temperature: float) -> tuple[Matrix, Matrix, Matrix]:
    """What `_probabilities` divides by each other, for all floors at once.

    Of each request [texts, requests], their sum [texts, 1], and of each floor [texts, floors].
    """
    highest = np.maximum(scores.max(axis=1, keepdims=True), 0.0)
    said: Matrix = np.exp((scores - highest) / temperature)
    return said, said.sum(axis=1, keepdims=True), np.exp((_FLOORS - highest) / temperature)


def _probabilities(scores: Matrix, temperature: float, floor: float) -> Matrix:
    whole = np.hstack([scores, np.full((len(scores), 1), floor)]) / temperature
    whole = np.exp(whole - whole.max(axis=1, keepdims=True))
    shares: Matrix = whole / whole.sum(axis=1, keepdims=True)
    return shares
