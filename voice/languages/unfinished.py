"""Whether more is to come behind the words so far: the tables of unfinished.toml, and their use."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import cached_property

from voice.languages.grammar import Matcher, any_of, any_word
from voice.languages.number_reader import NumberReader
from voice.languages.spoken_numbers import spoken_numbers
from voice.languages.table import PlainWords, Table
from voice.languages.words import plain, words_of

_OPEN_MARKS = ("...", "\u2026", ",", "-", "\u2013", "\u2014", ":")
"""A recogniser writes them where a sentence breaks off."""
_LONGEST_PHRASE = 8
"""Words of a phrase that leaves a sentence open."""
_FEWEST_FIGURES = 2
"""Said one by one, they are dictated."""
_LISTS = {"any": any_word}


class Ending(Enum):
    """How what was said so far ends."""

    SURE = "sure"
    """Sentences seldom go on behind such words."""
    WHOLE = "whole"
    """It could be all."""
    DOUBTED = "doubted"
    """It could be, but sentences seldom end like that."""
    OPEN = "open"
    """The sentence is not finished, or the caller is thinking."""
    DICTATED = "dictated"
    """Figures or letters, of which more may follow after a pause."""

    @property
    def is_whole(self) -> bool:
        """Whether it could be all, or is for sure."""
        return self in (Ending.SURE, Ending.WHOLE)


class Unfinished(Table):
    """The file unfinished.toml; phrases are in the notation of `grammar`, contractions in full.

    In `phrases`, `closing` and `wondered` <any> is any word.
    """

    words: PlainWords = frozenset()
    """As the last word they leave a sentence open: and, because, my."""
    phrases: Sequence[str] = ()
    """The same for several words: my number is."""
    closing: Sequence[str] = ()
    """Phrases that end a sentence although they end like one that is open: yes, I would."""
    asking: PlainWords = frozenset()
    """Behind one of these words a sentence may end with one of `stranded`: who is it from."""
    stranded: PlainWords = frozenset()
    wondering: PlainWords = frozenset()
    """Behind one of these words and one more, a question that is put indirectly may end with one of
    the phrases of `wondered`: I wonder how much the bill is."""
    wondered: Sequence[str] = ()
    fillers: PlainWords = frozenset()
    """Sounds of somebody who thinks."""
    announcing: PlainWords = frozenset()
    """Before figures that are dictated: number, code."""
    not_spelled: PlainWords = frozenset()
    """Letters that are words: two of them in a row spell nothing."""
    hold_on: Sequence[str] = ()
    """How callers ask to be waited for."""
    beside: Sequence[str] = ()
    """What may stand before and behind it: okay, please."""
    meanwhile: Sequence[str] = ()
    """How it begins what they have to do meanwhile: I have to find."""

    def ending(self, text: str, words: Sequence[str], reader: NumberReader) -> Ending | None:
        """How a text ends, whatever it looks like; None where these tables do not tell.

        `words` are its plain ones, contractions resolved, at least one.
        """
        if self._spells(words) or self._dictates(text, reader):
            return Ending.DICTATED
        if text.rstrip().endswith(_OPEN_MARKS):
            return Ending.OPEN
        if self._wonders(words):
            return Ending.SURE
        if self._closes(words):
            return Ending.WHOLE
        is_open = words[-1] in self.words | self.fillers or _ends_with(self._phrases, words)
        return Ending.OPEN if is_open else None

    def asks_to_wait(self, words: Sequence[str]) -> bool:
        """Whether callers ask for time with these plain words, and for nothing else."""
        begins = _laid(self._beside, words, {0})
        ends = _laid(self._hold_on, words, begins) - begins
        ends = _laid(self._either, words, ends)
        return len(words) in ends or any(self._meanwhile(words, end) for end in ends)

    def _closes(self, words: Sequence[str]) -> bool:
        """Whether these end a sentence whatever it looks like: yes, I would."""
        asks = words[-1] in self.stranded and not self.asking.isdisjoint(words)
        return asks or _ends_with(self._closing, words)

    def _wonders(self, words: Sequence[str]) -> bool:
        """Whether they end a question that is put indirectly."""
        return any(
            _ends_with(self._wondered, words[place + 2 :])
            for place, word in enumerate(words)
            if word in self.wondering
        )

    def _spells(self, words: Sequence[str]) -> bool:
        last = words[-2:]
        letters = len(last) == 2 and all(len(word) == 1 and word.isalpha() for word in last)
        return letters and not self.not_spelled.issuperset(last)

    def _dictates(self, text: str, reader: NumberReader) -> bool:
        """Whether it ends with figures that were said one by one, or announced."""
        numbers = list(spoken_numbers(text, reader, dictated=False))
        if not numbers or words_of(text[numbers[-1].end :]):
            return False
        before = {plain(word) for word in words_of(text[: numbers[-1].start])}
        return numbers[-1].parts >= _FEWEST_FIGURES or bool(before & self.announcing)

    @cached_property
    def _phrases(self) -> Matcher:
        return any_of(self.phrases, _LISTS, "unfinished.toml: phrases")

    @cached_property
    def _closing(self) -> Matcher:
        return any_of(self.closing, _LISTS, "unfinished.toml: closing")

    @cached_property
    def _wondered(self) -> Matcher:
        return any_of(self.wondered, _LISTS, "unfinished.toml: wondered")

    @cached_property
    def _beside(self) -> Matcher:
        return any_of(self.beside, {}, "unfinished.toml: beside")

    @cached_property
    def _hold_on(self) -> Matcher:
        return any_of(self.hold_on, {}, "unfinished.toml: hold_on")

    @cached_property
    def _either(self) -> Matcher:
        return any_of([*self.beside, *self.hold_on], {}, "unfinished.toml")

    @cached_property
    def _meanwhile(self) -> Matcher:
        return any_of(self.meanwhile, {}, "unfinished.toml: meanwhile")


def _ends_with(phrases: Matcher, words: Sequence[str]) -> bool:
    begins = range(max(0, len(words) - _LONGEST_PHRASE), len(words))
    return any(len(words) in phrases(words, begin) for begin in begins)


def _laid(phrases: Matcher, words: Sequence[str], begins: set[int]) -> set[int]:
    """Where phrases laid side by side may end; also where none is laid."""
    reached = set(begins)
    for start in range(len(words)):
        if start in reached:
            reached |= phrases(words, start)
    return reached
