"""Whether an identifier knows the speech or the line: every source is judged by all the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.evaluation.intervals import Figure, rate
from voice.tuning.identification.examples import Examples
from voice.tuning.identification.linear_model import Array, LearningWay, labels_of


@dataclass(frozen=True)
class CrossTest:
    """What was made of each source by a model that knew nothing of it."""

    examples: Examples
    """Those that could be judged: their label is known from another source as well."""
    labels: tuple[str, ...]
    logits: Array
    """Shape (rows, labels)."""
    untested: tuple[str, ...]
    """Labels of which there is but one source: nothing tells them from its line."""

    def accuracy(self) -> dict[tuple[str, str], Figure]:
        """The share of recordings whose likeliest label is right, by label and source."""
        found = {}
        right = self._right()
        pairs = zip(self.examples.labels.tolist(), self.examples.sources.tolist(), strict=True)
        for label, source in sorted(set(pairs)):
            of = (self.examples.labels == label) & (self.examples.sources == source)
            found[label, source] = rate(int(right[of].sum()), int(of.sum()))
        return found

    def overall(self) -> Figure:
        """The same of all together."""
        right = self._right()
        return rate(int(right.sum()), len(right))

    def _right(self) -> NDArray[np.bool_]:
        likeliest = np.array(self.labels)[self.logits.argmax(1)]
        right: NDArray[np.bool_] = likeliest == self.examples.labels
        return right


def cross_tested(examples: Examples, way: LearningWay) -> CrossTest:
    """Leave one source out, in turn."""
    labels = labels_of(examples)
    logits = np.full((len(examples.labels), len(labels)), -np.inf)
    for source in sorted(set(examples.sources.tolist())):
        left_out = examples.sources == source
        rest = examples.where(~left_out)
        known = np.isin(labels, rest.labels)
        if known.sum() < 2:
            continue
        judged = left_out & np.isin(examples.labels, rest.labels)
        if not judged.any():
            continue
        logits[np.ix_(judged, known)] = way.fit(rest).logits(examples.where(judged))
    judged = np.isfinite(logits).any(1)
    sources = {label: set(examples.sources[examples.labels == label].tolist()) for label in labels}
    untested = tuple(label for label in labels if len(sources[label]) < 2)
    return CrossTest(examples.where(judged), labels, logits[judged], untested)
