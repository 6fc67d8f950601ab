"""Names and addresses letter by letter: "S, M as in Mike, Y, double T", "alpha bravo"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from voice.languages import Language, plain
from voice.understanding.phrase_table import PhraseTable

_BETWEEN = re.compile(r"[\s,.;\-\u2010-\u2015]+")
_FEWEST = 2
"""Letters that are spelled; one alone is a word."""


@dataclass(frozen=True)
class Spelled:
    """Letters one after the other, from one word to another."""

    letters: str
    start: int
    end: int


class _Letters:
    """How letters are named in one language."""

    def __init__(self, language: Language) -> None:
        spelling = language.dictated.spelling
        self.named = PhraseTable(spelling.letters)
        self.words = PhraseTable(spelling.alphabet)
        self.repeats = language.numbers.dictation.repeats
        self.as_in = PhraseTable(dict.fromkeys(spelling.as_in, True))
        self.capital = PhraseTable(dict.fromkeys(spelling.capital, True))
        self.apostrophe = PhraseTable(dict.fromkeys(spelling.apostrophe, "'"))
        self.hesitations = language.numbers.dictation.hesitations

    def at(self, words: Sequence[str], position: int) -> tuple[str, int, bool] | None:
        """The letters here, the position behind them, and whether they are nothing else."""
        capital = self.capital.at(words, position)
        if capital:
            found = self.at(words, capital[1])
            return found and (found[0], found[1], True)
        word = words[position] if position < len(words) else ""
        if word in self.repeats:
            found = self.at(words, position + 1)
            return found and (found[0] * self.repeats[word], found[1], True)
        if (named := self.named.at(words, position)) or (named := self.words.at(words, position)):
            return *named, False
        if len(word) == 1 and word.isalpha():
            return self._explained(words, position)
        mark = self.apostrophe.at(words, position)
        return (*mark, False) if mark else None

    def _explained(self, words: Sequence[str], position: int) -> tuple[str, int, bool]:
        """A letter, and the word that is named for it: "M as in Mike"."""
        letter = words[position]
        as_in = self.as_in.at(words, position + 1)
        named = as_in and as_in[1] < len(words) and words[as_in[1]].startswith(letter)
        if as_in and named and len(words[as_in[1]]) > 1:
            return letter, as_in[1] + 1, True
        return letter, position + 1, True


@cache
def _letters(language: Language) -> _Letters:
    return _Letters(language)


def spelled_at(words: Sequence[str], position: int, language: Language) -> tuple[str, int] | None:
    """The letters that are spelled from a word on, at least two, and the position behind them.

    `words` are plain. Names of letters and of the alphabets count only beside letters that are
    nothing else, or when there are three: "why" and "mike" are words, too.
    """
    letters, end, sure, count = "", position, 0, 0
    reader = _letters(language)
    while end < len(words):
        if letters and words[end] in reader.hesitations and len(words[end]) > 1:
            end += 1
            continue
        found = reader.at(words, end)
        if found is None:
            break
        letters, end, sure, count = letters + found[0], found[1], sure + found[2], count + 1
    spelled = len(letters) >= _FEWEST and (sure >= 1 or count > _FEWEST)
    return (letters, end) if spelled else None


def spelled_in(words: Sequence[str], language: Language) -> list[Spelled]:
    """All that is spelled in some words, from which to which."""
    found: list[Spelled] = []
    position = 0
    while position < len(words):
        here = spelled_at(words, position, language)
        if here is None:
            position += 1
            continue
        found.append(Spelled(here[0], position, here[1]))
        position = here[1]
    return found


def spoken_words(text: str) -> list[str]:
    """The words as they stand, parted at blanks, commas and dashes: S-M-I-T-H is five."""
    return [word for word in _BETWEEN.split(text) if word]


def plain_spoken(text: str) -> list[str]:
    """The same in lower case and without accents."""
    return [plain(word).strip('!?"') for word in spoken_words(text)]
