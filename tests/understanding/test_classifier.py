"""Requests told by vectors alone: how sure the classifier is of what it has not learnt."""

from __future__ import annotations

import numpy as np

from voice.understanding import classifier as learning
from voice.understanding.classifier import NONE, Classifier, Features
from voice.understanding.lexical import Vectors, unit

REQUESTS = 4
EXAMPLES = 6
"""Of each request."""
COPIES = 20
"""Of each example, with other values in its slot."""
_random = np.random.default_rng(20)


def near(vectors: Vectors, spread: float) -> Vectors:
    noise = _random.standard_normal(vectors.shape).astype(np.float32)
    return unit(vectors + spread * unit(noise))


def features(vectors: Vectors) -> Features:
    return Features(vectors, vectors)


CENTRES = unit(_random.standard_normal((REQUESTS, 64)).astype(np.float32))
LABELS = [f"request {number}" for number in range(REQUESTS)]
ONES = near(np.repeat(CENTRES, EXAMPLES, axis=0), 1.2)
OF_ONES = list(np.repeat(LABELS, EXAMPLES))
SAID = near(np.repeat(CENTRES, 25, axis=0), 1.2)


def refused(classifier: Classifier) -> float:
    found = classifier.probabilities(features(SAID))
    return float(np.mean([each[NONE] for each in found]))


def test_copies_of_examples_do_not_vouch_for_each_other() -> None:
    """Left out alone, each copy is told by the others, as a caller's words never are."""
    copies = near(np.repeat(ONES, COPIES, axis=0), 0.1)
    labels = list(np.repeat(OF_ONES, COPIES))
    made_from = [str(number) for number in np.repeat(np.arange(len(ONES)), COPIES)]
    alone = refused(Classifier(features(copies), labels))
    together = refused(Classifier(features(copies), labels, made_from))
    assert together < alone / 2


def test_it_is_as_sure_as_tells_best_what_was_left_out() -> None:
    """One temperature and floor after the other, as the definition has it."""
    scores = _random.uniform(-0.3, 1.2, (2, len(OF_ONES), REQUESTS))
    labels = np.repeat(np.arange(REQUESTS), EXAMPLES)
    scores[0, np.arange(len(labels)), labels] += 0.4

    def told(temperature: float, floor: float) -> float:
        right, other = (learning._probabilities(some, temperature, floor) for some in scores)
        right_ones = np.log(right[np.arange(len(labels)), labels] + 1e-9).mean()
        return float(right_ones + learning._UNSEEN * np.log(other[:, -1] + 1e-9).mean())

    grid = [(t, f) for t in learning._TEMPERATURES for f in learning._FLOORS]
    temperature, floor = max(grid, key=lambda pair: told(*pair))
    found = learning._calibrated(scores[0], scores[1], labels)
    assert found == (learning._SURER * temperature, floor)
