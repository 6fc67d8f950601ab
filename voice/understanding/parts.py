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
_ANOTHER = 0.55
"""What each further part costs (nats): parts have to be surer than the whole to count."""
_SURE = 0.55
"""Of a part that is a request of its own."""
_NOTHING = math.log(0.5)
"""What a part says for itself that is no request, or not surely one."""


@dataclass(frozen=True)
class Part:
    """Some words next to each other, and what they most probably ask for."""

    start: int
    end: int
    request: str
    probability: float


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
    """Which of the parts, side by side over all words, tell best what is asked for."""
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for end in sorted({part.end for part in parts}):
        ways = []
        for index, part in enumerate(parts):
            if part.end == end and part.start in best:
                told, before = best[part.start]
                cost = _ANOTHER if before else 0.0
                ways.append((told + _told(part) - cost, [*before, index]))
        if ways:
            best[end] = max(ways, key=lambda way: way[0])
    return best[length][1] if length in best else []


def _told(part: Part) -> float:
    if part.request == NONE or part.probability < _SURE:
        return min(_NOTHING, math.log(max(part.probability, 1e-6)))
    return math.log(part.probability)
