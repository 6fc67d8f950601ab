"""What callers deny, "lose" of "I did not lose it"; what they miss, "work" of "does not work"."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voice.languages import plain


@dataclass(frozen=True)
class Denial:
    """One word that is denied."""

    word: str
    plainly: bool
    """Callers say it of themselves, or of how something is: "I did not lose it", "is not slow"."""
    ill: bool
    """What is denied is bad in itself: "no trouble"."""
    missed: bool
    """It is a complaint: what was hoped for is not so, not enough, or nobody is able to."""


class Negations:
    """Finds what is denied in one language, by the table `negation` of its stance.yaml."""

    def __init__(
        self,
        table: Mapping[str, Any],
        small: frozenset[str],
        ill: frozenset[str],
        apart: frozenset[str],
    ) -> None:
        """`small`: words that say little; `ill`: what is bad, so that there being none is good.

        `apart`: prepositions, behind which nothing is denied any more.
        """

        def words(key: str) -> frozenset[str]:
            return frozenset(map(plain, table.get(key, ())))

        self._words, self._small, self._ill, self._apart = words("words"), small, ill, apart
        self._addressed, self._is, self._determined = map(words, ("addressed", "is", "determined"))
        self._before_content, self._before_ill = words("before_content"), words("before_ill")
        self._absence, self._own, self._unable = words("absence"), words("own"), words("unable")
        self._degree, self._hoped = words("degree"), words("hoped")
        self._ahead, self._back = table.get("ahead", 0), table.get("back", 0)

    def content(self, words: Sequence[str]) -> list[str]:
        """The words that say what it is about."""
        return [word for word in words if word not in self._small and word not in self._words]

    def of(self, words: Sequence[str]) -> Iterator[Denial]:
        """Everything that is denied in some plain words."""
        for place in range(len(words)):
            if not self._denies(words, place):
                continue
            ahead = words[place + 1 : place + 1 + self._ahead]
            behind = list(itertools.takewhile(lambda word: word not in self._apart, ahead))
            before = words[max(place - self._back, 0) : place][::-1]
            subject = words[max(place - 3, 0) : place]
            own = not self._own.isdisjoint(subject)
            able = self._unable.isdisjoint(words[max(place - 1, 0) : place + 2])
            hoped = not (self._degree | self._hoped).isdisjoint(behind)
            bare = self._is_bare(behind)
            lacks = own and not bare
            missed = not able or hoped or lacks or not (own or self._addressed.isdisjoint(subject))
            plainly = bare and (own or not self._is.isdisjoint(subject[-1:]))
            for word in (*self.content(behind)[:1], *self.content(before)[:1]):
                ill = word in self._ill
                yield Denial(word, plainly, ill, not ill and (missed or word in self._hoped))

    def _is_bare(self, behind: Sequence[str]) -> bool:
        """Whether what is denied has no article or possessive: "slow", but not "my street"."""
        first = next(iter(self.content(behind)), None)
        return first is None or self._determined.isdisjoint(behind[: behind.index(first)])

    def _denies(self, words: Sequence[str], place: int) -> bool:
        """Whether a negation stands here that is about a word beside it."""
        word, follows = words[place], "".join(words[place + 1 : place + 2])
        if word in self._words:
            return follows not in self._absence
        if word in self._before_ill:
            return not self._ill.isdisjoint(words[place + 1 : place + 3])
        return word in self._before_content and follows not in {"", *self._small}
