"""A linear discriminant of languages, balanced over sources, and its calibration; numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.tuning.identification.examples import Examples

Array = NDArray[np.float64]

_TEMPERATURES = np.geomspace(0.25, 64, 65)


@dataclass(frozen=True)
class LinearModel:
    """Logits are `features @ weight + bias`, one for each label."""

    labels: tuple[str, ...]
    weight: Array
    bias: Array

    def logits(self, features: NDArray[np.float32]) -> Array:
        """Of rows of features, shape (rows, labels)."""
        return features.astype(np.float64) @ self.weight + self.bias


def fit(examples: Examples, shrinkage: float) -> LinearModel:
    """Fisher's discriminant, in which each label counts alike, and in it each source.

    How sources of one label differ counts as much as how speech in one source does, so that what
    tells lines and synthesizers apart weighs little. `shrinkage` (0 to 1) draws the covariance
    towards its diagonal.
    """
    labels = tuple(sorted(set(examples.labels.tolist())))
    weights = balanced(examples)
    features = examples.features.astype(np.float64)
    scale = features.std(0) + 1e-6
    features = features / scale
    means = np.stack(
        [
            np.average(features[of], axis=0, weights=weights[of])
            for of in (examples.labels == label for label in labels)
        ]
    )
    centred = features - means[np.searchsorted(labels, examples.labels)]
    covariance = (centred * weights[:, None]).T @ centred / weights.sum()
    diagonal = np.diag(np.diag(covariance) + 1e-6)
    covariance = (1 - shrinkage) * covariance + shrinkage * diagonal
    weight = np.linalg.solve(covariance, means.T)
    bias = -0.5 * np.sum(means.T * weight, axis=0)
    return LinearModel(labels, weight / scale[:, None], bias)


def balanced(examples: Examples) -> Array:
    """The weight of each row: sources of one label have the same together, and so have labels."""
    weights = np.zeros(len(examples.labels))
    for label in set(examples.labels.tolist()):
        sources = set(examples.sources[examples.labels == label].tolist())
        for source in sources:
            of = (examples.labels == label) & (examples.sources == source)
            weights[of] = 1 / len(sources) / of.sum()
    return weights


def temperature_of(logits: Array, labels: tuple[str, ...], examples: Examples) -> float:
    """What the logits of speech that was not trained on are divided by to be as sure as right."""
    right = np.searchsorted(labels, examples.labels)
    weights = balanced(examples)
    losses = [
        float(np.average(_surprise(logits / one, right), weights=weights)) for one in _TEMPERATURES
    ]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def surprise(logits: Array, labels: tuple[str, ...], examples: Examples) -> float:
    """The mean negative log-probability (nats) of what is right, balanced."""
    right = np.searchsorted(labels, examples.labels)
    return float(np.average(_surprise(logits, right), weights=balanced(examples)))


def _surprise(logits: Array, right: NDArray[np.intp]) -> Array:
    highest = logits.max(-1, keepdims=True)
    whole = np.log(np.exp(logits - highest).sum(-1)) + highest[:, 0]
    missing: Array = whole - logits[np.arange(len(logits)), right]
    return missing
