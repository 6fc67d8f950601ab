"""What callers say about the talk itself, whatever it is about: the tables of remarks.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property

from voice.languages.grammar import Matcher, any_of, any_word, stands_in
from voice.languages.table import PlainWords, Table

_MOST_WORDS = 20
"""A longer turn is about something."""


class Remark(Enum):
    """What a caller wants of the talk."""

    REPEAT = "repeat"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    SOFTER = "softer"
    DROP = "drop"
    """Not to go on with what was begun: "never mind"."""
    UNABLE = "unable"
    """They do not know or have what they were asked for."""


class AnswerPart(Enum):
    """A kind of fact of which callers want to hear no more than that."""

    AMOUNT = "amount"
    DAY = "day"
    TIME = "time"
    COUNT = "count"
    NUMBER = "number"


class Remarks(Table):
    """The file remarks.toml; phrases are in the notation of `grammar`, contractions in full."""

    repeat: Sequence[str] = ()
    repeat_alone: Sequence[str] = ()
    """The same where nothing else is said: "sorry?"."""
    slower: Sequence[str] = ()
    faster: Sequence[str] = ()
    louder: Sequence[str] = ()
    softer: Sequence[str] = ()
    drop: Sequence[str] = ()
    unable: Sequence[str] = ()
    """Wherever it stands in what a caller says."""
    instead: Sequence[str] = ()
    """Takes back what was said before it, where something follows: "no, wait", "I mean"."""
    instead_before: PlainWords = frozenset()
    """With one of these words what follows `bare_instead` has to begin."""
    bare_instead: Sequence[str] = ()
    """The same, in words that often mean something else: "no"."""
    beside: Sequence[str] = ()
    """What may stand before, between and behind them: please, sorry."""
    only: PlainWords = frozenset()
    """Says that no more is wanted: just."""
    around: PlainWords = frozenset()
    """What may stand around that and a part of an answer: tell me the, please."""
    parts: Mapping[AnswerPart, PlainWords] = {}
    """How the parts of an answer are called: price, date."""

    def of(self, words: Sequence[str]) -> frozenset[Remark]:
        """What these plain words, contractions resolved, want of the talk; none if of the matter.

        All of them have to belong to remarks, but for those of being unable to answer.
        """
        if len(words) in self._alone(words, 0):
            return frozenset({Remark.REPEAT})
        if stands_in(self._matchers[Remark.UNABLE], words):
            return frozenset({Remark.UNABLE})
        return self._laid(words).get(len(words), frozenset())

    def after_dropping(self, words: Sequence[str]) -> int:
        """How many words at the beginning say that the caller drops what was begun; 0: none do."""
        laid = self._laid(words)
        return max((end for end, kinds in laid.items() if Remark.DROP in kinds), default=0)

    def after_correction(self, words: Sequence[str]) -> int:
        """At which word that begins which takes the place of all before it; 0: nothing does."""
        last = 0
        for start in range(len(words)):
            bare = self._bare_instead(words, start)
            ends = {end for end in bare if self.instead_before.intersection(words[end : end + 1])}
            ends |= {end for end in self._instead(words, start) if end < len(words)}
            last = max(ends, default=last)
        return last

    def part_wanted(self, words: Sequence[str]) -> AnswerPart | None:
        """The one kind of facts that is wanted of the last answer: "only the price"."""
        said = frozenset(words)
        if not said & self.only:
            return None
        called = said - self.only - self.around
        fitting = (part for part, names in self.parts.items() if called and called <= names)
        return next(fitting, None)

    def _laid(self, words: Sequence[str]) -> Mapping[int, frozenset[Remark]]:
        """By the word at which remarks laid side by side may end: the most that they say."""
        reached: dict[int, frozenset[Remark]] = {0: frozenset()}
        if len(words) > _MOST_WORDS:
            return reached
        for start in range(len(words)):
            if start not in reached:
                continue
            said = reached[start]
            steps = [(end, said) for end in self._beside(words, start)]
            for kind, matcher in self._matchers.items():
                steps += [(end, said | {kind}) for end in matcher(words, start)]
            for end, kinds in steps:
                if end > start and len(kinds) >= len(reached.get(end, ())):
                    reached[end] = kinds
        return reached

    @cached_property
    def _matchers(self) -> Mapping[Remark, Matcher]:
        return {kind: self._any_of(kind.value) for kind in Remark}

    @cached_property
    def _alone(self) -> Matcher:
        return self._any_of("repeat_alone")

    @cached_property
    def _beside(self) -> Matcher:
        return self._any_of("beside")

    @cached_property
    def _instead(self) -> Matcher:
        return self._any_of("instead")

    @cached_property
    def _bare_instead(self) -> Matcher:
        return self._any_of("bare_instead")

    def _any_of(self, key: str) -> Matcher:
        return any_of(getattr(self, key), {"any": any_word}, f"remarks.toml: {key}")
