"""Whether a caller agreed: read by a grammar, because something irreversible may hang on it.

An answer is a yes only when *all* of its words belong to phrases that agree or support agreeing:
what is not known to support a yes (a condition, a question, a name, half a word) makes it unclear.
The phrases are data: those of the language, and what the task says of its act.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from voice.languages.grammar import Lists, Matcher, any_of, named, stands_in
from voice.languages.language import Language

_LONGEST_ANSWER = 20
"""Words; a longer answer is about something else."""
_ACTS = frozenset({"go_ahead", "act"})
_FRAGILE = _ACTS | {"says", "certain"}
"""A lost "not" may have turned them from a no into a yes."""
_AGREES = _FRAGILE | {"yes", "mild"}
_ONLY_AFTER = {"after_act": _ACTS | {"reason"}, "echo": {"yes"}}
_NEVER_AFTER: dict[str, AbstractSet[str]] = {
    "": {"link"},
    "lead": {"link"},
    "link": {"link", "lead", "tag"},
    "certain": {"says", "mild"},
    "tag": _AGREES | {"support", "reason", "not_with_mild", "lead", "link", "before", "tag"},
}
"""Which kinds cannot stand side by side; "" is the beginning."""
_INSIDE = ("trap", "no", "bare_no", "unsure", "question")
"""Kinds that are looked for anywhere ..."""
_PERSON = ("person_lead", "person", "person_tail")
"""... or make up a wish by themselves; all others have to be laid side by side."""


class YesNo(Enum):
    """The answer to a question that can be answered with yes or no."""

    YES = "yes"
    FRAGILE_YES = "fragile yes"
    """One that a lost word could have left of a no, as "do it" of "don't do it"."""
    NO = "no"
    UNCLEAR = "unclear"


class ActWords(BaseModel):
    """What a caller may say to the question before an act, beside yes and no.

    Phrases in the notation of `voice.languages.grammar`, contractions written in full.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: dict[str, list[str]] = Field(default_factory=dict)
    """Named parts of the phrases."""
    act: list[str] = Field(default_factory=list)
    """The act itself: agrees."""
    reasons: list[str] = Field(default_factory=list)
    """Why it should happen: supports a yes."""
    against: list[str] = Field(default_factory=list)
    """Why it should not: a no."""


@dataclass(frozen=True)
class _Laid:
    """The beginning of an answer, laid out with phrases."""

    last: str = ""
    """Kind of the phrase laid last."""
    agrees: bool = False
    firmly: bool = False
    """By more than a mild word."""
    by_a_yes: bool = False
    """And not only by what a lost "not" could have left."""
    needs_firmness: bool = False

    def with_next(self, kind: str) -> _Laid:
        return _Laid(
            kind,
            self.agrees or kind in _AGREES,
            self.firmly or kind in _AGREES - {"mild"},
            self.by_a_yes or kind in _AGREES - _FRAGILE,
            self.needs_firmness or kind == "not_with_mild",
        )

    def admits(self, kind: str) -> bool:
        """Whether a phrase of this kind may come next."""
        if self.last == "before":
            return kind in _ACTS
        if kind in _ONLY_AFTER:
            return self.last in _ONLY_AFTER[kind]
        return kind not in _NEVER_AFTER.get(self.last, ())

    @property
    def is_yes(self) -> bool:
        ended = self.agrees and self.last not in {"lead", "link", "before"}
        return ended and (self.firmly or not self.needs_firmness)


class AnswerReader:
    """Reads answers to the question about one act, or to a question about none."""

    def __init__(self, language: Language, act: ActWords | None = None, where: str = "") -> None:
        """Raises ConfigError with `where` when a phrase is not well written."""
        act = act or ActWords()
        self._contractions = language.contractions
        own = _grammar(language)
        lists = {**own.lists, **named(act.lists, f"{where}: lists")}
        self._phrases = {kind: [matcher] for kind, matcher in own.phrases.items()}
        for kind, rules in (("act", act.act), ("reason", act.reasons), ("no", act.against)):
            matchers = [any_of(rules, lists, f"{where}: {kind}")] if rules else []
            self._phrases.setdefault(kind, []).extend(matchers)

    def read(self, text: str) -> YesNo:
        """What an answer (in normal form) says."""
        words = self._contractions.words(text)
        if not words or len(words) > _LONGEST_ANSWER or self._holds("trap", words):
            return YesNo.UNCLEAR
        if self._contractions.break_off(text):
            return YesNo.UNCLEAR
        if laid := self._laid_out(words):
            plain = any(way.by_a_yes for way in laid)
            return YesNo.YES if plain else YesNo.FRAGILE_YES
        if not self._holds("no", words) or self._holds("unsure", words):
            return YesNo.UNCLEAR
        rest = self._after_bare_no(words)
        mixed = self._laid_out(rest) if len(rest) < len(words) else self._holds("question", words)
        return YesNo.UNCLEAR if mixed else YesNo.NO

    def names_act(self, text: str) -> bool:
        """Whether an utterance asks for the act, and says nothing against it."""
        words = self._contractions.words(text)
        return self._holds("act", words) and bool(self._laid_out(words))

    def agrees(self, text: str) -> bool:
        """Whether it is a yes of any kind."""
        return self.read(text) in {YesNo.YES, YesNo.FRAGILE_YES}

    def declines(self, text: str) -> bool:
        """Whether it is a no."""
        return self.read(text) is YesNo.NO

    def asks_for_person(self, text: str) -> bool:
        """Whether these words alone ask for a person: "operator", "a real person please"."""
        words = self._contractions.words(text)
        starts = self._reachable("person_lead", words, {0})
        ends = {end for start in starts for end in self._ends("person", words, start)}
        return len(words) in ends | self._reachable("person_tail", words, ends)

    def _reachable(self, kind: str, words: Sequence[str], starts: AbstractSet[int]) -> set[int]:
        """Where any number of phrases of a kind may end."""
        reached = set(starts)
        for start in range(len(words)):
            if start in reached:
                reached |= self._ends(kind, words, start)
        return reached

    def _ends(self, kind: str, words: Sequence[str], start: int) -> set[int]:
        matchers = self._phrases.get(kind, ())
        return {end for matcher in matchers for end in matcher(words, start)}

    def _laid_out(self, words: Sequence[str]) -> list[_Laid]:
        """The ways in which all words belong to phrases that together make a yes."""
        reached: list[set[_Laid]] = [{_Laid()}, *(set[_Laid]() for _ in words)]
        for start, ways in enumerate(reached[:-1]):
            if not ways:
                continue
            for kind, end in self._phrases_at(words, start):
                reached[end] |= {way.with_next(kind) for way in ways if way.admits(kind)}
        return [way for way in reached[-1] if way.is_yes]

    def _phrases_at(self, words: Sequence[str], start: int) -> set[tuple[str, int]]:
        return {
            (kind, end)
            for kind, matchers in self._phrases.items()
            if kind not in _INSIDE + _PERSON
            for matcher in matchers
            for end in matcher(words, start) - {start}
        }

    def _holds(self, kind: str, words: Sequence[str]) -> bool:
        return any(stands_in(matcher, words) for matcher in self._phrases[kind])

    def _after_bare_no(self, words: Sequence[str]) -> Sequence[str]:
        """What follows the noes with which an answer begins."""
        while any(ends := [matcher(words, 0) for matcher in self._phrases["bare_no"]]):
            words = words[max(max(end, default=0) for end in ends) :]
        return words


@dataclass(frozen=True)
class _Grammar:
    """The phrases of one language."""

    lists: Lists
    phrases: dict[str, Matcher]


@cache
def _grammar(language: Language) -> _Grammar:
    content, where = dict(language.answers), f"answers.yaml of {language.tag}"
    content.pop("contractions", None)
    lists = named(content.pop("lists", {}), f"{where}: lists")
    phrases = {kind: any_of(rules, lists, f"{where}: {kind}") for kind, rules in content.items()}
    return _Grammar(lists, phrases)
