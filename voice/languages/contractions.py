"""Contracted words in full: "don't" is "do not", "j'ai" is "je ai"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from voice.languages.words import plain


@dataclass(frozen=True)
class Contractions:
    """How a language contracts its words; all of it in plain words."""

    endings: Mapping[str, str]
    """Of contracted words, with what they stand for; and so the beginnings."""
    beginnings: Mapping[str, str]
    whole: Mapping[str, str]

    @classmethod
    def of(cls, content: Mapping[str, Mapping[str, str]]) -> Contractions:
        """From the tables of answers.yaml."""
        tables = {
            kind: {plain(word): plain(meaning) for word, meaning in words.items()}
            for kind, words in content.items()
        }
        return cls(*(tables.get(kind, {}) for kind in ("endings", "beginnings", "whole")))

    def words(self, text: str) -> list[str]:
        """The plain words of a text in normal form, contractions resolved."""
        return [word for part in plain(text).split() for word in self._full(part).split()]

    def break_off(self, text: str) -> bool:
        """Whether the last word is one that must be followed by another, as "it's"."""
        last = self._full(plain(text).split()[-1]).split()
        return len(last) > 1 and last[-1] in self.endings.values() and last[-1] != "not"

    @cached_property
    def _begin(self) -> tuple[str, ...]:
        return tuple(self.beginnings)

    @cached_property
    def _end(self) -> tuple[str, ...]:
        return tuple(self.endings)

    def _full(self, word: str) -> str:
        if word in self.whole:
            return self.whole[word]
        if not (word.startswith(self._begin) or word.endswith(self._end)):
            return word.strip("'")
        for beginning, meaning in self.beginnings.items():
            if word.startswith(beginning) and word != beginning:
                return f"{meaning} {self._full(word.removeprefix(beginning))}"
        for ending, meaning in self.endings.items():
            if word.endswith(ending) and word != ending:
                return f"{self._full(word.removesuffix(ending))} {meaning}"
        return word.strip("'")
