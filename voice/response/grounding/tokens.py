"""Words, numbers in figures and signs of a sentence, with their places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Literal, TypedDict, TypeVar, cast

from voice.languages import Language, SpokenNumber, composed, plain, spoken_numbers
from voice.languages.words import WORD

_HYPHENS = "-\u2010\u2011"
Kind = Literal["word", "number", "sign"]
Phrase = tuple[str, ...]
"""Plain words, one behind the other."""
T = TypeVar("T")


@dataclass(frozen=True)
class TextToken:
    """A word, a number in figures, or one other character."""

    text: str
    plain: str
    """Lower case without accents."""
    full: str
    """In lower case; what a contracted word stands for, which may be several."""
    start: int
    end: int
    kind: Kind
    joined: bool
    """Nothing stands between it and what comes before."""


class MeaningPhrases(dict[Phrase, T]):
    """Phrases, each with what it means; not changed once it is searched."""

    @cached_property
    def lengths(self) -> list[int]:
        """In words, the longest first."""
        return sorted({len(phrase) for phrase in self}, reverse=True)


class Span(TypedDict):
    """Where something stands in a text."""

    start: int
    end: int


class Row:
    """The tokens of a text: contracted words in their parts, words with hyphens as several."""

    def __init__(self, text: str, language: Language) -> None:
        self.text = composed(text)
        self._language = language
        found = [part for token in _tokens(self.text, language) for part in _parts(token, language)]
        self.tokens = [one for at, one in enumerate(found) if not _is_hyphen(found, at)]
        self.plain = [token.plain for token in self.tokens]

    @cached_property
    def dictated(self) -> dict[int, SpokenNumber]:
        """Numbers that are told figure by figure, by their first character."""
        runs = spoken_numbers(self.text, self._language.reader, dictated=False)
        return {run.start: run for run in runs if run.parts > 1}

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, position: int) -> TextToken:
        return self.tokens[position]

    def is_kind(self, position: int, kind: Kind) -> bool:
        """Whether such a token stands there."""
        return 0 <= position < len(self.tokens) and self.tokens[position].kind == kind

    def word(self, position: int) -> str:
        """The plain word there; "" where the text is over."""
        return self.plain[position] if 0 <= position < len(self.plain) else ""

    def phrase(self, position: int, length: int) -> Phrase:
        """The plain words of a stretch; none where the text is over before."""
        words = tuple(self.plain[max(position, 0) : position + length])
        return words if len(words) == length else ()

    def longest(self, position: int, phrases: MeaningPhrases[Any]) -> int:
        """How many tokens the longest of the phrases takes that stands there; none: 0."""
        return next((n for n in phrases.lengths if self.phrase(position, n) in phrases), 0)

    def span(self, position: int, end: int) -> Span:
        """From the first to the last of some tokens."""
        return {"start": self.tokens[position].start, "end": self.tokens[end - 1].end}


def phrase_of(words: str, language: Language) -> Phrase:
    """Words of a list, as they stand in a row."""
    return tuple(Row(words, language).plain)


def phrases_of(lists: Collection[str], language: Language) -> MeaningPhrases[None]:
    """All of a list."""
    return MeaningPhrases((phrase_of(words, language), None) for words in lists)


def _tokens(text: str, language: Language) -> Iterator[TextToken]:
    behind = 0
    for match in _pattern(language).finditer(text):
        kind, said = cast("Kind", match.lastgroup), match[0]
        joined = match.start() == behind
        yield TextToken(said, plain(said), said.lower(), *match.span(), kind, joined)
        behind = match.end()


def _parts(token: TextToken, language: Language) -> Sequence[TextToken]:
    """A contracted word in its parts: I, 've."""
    tables = _contracted(language)
    if whole := tables.whole.get(token.plain):
        return [replace(token, full=whole)]
    if token.plain.startswith(tables.begin):
        for part, meaning in tables.beginnings.items():
            if token.plain.startswith(part) and token.plain != part:
                first, rest = _cut(token, len(part))
                return [
                    replace(first, plain=part.rstrip("'"), full=meaning),
                    *_parts(rest, language),
                ]
    if token.plain.endswith(tables.end):
        for part, meaning in tables.endings.items():
            if token.plain.endswith(part) and token.plain != part:
                first, rest = _cut(token, len(token.text) - len(part))
                return [*_parts(first, language), replace(rest, full=meaning)]
    return [token]


@dataclass(frozen=True)
class _Contracted:
    """The tables of contractions, and all of their keys, which most words hold none of."""

    whole: Mapping[str, str]
    beginnings: Mapping[str, str]
    endings: Mapping[str, str]
    begin: tuple[str, ...]
    end: tuple[str, ...]


@cache
def _contracted(language: Language) -> _Contracted:
    tables = language.answers.get("contractions", {})
    whole, beginnings, endings = (
        tables.get(kind, {}) for kind in ("whole", "beginnings", "endings")
    )
    return _Contracted(whole, beginnings, endings, tuple(beginnings), tuple(endings))


def _cut(token: TextToken, length: int) -> tuple[TextToken, TextToken]:
    begin, rest = token.text[:length], token.text[length:]
    middle = token.start + length
    return (
        TextToken(begin, plain(begin), begin.lower(), token.start, middle, "word", token.joined),
        TextToken(rest, plain(rest), rest.lower(), middle, token.end, "word", True),
    )


def _is_hyphen(tokens: list[TextToken], at: int) -> bool:
    if tokens[at].text not in _HYPHENS or not 0 < at < len(tokens) - 1:
        return False
    before, behind = tokens[at - 1], tokens[at + 1]
    return before.kind == behind.kind == "word" and tokens[at].joined and behind.joined


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    number = rf"(?:(?<![\w.,])[-\u2212](?=\d))?(?:{language.forms.unsigned})"
    return re.compile(rf"(?P<number>{number})|(?P<word>{WORD})|(?P<sign>\S)")
