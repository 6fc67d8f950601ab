"""Phrases written as a small grammar, and where they stand in a caller's words.

The notation is that of the JSpeech Grammar Format (W3C note, 2000): words in their order,
`[may be left out]`, `(one | or | the other)`, and `<name>` for a list of phrases defined elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from voice.errors import ConfigError
from voice.languages.words import plain

Matcher = Callable[[Sequence[str], int], frozenset[int]]
"""Given words and a position: the positions at which a phrase that begins there may end."""

Lists = Mapping[str, Matcher]

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


def stands_in(phrase: Matcher, words: Sequence[str]) -> bool:
    """Whether a phrase stands anywhere in the words."""
    return any(phrase(words, start) - {start} for start in range(len(words)))


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

    def match(words: Sequence[str], start: int) -> frozenset[int]:
        ends = frozenset({start})
        for part in parts:
            ends = frozenset(end for begin in ends for end in part(words, begin))
        return ends

    return match


def _part(token: str, tokens: list[str], lists: Lists) -> Matcher:
    if token in {"(", "["}:
        inner = _alternatives(tokens, lists)
        closing = ")" if token == "(" else "]"
        if tokens[:1] != [closing]:
            raise ValueError(f"{closing} is missing")
        tokens.pop(0)
        return inner if token == "(" else _either([inner, lambda _, start: frozenset({start})])
    if token.startswith("<"):
        if token[1:-1] not in lists:
            raise ValueError(f"there is no list {token}")
        return lists[token[1:-1]]
    if not _WORD.fullmatch(token):
        raise ValueError(f"{token} is not expected")
    return lambda words, start: frozenset(
        {start + 1} if words[start : start + 1] == [token] else ()
    )


def _either(options: Sequence[Matcher]) -> Matcher:
    if len(options) == 1:
        return options[0]
    return lambda words, start: frozenset().union(*(option(words, start) for option in options))
