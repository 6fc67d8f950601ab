"""The phrases by which a language answers yes and no, as one question makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from voice.errors import ConfigError
from voice.languages import Language, plain, words_of
from voice.response.phrases import Lists, Matcher, any_of, named, stands_in
from voice.response.question import Asked, Asking

_LONGEST_REST = 9
"""Words."""
_DOUBTFUL = ("trap", "no", "unsure", "question")
"""Kinds of which nothing stands in what supports a yes without being known word by word."""


@dataclass(frozen=True)
class Grammar:
    """The phrases by their kinds, and how words are written in full."""

    language: Language
    lists: Lists
    phrases: dict[str, Matcher]
    verbs: frozenset[str]
    """Of the question, and of the same sense."""
    contractions: _Contractions

    @classmethod
    @cache
    def of(cls, language: Language, questions: tuple[str, ...]) -> Grammar:
        """The grammar of answers to a question that is worded so; raises ConfigError."""
        content, where = dict(language.answers), f"answers.yaml of {language.tag}"
        contractions = _Contractions.of(content.pop("contractions", {}))
        asking = _asking(content.pop("asking", {}), where)
        stops, unfinished = (
            set(plain(content.pop(kind, "")).split()) for kind in ("stops", "unfinished")
        )
        own = content.pop("lists", {})

        def words(text: str) -> list[str]:
            return contractions.resolved(_in_words(text, language))

        asked = Asked.by(asking, questions, words)
        base = asked.lists({})
        lists = {**base, **named(own, f"{where}: lists", base)}
        lists |= asked.lists(lists)
        doubtful = {
            kind: any_of(content.pop(kind), lists, f"{where}: {kind}")
            for kind in _DOUBTFUL
            if kind in content
        }
        lists["rest"] = _rest(stops, unfinished, list(doubtful.values()))
        phrases = {
            kind: any_of(rules, lists, f"{where}: {kind}") for kind, rules in content.items()
        }
        return cls(language, lists, {**phrases, **doubtful}, asked.verbs, contractions)

    def words(self, text: str) -> list[str]:
        """The plain words of a text, contractions resolved and figures in words."""
        return self.contractions.resolved(_in_words(text, self.language))

    def breaks_off(self, text: str) -> bool:
        """Whether the last word is one that must be followed by another, as "it's"."""
        return self.contractions.break_off(plain(words_of(text)[-1]))


def _asking(content: dict[str, Any], where: str) -> Asking:
    try:
        return Asking.model_validate(content)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        raise ConfigError(f"{where}: asking.{place}: {problem['msg']}") from None


def _in_words(text: str, language: Language) -> str:
    figures = any(map(str.isdecimal, text))
    return " ".join(words_of(language.spoken_form(text) if figures else text))


def _rest(stops: set[str], unfinished: set[str], doubtful: Sequence[Matcher]) -> Matcher:
    """Any words but those that qualify, ask, deny or put off, up to one that may be the last."""

    def match(words: Sequence[str], start: int) -> frozenset[int]:
        ends: list[int] = []
        for end in range(start + 1, min(start + _LONGEST_REST, len(words)) + 1):
            part = words[start:end]
            if part[-1] in stops or any(stands_in(phrase, part) for phrase in doubtful):
                break
            if part[-1] not in unfinished:
                ends.append(end)
        return frozenset(ends)

    return match


@dataclass(frozen=True)
class _Contractions:
    """Words that stand for several."""

    endings: Mapping[str, str]
    """Of contracted words, with what they stand for; and so the beginnings."""
    beginnings: Mapping[str, str]
    whole: Mapping[str, str]

    @classmethod
    def of(cls, content: Mapping[str, Mapping[str, Any]]) -> _Contractions:
        parts = {
            kind: {plain(word): plain(meaning) for word, meaning in words.items()}
            for kind, words in content.items()
        }
        return cls(*(parts.get(kind, {}) for kind in ("endings", "beginnings", "whole")))

    def resolved(self, text: str) -> list[str]:
        return [word for part in plain(text).split() for word in self._in_full(part).split()]

    def break_off(self, word: str) -> bool:
        last = self._in_full(word).split()
        return len(last) > 1 and last[-1] in self.endings.values() and last[-1] != "not"

    def _in_full(self, word: str) -> str:
        if word in self.whole:
            return self.whole[word]
        for beginning, meaning in self.beginnings.items():
            if word.startswith(beginning) and word != beginning:
                return f"{meaning} {self._in_full(word.removeprefix(beginning))}"
        for ending, meaning in self.endings.items():
            if word.endswith(ending) and word != ending:
                return f"{self._in_full(word.removesuffix(ending))} {meaning}"
        return word.strip("'")
