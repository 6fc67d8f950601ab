"""How likely words are to end a sentence: a logistic regression over the last of them.

It knows from many sentences of callers, cut after each of their words, what may stand at an end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from voice.languages.table import Table
from voice.languages.unfinished import Ending


class Endings(Table):
    """The file endings.json, which scripts/train_endings.py writes."""

    weights: Mapping[str, float] = {}
    """By mark, in log-odds."""
    bias: float = 0.0
    open_below: float = float("-inf")
    """Log-odds below which more has to come; one sentence in twenty ends that way."""
    whole_from: float = float("-inf")
    """Log-odds from which it may be all; one sentence in eight ends on less."""
    sure_from: float = float("inf")
    """Log-odds from which it is all; one sentence in fourteen that is cut in half has more."""

    def ending(self, words: Sequence[str]) -> Ending:
        """How a text with these lower-case words, at least one, ends.

        Behind a word that is not known anything may end, and a single one is too little to doubt.
        """
        finality = self.finality(words)
        if finality >= self.sure_from:
            return Ending.SURE
        is_known = len(words) > 1 and f"{words[-1]}." in self.weights
        if finality >= self.whole_from or not is_known:
            return Ending.WHOLE
        return Ending.OPEN if finality < self.open_below else Ending.DOUBTED

    def finality(self, words: Sequence[str]) -> float:
        """The log-odds that a sentence ends behind these words, lower-case and at least one."""
        return self.bias + sum(self.weights.get(mark, 0.0) for mark in marks(words))


def marks(words: Sequence[str]) -> Iterator[str]:
    """What of a text tells whether it ends here; lower-case words, at least one."""
    last, before, earlier = words[-1], words[-2] if words[1:] else "", " ".join(words[-3:-1])
    yield f"{last}."
    yield f"{before} {last}."
    yield f"{earlier} {last}."
    yield f"{before} _."
    yield f"-{last[-3:]}."
    yield f"{words[0]} .. {last}."
    yield f"{min(len(words), _MANY)} words"
    for word in words[:-1]:
        yield f"{word} .."


_MANY = 8
