"""Phrases written as a small grammar, and where they stand in a caller's words.

The notation is that of the JSpeech Grammar Format (W3C note, 2000): words in their order,
`[may be left out]`, `(one | or | the other)`, and `<name>` for a list of phrases defined elsewhere.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from voice.errors import ConfigError
from voice.languages.words import plain

Matcher = Callable[[Sequence[str], int], frozenset[int]]
"""Given words and a position: the positions at which a phrase that begins there may end."""

Lists = Mapping[str, Matcher]


@dataclass(frozen=True)
class _Phrase:
    """A matcher that looks at most words once only, because no phrase of it begins with them."""

    match: Matcher
    first: frozenset[str] | None
    """The words with which it can begin; None where that is not known."""
    empty: bool = False
    """It may be left out."""

    def __call__(self, words: Sequence[str], start: int) -> frozenset[int]:
        if self.first is not None and (start >= len(words) or words[start] not in self.first):
            return frozenset({start}) if self.empty else _NOWHERE
        return self.match(words, start)


_NOWHERE: frozenset[int] = frozenset()
_TOKEN = re.compile(r"<\w+>|[^\s()\[\]|<>]+|\S")
_WORD = re.compile(r"[^\W\d_]+")


def any_of(rules: Iterable[str], lists: Lists, where: str) -> Matcher:
    """Matches each of the rules; raises ConfigError with `where` when one is not well written."""
    return _either([_parse(rule, lists, where) for rule in rules])


def named(rules: Mapping[str, Iterable[str]], where: str) -> dict[str, Matcher]:
    """Lists of phrases by their names; each may use those before it; raises ConfigError."""
    lists: dict[str, Matcher] = {}
    for name, members in rules.items():
        lists[name] = any_of(members, lists, f"{where}: {name}")
    return lists


def any_word(words: Sequence[str], start: int) -> frozenset[int]:
    """Matches whatever word is there; for a list of its own, such as `<any>`."""
    return frozenset({start + 1} if start < len(words) else ())


def stands_in(phrase: Matcher, words: Sequence[str]) -> bool:
    """Whether a phrase stands anywhere in the words."""
    first = phrase.first if isinstance(phrase, _Phrase) else None
    if first is not None and first.isdisjoint(words):
        return False
    return any(
        phrase(words, start) - {start}
        for start, word in enumerate(words)
        if first is None or word in first
    )


def _parse(rule: str, lists: Lists, where: str) -> Matcher:
    tokens = _TOKEN.findall(plain(rule))
    try:
        matcher = _alternatives(tokens, lists)
        if tokens:
            raise ValueError(f"{tokens[0]} is not expected")
    except ValueError as error:
        raise ConfigError(f"{where}: {rule!r}: {error}") from None
    return matcher


def _alternatives(tokens: list[str], lists: Lists) -> Matcher:
    """Recursive descent; takes its tokens off the front."""
    options = [_sequence(tokens, lists)]
    while tokens[:1] == ["|"]:
        tokens.pop(0)
        options.append(_sequence(tokens, lists))
    return _either(options)


def _sequence(tokens: list[str], lists: Lists) -> Matcher:
    parts: list[Matcher] = []
    while tokens and tokens[0] not in {"|", ")", "]"}:
        parts.append(_part(tokens.pop(0), tokens, lists))
    if not parts:
        raise ValueError("a phrase is missing")
    if len(parts) == 1:
        return parts[0]

    def match(words: Sequence[str], start: int) -> frozenset[int]:
        ends = parts[0](words, start)
        for part in parts[1:]:
            if not ends:
                break
            ends = _NOWHERE.union(*[part(words, begin) for begin in ends])
        return ends

    leading = [*itertools.takewhile(_is_empty, parts)]
    leading += parts[len(leading) : len(leading) + 1]
    return _Phrase(match, _first(leading), all(map(_is_empty, parts)))


def _part(token: str, tokens: list[str], lists: Lists) -> Matcher:
    if token in {"(", "["}:
        inner = _alternatives(tokens, lists)
        closing = ")" if token == "(" else "]"
        if tokens[:1] != [closing]:
            raise ValueError(f"{closing} is missing")
        tokens.pop(0)
        return inner if token == "(" else _Phrase(_or_nothing(inner), _first([inner]), empty=True)
    if token.startswith("<"):
        if token[1:-1] not in lists:
            raise ValueError(f"there is no list {token}")
        return lists[token[1:-1]]
    if not _WORD.fullmatch(token):
        raise ValueError(f"{token} is not expected")
    return _Phrase(lambda _, start: frozenset({start + 1}), frozenset({token}))


def _either(options: Sequence[Matcher]) -> Matcher:
    if len(options) == 1:
        return options[0]
    firsts = [None if _is_empty(one) else _first([one]) for one in options]
    anywhere = [one for one, first in zip(options, firsts, strict=True) if first is None]
    beginning: dict[str, list[Matcher]] = {}
    for option, first in zip(options, firsts, strict=True):
        for word in first or ():
            beginning.setdefault(word, [*anywhere]).append(option)

    def match(words: Sequence[str], start: int) -> frozenset[int]:
        fitting = beginning.get(words[start], anywhere) if start < len(words) else anywhere
        return _NOWHERE.union(*[option(words, start) for option in fitting])

    return _Phrase(match, _first(options), any(map(_is_empty, options)))


def _or_nothing(phrase: Matcher) -> Matcher:
    return lambda words, start: phrase(words, start) | {start}


def _is_empty(phrase: Matcher) -> bool:
    return isinstance(phrase, _Phrase) and phrase.empty


def _first(phrases: Iterable[Matcher]) -> frozenset[str] | None:
    """The words with which one of some phrases can begin; None where that is not known."""
    words: set[str] = set()
    for phrase in phrases:
        if not isinstance(phrase, _Phrase) or phrase.first is None:
            return None
        words |= phrase.first
    return frozenset(words)
