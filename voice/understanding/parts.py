"""One utterance, several requests: where it is parted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from voice.understanding.classifier import NONE
from voice.understanding.stance import Manner

_MOST_CLAUSES = 4
_FEWEST_WORDS = 2
"""Of a clause."""
SURE = 0.6
"""Of a part that is a request of its own."""


@dataclass(frozen=True)
class Part:
    """Some words next to each other, and what they most probably ask for."""

    start: int
    end: int
    request: str
    probability: float
    tells: bool
    """It neither asks, orders nor complains."""
    added: bool
    """It begins with a word that adds it to what was said before."""

    def holds(self, other: Part) -> bool:
        """Whether another one lies within it."""
        return other is not self and self.start <= other.start and other.end <= self.end


def spans_of(words: Sequence[str], manner: Manner) -> list[tuple[int, int]]:
    """All rows of neighbouring clauses, the whole first."""
    places = _boundaries(words, manner)
    edges = [0, *places, len(words)]
    spans = [(start, end) for n, start in enumerate(edges[:-1]) for end in edges[n + 1 :]]
    return sorted(spans, key=lambda span: (span[0] - span[1], span))


def _boundaries(words: Sequence[str], manner: Manner) -> list[int]:
    """Places in the words as they stand; contractions are one word there and two in full."""
    place_of: list[int] = []
    for place, word in enumerate(words):
        place_of += [place] * len(manner.full(word))
    full = manner.full(" ".join(words))
    found: list[int] = []
    for boundary in manner.boundaries(full):
        place = place_of[boundary]
        behind = found[-1] if found else 0
        if place - behind >= _FEWEST_WORDS and len(words) - place >= _FEWEST_WORDS:
            found.append(place)
    return found[: _MOST_CLAUSES - 1]


def best_parts(parts: Sequence[Part], length: int) -> list[int]:
    """Which of the parts, side by side over all words, tell best what is asked for.

    The whole is one request, unless its parts are surely different ones: the more, the better.
    """
    best: dict[int, _Way] = {0: _Way()}
    for end in sorted({part.end for part in parts}):
        ways = [
            best[part.start].with_next(index, part)
            for index, part in enumerate(parts)
            if part.end == end and part.start in best
        ]
        if ways:
            best[end] = max(ways, key=_Way.worth)
    return list(best[length].parts) if length in best else []


def without_reasons(row: Sequence[int], parts: Sequence[Part]) -> list[int]:
    """Of parts side by side those that are no reason for what is asked for behind them.

    What only tells something is one, if the whole asks for what comes behind it: "I moved, so I
    need a technician". Where that is added ("and I need one") both are asked for.
    """
    whole = parts[0]
    asked = (at for at, index in enumerate(row) if parts[index].request == whole.request != NONE)
    main = max(asked, default=0)

    def is_reason(at: int) -> bool:
        part, following = parts[row[at]], parts[row[at + 1]]
        return part.tells and part.request != whole.request and not following.added

    return [index for at, index in enumerate(row) if at >= main or not is_reason(at)]


@dataclass(frozen=True)
class _Way:
    """Some parts, side by side from the beginning."""

    parts: tuple[int, ...] = ()
    sure: frozenset[str] = frozenset()
    """The requests that are surely among them."""
    told: float = 0.0

    def with_next(self, index: int, part: Part) -> _Way:
        is_sure = part.request != NONE and part.probability >= SURE
        sure = self.sure | ({part.request} if is_sure else set())
        return _Way((*self.parts, index), sure, self.told + math.log(part.probability))

    def worth(self) -> tuple[int, int, float]:
        return max(len(self.sure), 1), -len(self.parts), self.told
