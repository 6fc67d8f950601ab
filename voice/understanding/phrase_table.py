"""Phrases of a language and what they stand for, found in a caller's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from voice.languages import plain, words_of

T = TypeVar("T")


class PhraseTable(Generic[T]):
    """Looks up the longest phrase that begins at a word."""

    def __init__(self, phrases: Mapping[str, T] | Iterable[tuple[str, T]]) -> None:
        pairs = phrases.items() if isinstance(phrases, Mapping) else phrases
        self._phrases: dict[tuple[str, ...], T] = {}
        for phrase, meaning in pairs:
            self._phrases.setdefault(plain_words(phrase), meaning)
        self._longest = max(map(len, self._phrases), default=0)

    def at(self, words: Sequence[str], position: int) -> tuple[T, int] | None:
        """What a phrase here stands for, and the position behind it."""
        for length in range(min(self._longest, len(words) - position), 0, -1):
            meaning = self._phrases.get(tuple(words[position : position + length]))
            if meaning is not None:
                return meaning, position + length
        return None

    def all_in(self, words: Sequence[str]) -> list[tuple[T, int, int]]:
        """All phrases in their order: what they stand for, and from where to where."""
        found: list[tuple[T, int, int]] = []
        position = 0
        while position < len(words):
            here = self.at(words, position)
            if here is None:
                position += 1
                continue
            found.append((here[0], position, here[1]))
            position = here[1]
        return found


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case and without accents."""
    return tuple(map(plain, words_of(text)))
