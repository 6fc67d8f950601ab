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
from voice.languages.grammar import Matcher, any_of, any_word, named, stands_in
from voice.understanding.found import GAP
from voice.understanding.negation import Denial, Negations

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
    KEEPS = "keeps"


_WANTS_NO_MORE = frozenset({Trait.REFUSES, Trait.CONTENT})


@dataclass(frozen=True)
class Clause:
    """Some of a caller's words, and how they speak."""

    words: tuple[str, ...]
    """Plain and in full."""
    question: bool
    asks: bool
    """It is a question, or asks for something otherwise."""
    to_know: bool
    """It is a question for what is so, as "what" and "how much"."""
    complains: bool
    """Something went wrong: it asks for help without saying so."""
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
        negation, past = content.pop("negation", {}), content.pop("past", {})
        self.function, self._binding, self._prepositions, self.keeping = (
            _plain(content.pop(key, ())) for key in ("function", "binds", "prepositions", "keeping")
        )
        rules = content.pop("lists", {})
        lists = {**named(rules, f"{where}: lists"), "any": any_word}
        self._phrases = {
            kind: any_of(rules, lists, f"{where}: {kind}") for kind, rules in content.items()
        }
        apart = self._prepositions - self._binding
        ill = _plain(rules.get("ill", ()))
        self._negations = Negations(negation, self.function, ill, apart)
        self._suffixes = tuple(map(plain, past.get("suffixes", ())))
        self._behind, self._finite, self._auxiliaries = (
            _plain(past.get(key, ())) for key in ("behind", "finite", "auxiliaries")
        )
        irregular = past.get("irregular", {})
        self._irregular = {plain(form): plain(base) for form, base in irregular.items()}

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
        whole, words = words, self.without_opening(words)
        traits = {trait for trait in Trait if self._holds(trait.value, words)}
        if self._holds("content", whole) or self._holds("soothes", words):
            traits.add(Trait.CONTENT)
        traits = traits - self._undone(words) | self._refusals(words)
        complains = self._holds("complains", words) and Trait.CONTENT not in traits
        question = self._holds("questions", words) or bool(self._ends("questions_first", words, 0))
        asks = question or (self._holds("asks", words) and not self._holds("tells", words))
        if complains or self._holds("suggests", words) or any(self._negations.of(words)):
            traits.discard(Trait.REASON)
        to_know = self._holds("asks_to_know", words)
        if not to_know or self._holds("coming", words):
            traits.discard(Trait.OTHER_TIME)
        already = self._holds("already", words)
        return Clause(tuple(words), question, asks, to_know, complains, frozenset(traits), already)

    def _refusals(self, words: Sequence[str]) -> set[Trait]:
        """By what the words refuse, apart from what they do not want to happen to them."""
        plainly = self._without("accepts", words)
        first = not self._ends("accepts_first", words, 0)
        refuses = self._holds("refuses", plainly) or (
            first and self._ends("refuses_first", plainly, 0)
        )
        keeps = self._holds("keeps", words) or self._ends("keeps_first", words, 0)
        found = {Trait.REFUSES} if refuses or self._only_wonders(words) else set()
        return found | ({Trait.KEEPS} if keeps else set())

    def _undone(self, words: Sequence[str]) -> set[Trait]:
        """The traits that a clause seems to have, and has not."""
        undone = {Trait.REFUSES, Trait.KEEPS}
        missed = any(denial.missed for denial in self.denied(words))
        if self._holds("turns", words) or (missed and not self._holds("soothes", words)):
            undone |= {Trait.CONTENT, Trait.LONG_AGO}
        subjects = (
            place
            for place in range(len(words))
            if self._ends(Trait.OTHERS.value, words, place)
            and not self._prepositions.intersection(words[max(place - 1, 0) : place])
        )
        if self._holds("own_matter", words) or next(subjects, None) is None:
            undone.add(Trait.OTHERS)
        return undone

    def _without(self, kind: str, words: Sequence[str]) -> list[str]:
        """The words with a gap in place of each phrase of a kind."""
        left: list[str] = []
        place = 0
        while place < len(words):
            end = max(self._ends(kind, words, place), default=place)
            left.append(GAP if end > place else words[place])
            place = max(end, place + 1)
        return left

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

    def without_joins(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words without those that only join them to what was said before."""
        start = 0
        while ends := self._ends("joins", words, start):
            start = max(ends)
        return tuple(words[start:])

    def behind_first(self, words: Sequence[str]) -> tuple[str, ...]:
        """What follows "but first" and the like; nothing without these."""
        return tuple(words[max(self._ends("first", words, 0), default=len(words)) :])

    def adds(self, words: Sequence[str]) -> bool:
        """Whether the words begin as something beside what was said before."""
        return bool(self._ends("adds", words, 0))

    def refers(self, words: Sequence[str]) -> bool:
        """Whether the words point to, or go on with, what was spoken of before."""
        return self._holds("refers", words) or bool(self._ends("goes_on", words, 0))

    def denied(self, words: Sequence[str]) -> list[Denial]:
        """What some words deny."""
        return list(self._negations.of(words))

    def content(self, words: Sequence[str]) -> list[str]:
        """The words that say what it is about."""
        return self._negations.content(words)

    def past_of(self, words: Sequence[str]) -> list[str]:
        """The verbs, or their beginnings, of what some words tell as done.

        Not what still matters, as "I have lost it", nor what is denied.
        """
        found = []
        denied = {denial.word for denial in self.denied(words)}
        for place, word in enumerate(words):
            before = words[max(place - 2, 0) : place]
            had = not self._behind or not self._behind.isdisjoint(before[-1:])
            base = self._base(word)
            if base and had and word not in denied and self._auxiliaries.isdisjoint(before):
                found.append(base)
        return found

    def takes_back(self, clause: Clause) -> bool:
        """Whether it refuses what was said before it: "but I won't"."""
        return Trait.REFUSES in clause.traits and not self.content(clause.words)

    def orders(self, clause: Clause) -> set[str]:
        """The word for what an example wants to be done: "block" of "can you block my card"."""
        content = self.content(clause.words)[:1]
        is_order = content and (clause.asks or clause.words[0] == content[0])
        return set(content) if is_order and not clause.to_know else set()

    def tells(self, clause: Clause) -> set[str]:
        """The words that say what an example tells: none of a question, a wish, an order."""
        content = self.content(clause.words)
        if clause.asks or not content or clause.words[0] == content[0]:
            return set()
        return set(content) - {denial.word for denial in self.denied(clause.words)}

    def only_tells(self, text: str) -> bool:
        """Whether a text in normal form tells something, and neither asks, orders nor complains.

        Nor does it refuse, or say that all is well. What begins as "when" is a question, or tells
        nothing by itself.
        """
        clause = self.clause(self.full(text))
        other = clause.complains or not clause.traits.isdisjoint(_WANTS_NO_MORE)
        if other or self._ends("subordinate_first", clause.words, 0):
            return False
        return bool(self.tells(clause))

    def told_by(self, words: Sequence[str]) -> set[str]:
        """The beginnings or bases of all that is told as done, or as happened."""
        before = self._behind or self._finite
        return {
            base
            for place, word in enumerate(words)
            if (base := self._base(word))
            and not before.isdisjoint(words[max(place - 1, 0) : place])
        }

    def _base(self, word: str) -> str:
        """Of a word in the past; empty for any other."""
        suffix = next((end for end in self._suffixes if word.endswith(end)), "")
        if word in self._irregular:
            return self._irregular[word]
        long = len(word) - len(suffix) >= _ONE_MEANING
        return word.removesuffix(suffix) if suffix and long else ""

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

    def _only_wonders(self, words: Sequence[str]) -> bool:
        """Whether it ends in "I was only wondering"."""
        return any(
            len(words) in self._ends("wonders_last", words, start) for start in range(len(words))
        )

    def _matcher(self, kind: str) -> Matcher | None:
        return self._phrases.get(kind)

    def _holds(self, kind: str, words: Sequence[str]) -> bool:
        matcher = self._matcher(kind)
        return matcher is not None and stands_in(matcher, words)

    def _ends(self, kind: str, words: Sequence[str], start: int) -> set[int]:
        matcher = self._matcher(kind)
        return {end for end in matcher(words, start) if end > start} if matcher else set()


def _plain(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(plain, words))


@cache
def manner(language: Language) -> Manner:
    """How people speak in a language; read once."""
    return Manner(language)
