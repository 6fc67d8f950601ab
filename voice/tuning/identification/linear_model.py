"""Two linear models of what is spoken, balanced over languages and their sources; numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voice.recognition.identifier import Listening, of_head
from voice.tuning.identification.examples import Examples

Array = NDArray[np.float64]

_TEMPERATURES = np.geomspace(0.25, 64, 65)
_NEWTON_STEPS = 12


@dataclass(frozen=True)
class LinearModel:
    """Logits are `features @ weight + bias`, one for each label."""

    way: LearningWay
    labels: tuple[str, ...]
    weight: Array
    bias: Array

    def logits(self, examples: Examples) -> Array:
        """Shape (rows, labels)."""
        found: Array = self.way.features(examples, self.labels) @ self.weight + self.bias
        return found


class LearningWay(Protocol):
    """What a model listens to, and how it learns."""

    @property
    def listens_to(self) -> Listening:
        """As the card says it."""

    def features(self, examples: Examples, labels: tuple[str, ...]) -> Array:
        """Shape (rows, features)."""

    def fit(self, examples: Examples) -> LinearModel:
        """The best model of its kind."""


@dataclass(frozen=True)
class OfStates:
    """Fisher's discriminant of the encoder's states.

    How sources of one label differ counts as much as how speech in one source does, so that what
    tells lines and synthesizers apart weighs little. `shrinkage` (0 to 1) draws the covariance
    towards its diagonal.
    """

    shrinkage: float
    listens_to: Listening = "states"

    def features(self, examples: Examples, labels: tuple[str, ...]) -> Array:
        """The statistics."""
        return examples.states.astype(np.float64)

    def fit(self, examples: Examples) -> LinearModel:
        """By the covariance within labels."""
        labels, weights = labels_of(examples), balanced(examples)
        features = self.features(examples, labels)
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
        covariance = (1 - self.shrinkage) * covariance + self.shrinkage * diagonal
        weight = np.linalg.solve(covariance, means.T)
        bias = -0.5 * np.sum(means.T * weight, axis=0)
        return LinearModel(self, labels, weight / scale[:, None], bias)


@dataclass(frozen=True)
class OfHead:
    """The language head, and for each label how readily it is heard: an offset and no more.

    So few numbers are learned that a language is known from speakers and lines unheard. They are
    small: an accent sounds a little like another language, and what makes a language that the
    head hardly knows easily heard makes strangers of those who speak another one with an accent.
    """

    caution: float = 0.1
    """Times the square of an offset is added to the loss (nats)."""
    listens_to: Listening = "head"

    def features(self, examples: Examples, labels: tuple[str, ...]) -> Array:
        """The log-probability of each label's language."""
        return np.stack([of_head(head, labels) for head in examples.heads]).astype(np.float64)

    def fit(self, examples: Examples) -> LinearModel:
        """By Newton's method: the likelihood has one maximum."""
        labels, weights = labels_of(examples), balanced(examples)
        heard = self.features(examples, labels)
        right = np.eye(len(labels))[np.searchsorted(labels, examples.labels)]
        weights = weights[:, None] / weights.sum()
        offsets = np.zeros(len(labels))
        for _ in range(_NEWTON_STEPS):
            shares = softmax(heard + offsets)
            slope = np.sum(weights * (shares - right), axis=0) + 2 * self.caution * offsets
            weighted = weights * shares
            curvature = np.diag(weighted.sum(0) + 2 * self.caution) - weighted.T @ shares
            offsets = offsets - np.linalg.solve(curvature, slope)
        return LinearModel(self, labels, np.eye(len(labels)), offsets)


def labels_of(examples: Examples) -> tuple[str, ...]:
    """All that are spoken, sorted."""
    return tuple(sorted(set(examples.labels.tolist())))


def balanced(examples: Examples) -> Array:
    """The weight of each row: sources of one label have the same together, and so have labels."""
    weights = np.zeros(len(examples.labels))
    for label in labels_of(examples):
        sources = set(examples.sources[examples.labels == label].tolist())
        for source in sources:
            of = (examples.labels == label) & (examples.sources == source)
            weights[of] = 1 / len(sources) / of.sum()
    return weights


def temperature_of(logits: Array, labels: tuple[str, ...], examples: Examples) -> float:
    """What the logits of speech that was not trained on are divided by to be as sure as right."""
    losses = [surprise(logits / one, labels, examples) for one in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def surprise(logits: Array, labels: tuple[str, ...], examples: Examples) -> float:
    """The mean negative log-probability (nats) of what is right, balanced."""
    right = np.searchsorted(labels, examples.labels)
    shares = softmax(logits)[np.arange(len(logits)), right]
    return float(np.average(-np.log(np.maximum(shares, 1e-12)), weights=balanced(examples)))


def softmax(logits: Array) -> Array:
    """Rows of shares."""
    shares = np.exp(logits - logits.max(-1, keepdims=True))
    probable: Array = shares / shares.sum(-1, keepdims=True)
    return probable
