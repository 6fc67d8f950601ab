"""How well a passage supports an answer: by what it means, and by the words that it shares.

Meaning alone does not tell: a question about something that no document mentions lies nearly as
close to the nearest passage as one that the passage answers. The weights were fitted by
scripts/bench_knowledge.py on questions with and without an answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from voice.embeddings import Embedder
from voice.knowledge.words import stems

_MEANING, _SHARED, _BEGIN = 1.86, 4.53, -9.27
_LEAST = 0.5

UNRELATED = (
    "The train to the coast leaves at noon.",
    "A cat slept on the warm roof.",
    "Mix the flour with two eggs.",
    "Parliament voted on the new budget.",
    "My brother plays the violin.",
    "The engine needs more oil.",
    "Wolves live in the mountains.",
    "She painted the kitchen blue.",
    "Shares fell sharply yesterday.",
    "The patient has a mild fever.",
    "Snow is expected this weekend.",
    "He lost the tennis match.",
)
"""What one has nothing to do with the others."""


@dataclass(frozen=True)
class Support:
    """What speaks for a passage as the answer to a question."""

    meaning: float
    """How near it lies, in the model's own measure (`Measure`)."""
    shared: float
    """Of the question's words, weighted by how rare they are, what the passage has; 0 to 1."""

    @property
    def probability(self) -> float:
        """That the passage answers the question."""
        return 1 / (1 + math.exp(-(_MEANING * self.meaning + _SHARED * self.shared + _BEGIN)))

    @property
    def enough(self) -> bool:
        """Whether it may be given as the answer."""
        return self.probability >= _LEAST


@dataclass(frozen=True)
class Measure:
    """What cosines are worth: one model has 0.72 for what is unrelated, another 0.05."""

    unrelated: float
    """The mean cosine of sentences that have nothing to do with each other."""
    spread: float
    """Its standard deviation."""

    @classmethod
    def of(cls, embedder: Embedder) -> Measure:
        """A model's."""
        cosines = embedder.embed(UNRELATED) @ embedder.embed(UNRELATED, "passage").T
        apart = cosines[~np.eye(len(UNRELATED), dtype=bool)]
        return cls(float(apart.mean()), max(float(apart.std()), 1e-3))

    def meaning(self, cosine: float) -> float:
        """Spreads above what is unrelated."""
        return (cosine - self.unrelated) / self.spread


class WordWeights:
    """The words of all passages, and what each is worth: the fewer have it, the more."""

    def __init__(self, passages: Iterable[str]) -> None:
        self._passages = [frozenset(stems(text)) for text in passages]
        self._having = Counter(stem for all_of_one in self._passages for stem in all_of_one)

    def shared(self, question: str, place: int) -> float:
        """The weighted share of a question's words that the passage at `place` has."""
        wanted = set(stems(question))
        total = sum(map(self._weight, wanted))
        there = sum(self._weight(stem) for stem in wanted & self._passages[place])
        return there / total if total else 0.0

    def _weight(self, stem: str) -> float:
        return math.log(1 + len(self._passages) / (1 + self._having[stem]))
