"""Whether a caller speaks of a request as somebody who wants it.

What is compared is how the request's own examples speak. "I can't find my card" is a request where
the examples say such things; "I didn't lose it" is none where they say "I lost my card".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum

from voice.understanding.stance import Clause, Manner, Trait

_OWN = 0.1
"""The share of a request's examples that have what is then a trait of the request."""


_NO_REQUEST = frozenset({Trait.CONTENT, Trait.LONG_AGO, Trait.OTHERS})


class Stance(Enum):
    """How a caller stands to a request that they speak of."""

    WANTED = "wanted"
    UNWANTED = "unwanted"
    """Refused, or no request at all: nothing may be started."""
    BEYOND = "beyond"
    """They want to know more of it than the examples ask for: why, or at another time."""


class Suits:
    """Knows how the examples of all requests speak."""

    def __init__(self, manner: Manner, labels: Sequence[str], clauses: Sequence[Clause]) -> None:
        """`clauses`: of each example, `labels` the request that it is of."""
        self._manner = manner
        self._clauses = list(clauses)
        spoken: dict[str, list[Clause]] = defaultdict(list)
        self._words: dict[str, set[str]] = defaultdict(set)
        self._told: dict[str, set[str]] = defaultdict(set)
        """What examples tell as done or happened."""
        self._tells: dict[str, set[str]] = defaultdict(set)
        self._denied: dict[str, set[str]] = defaultdict(set)
        self._ordered: dict[str, set[str]] = defaultdict(set)
        self._already: set[str] = set()
        for label, clause in zip(labels, clauses, strict=True):
            spoken[label].append(clause)
            self._words[label] |= set(manner.content(clause.words))
            self._told[label] |= manner.told_by(clause.words)
            self._denied[label] |= {denial.word for denial in manner.denied(clause.words)}
            self._tells[label] |= manner.tells(clause)
            self._ordered[label] |= manner.orders(clause)
            if clause.already:
                self._already.add(label)
        self._traits = {label: _traits_of(all) for label, all in spoken.items()}

    def __len__(self) -> int:
        return len(self._clauses)

    def judge(self, request: str, clause: Clause, nearest: Sequence[int]) -> Stance:
        """`nearest`: the examples of the request that are most like the clause, by their place."""
        strange = clause.traits - self._traits.get(request, frozenset())
        keeps = Trait.KEEPS in strange and self._words[request].isdisjoint(self._manner.keeping)
        if keeps or Trait.REFUSES in strange or self._denies(request, clause, nearest):
            return Stance.UNWANTED
        asks = clause.asks or clause.complains
        if not asks and (strange & _NO_REQUEST or self._is_past(request, clause)):
            return Stance.UNWANTED
        if strange & {Trait.REASON, Trait.OTHER_TIME} and clause.question:
            return Stance.BEYOND
        return Stance.WANTED

    def _denies(self, request: str, clause: Clause, nearest: Sequence[int]) -> bool:
        """Whether what the likest examples say is denied, which they do not deny.

        What callers deny of others than themselves is a complaint, unless examples tell of it.
        """
        denied = [one for one in self._manner.denied(clause.words) if not one.missed]
        if clause.asks and Trait.REFUSES not in clause.traits:
            if clause.question:
                return False
            denied = [one for one in denied if one.plainly]
        if any(self._is_among(one.word, self._denied[request]) for one in denied):
            return False
        if any(one.ill for one in denied):
            return True
        examples = [self._clauses[index].words for index in nearest]
        affirmed = {word for words in examples for word in self._manner.content(words)}
        told = self._tells[request]
        return any(
            self._is_among(one.word, affirmed | told if one.plainly else told) for one in denied
        )

    def _is_past(self, request: str, clause: Clause) -> bool:
        """Whether it tells of the very thing as done that the examples order."""
        if clause.already and request not in self._already:
            return True
        ordered, told = self._ordered[request], self._told[request]
        return any(
            self._is_among(base, ordered) and not self._is_among(base, told)
            for base in self._manner.past_of(clause.words)
        )

    def knows(self, request: str, words: Sequence[str]) -> bool:
        """Whether the examples of a request hold all of some words."""
        return all(self._is_among(word, self._words[request]) for word in words)

    def _is_among(self, word: str, others: Iterable[str]) -> bool:
        return any(self._manner.same(word, other) for other in others)


def _traits_of(clauses: Sequence[Clause]) -> frozenset[Trait]:
    """The traits of a good part of a request's examples: one of many is chance."""
    found = [trait for clause in clauses for trait in clause.traits]
    return frozenset(one for one in found if found.count(one) >= _OWN * len(clauses))
