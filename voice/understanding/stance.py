"""How a caller speaks of something: asks for it, refuses it, tells that all is well, of long ago.

The words are data of the language (stance.yaml). Nothing here knows any request: whether what a
caller says fits a request is a comparison with how the request's own examples speak.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from voice.languages import Language, plain
from voice.languages.grammar import Matcher, any_of, named, stands_in

_ONE_MEANING = 4
"""Letters that two forms of a word have in common at their beginning, at the least."""
_SHARE_IN_COMMON = 0.6


class Trait(Enum):
    """What a clause may be, other than a plain request."""

    REFUSES = "refuses"
    CONTENT = "content"
    LONG_AGO = "long_ago"
    OTHERS = "others"
    REASON = "reason"
    OTHER_TIME = "other_time"


@dataclass(frozen=True)
class Clause:
    """Some of a caller's words, and how they speak."""

    words: tuple[str, ...]
    """Plain and in full."""
    question: bool
    asks: bool
    """It is a question, or asks for something otherwise."""
    traits: frozenset[Trait]
    already: bool
    """Tells of what was done, by a word such as "already"."""


class Manner:
    """Reads how callers speak in one language; knows nothing where the language has no data."""

    def __init__(self, language: Language) -> None:
        """Raises ConfigError when a phrase of stance.yaml is not well written."""
        self.language = language
        content = dict(language.stance)
        where = f"stance.yaml of {language.tag}"
        self._negation = content.pop("negation", {"words": [], "ahead": 0, "back": 0})
        self._past = content.pop("past", {"suffixes": [], "irregular": {}})
        self.function = frozenset(map(plain, content.pop("function", [])))
        self._binding = frozenset(map(plain, content.pop("binds", [])))
        lists = named(content.pop("lists", {}), f"{where}: lists")
        self._phrases = {
            kind: any_of(rules, lists, f"{where}: {kind}") for kind, rules in content.items()
        }
        self._denials = frozenset(map(plain, self._negation["words"]))
        self._before_content = frozenset(map(plain, self._negation.get("before_content", ())))
        self._absence = [(plain(word),) for word in self._negation.get("absence", ())]
        self._suffixes = tuple(map(plain, self._past["suffixes"]))
        self._behind = frozenset(map(plain, self._past.get("behind", ())))
        self._auxiliaries = frozenset(map(plain, self._past.get("auxiliaries", ())))
        self._irregular = {
            plain(past): plain(base) for past, base in self._past["irregular"].items()
        }

    def full(self, text: str) -> tuple[str, ...]:
        """The plain words of a text in normal form, contractions resolved."""
        return tuple(self.language.contractions.words(text))

    def without_opening(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words without what only opens the talk; all of them if there is nothing else."""
        start = 0
        while ends := self._ends("opening", words, start):
            start = max(ends)
        return tuple(words[start:] if start < len(words) else words)

    def shortened(self, text: str) -> str:
        """A text in normal form without what only opens the talk."""
        words, full = text.split(), self.full(text)
        dropped = len(full) - len(self.without_opening(full))
        return " ".join(words[dropped:] if tuple(words[:dropped]) == full[:dropped] else words)

    def clause(self, words: Sequence[str]) -> Clause:
        """How some words speak."""
        words = self.without_opening(words)
        traits = {trait for trait in Trait if self._holds(trait.value, words)}
        if self._ends("refuses_first", words, 0) or self._only_wonders(words):
            traits.add(Trait.REFUSES)
        if self._holds("suggests", words):
            traits.discard(Trait.REASON)
        question = self._holds("questions", words) or bool(self._ends("questions_first", words, 0))
        asks = question or (self._holds("asks", words) and not self._holds("tells", words))
        already = self._holds("already", words)
        return Clause(tuple(words), question, asks, frozenset(traits), already)

    def boundaries(self, words: Sequence[str]) -> list[int]:
        """Where in some words another clause may begin: at a joining word, or a new question."""
        found: list[int] = []
        for place in range(1, len(words)):
            free = words[place - 1] not in self._binding
            begins = self._ends("joins", words, place) or (
                free and self._ends("starts", words, place)
            )
            if begins and not (found and found[-1] == place - 1):
                found.append(place)
        return found

    def refers(self, words: Sequence[str]) -> bool:
        """Whether the words point to, or go on with, what was spoken of before."""
        return self._holds("refers", words) or bool(self._ends("goes_on", words, 0))

    def denied(self, words: Sequence[str]) -> frozenset[str]:
        """The words that a negation is about: "lose" of "i did not lose it"."""
        about: set[str] = set()
        for place in range(len(words)):
            if self._denies(words, place):
                behind = words[place + 1 : place + 1 + self._negation["ahead"]]
                before = words[max(place - self._negation["back"], 0) : place][::-1]
                about |= {*self._content(behind)[:1], *self._content(before)[:1]}
        return frozenset(about)

    def _denies(self, words: Sequence[str], place: int) -> bool:
        """Whether a negation stands here that is about a word beside it."""
        follows = words[place + 1] if place + 1 < len(words) else ""
        if words[place] in self._denials:
            return (follows,) not in self._absence
        return words[place] in self._before_content and follows not in {"", *self.function}

    def content(self, words: Iterable[str]) -> list[str]:
        """The words that say what it is about."""
        return self._content(list(words))

    def past_of(self, words: Sequence[str]) -> dict[str, str]:
        """The words that are in the past, not behind an auxiliary, with their beginning or base."""
        found: dict[str, str] = {}
        for place, word in enumerate(words):
            before = words[max(place - 2, 0) : place]
            had = not self._behind or not self._behind.isdisjoint(before[-1:])
            if not had or not self._auxiliaries.isdisjoint(before):
                continue
            suffix = next((end for end in self._suffixes if word.endswith(end)), None)
            if word in self._irregular:
                found[word] = self._irregular[word]
            elif suffix and len(word) - len(suffix) >= _ONE_MEANING:
                found[word] = word.removesuffix(suffix)
        return found

    def same(self, first: str, second: str) -> bool:
        """Whether two words are, by their beginnings, forms of one."""
        first, second = (self._irregular.get(word, word) for word in (first, second))
        if first == second:
            return True
        common = 0
        while common < min(len(first), len(second)) and first[common] == second[common]:
            common += 1
        longer = max(len(first), len(second))
        return common >= _ONE_MEANING and common >= _SHARE_IN_COMMON * longer

    def _content(self, words: Sequence[str]) -> list[str]:
        return [word for word in words if word not in self.function and word not in self._denials]

    def _only_wonders(self, words: Sequence[str]) -> bool:
        """Whether it ends in "I was only wondering"."""
        return any(
            len(words) in self._ends("wonders_last", words, start) for start in range(len(words))
        )

    def _matcher(self, kind: str) -> Matcher | None:
        return self._phrases.get(kind)

    def _holds(self, kind: str, words: Sequence[str]) -> bool:
        matcher = self._matcher(kind)
        return matcher is not None and stands_in(matcher, list(words))

    def _ends(self, kind: str, words: Sequence[str], start: int) -> set[int]:
        matcher = self._matcher(kind)
        return {end for end in matcher(list(words), start) if end > start} if matcher else set()


@cache
def manner(language: Language) -> Manner:
    """How people speak in a language; read once."""
    return Manner(language)
