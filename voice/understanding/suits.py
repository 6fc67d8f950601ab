"""Whether a caller speaks of a request as somebody who wants it.

What is compared is how the request's own examples speak. "I can't find my card" is a request where
the examples say such things; "I didn't lose it" is none where they say "I lost my card".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum

from voice.understanding.stance import Clause, Manner, Trait

_OWN = 0.1
"""The share of a request's examples that have what is then a trait of the request."""


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
        self._told: dict[str, set[str]] = defaultdict(set)
        """Words of examples that ask for nothing in so many words."""
        self._words: dict[str, set[str]] = defaultdict(set)
        self._denied: dict[str, set[str]] = defaultdict(set)
        self._already: set[str] = set()
        for label, clause in zip(labels, clauses, strict=True):
            spoken[label].append(clause)
            content = manner.content(clause.words)
            self._words[label] |= set(content)
            self._denied[label] |= manner.denied(clause.words)
            if clause.already:
                self._already.add(label)
            if not clause.asks:
                self._told[label] |= set(content)

        self._traits = {label: _traits_of(all) for label, all in spoken.items()}

    def __len__(self) -> int:
        return len(self._clauses)

    def judge(self, request: str, clause: Clause, nearest: Sequence[int]) -> Stance:
        """`nearest`: the examples of the request that are most like the clause, by their place."""
        strange = clause.traits - self._traits.get(request, frozenset())
        if Trait.REFUSES in strange or self._denies(request, clause, nearest):
            return Stance.UNWANTED
        if not clause.asks and (self._is_no_request(strange) or self._is_past(request, clause)):
            return Stance.UNWANTED
        if Trait.REASON in strange or (Trait.OTHER_TIME in strange and clause.question):
            return Stance.BEYOND
        return Stance.WANTED

    def _is_no_request(self, strange: frozenset[Trait] | set[Trait]) -> bool:
        return bool(strange & {Trait.CONTENT, Trait.LONG_AGO, Trait.OTHERS})

    def _denies(self, request: str, clause: Clause, nearest: Sequence[int]) -> bool:
        """Whether what the likest examples say is denied, which they do not deny."""
        denied = self._manner.denied(clause.words)
        if not denied or (clause.asks and Trait.REFUSES not in clause.traits):
            return False
        too = self._denied[request]
        if any(self._manner.same(word, other) for word in denied for other in too):
            return False
        examples = [self._clauses[index].words for index in nearest]
        affirmed = {word for words in examples for word in self._manner.content(words)}
        return any(self._manner.same(word, other) for word in denied for other in affirmed)

    def _is_past(self, request: str, clause: Clause) -> bool:
        """Whether it tells of the very thing as done, of which the examples speak as to be done."""
        past = self._manner.past_of(clause.words)
        if clause.already and request not in self._already:
            return True
        for word, base in past.items():
            if word in self._told[request]:
                continue
            if any(self._manner.same(base, other) for other in self._words[request]):
                return True
        return False


def _traits_of(clauses: Sequence[Clause]) -> frozenset[Trait]:
    """The traits of a good part of a request's examples: one of many is chance."""
    found = [trait for clause in clauses for trait in clause.traits]
    return frozenset(one for one in found if found.count(one) >= _OWN * len(clauses))
