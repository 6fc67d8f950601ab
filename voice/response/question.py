"""What an answer may repeat of the question: its verb or one of that sense, and its subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from voice.languages import plain
from voice.response.caller_text import NUMBER
from voice.response.phrases import Lists, Matcher, any_of

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_SUBJECT = 8
"""Words."""


def _nothing(_words: Sequence[str], _start: int) -> frozenset[int]:
    return frozenset()


class Asking(BaseModel):
    """How a language asks whether to act, and verbs of the same sense: `asking` of answers.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asked_by: list[str] = []
    """What stands before the verb of a question, in the notation of `voice.response.phrases`."""
    verbs: list[str] = []
    """Verbs of the same sense, parted by |; a verb may have a particle (turn on)."""
    endings: dict[str, list[str]] = {}
    """Of verbs as they are listed, with all that may stand in their place."""
    stands_for: dict[str, list[str]] = {}
    """Words that an answer may hold in the place of those of the question (me: you)."""
    details: str = ""
    """Words that tell when or how much; said again with praise, they agree (Thursday is fine)."""
    small: str = ""
    """Words that may stand between those of the subject."""

    def replacing(self, words: set[str]) -> set[str]:
        """What may stand for some of these words."""
        meant = {plain(word): set(map(plain, all_)) for word, all_ in self.stands_for.items()}
        return {word for word, all_ in meant.items() if all_ & words}

    def senses(self) -> Iterable[set[str]]:
        """The verbs of each sense in all their forms."""
        for line in self.verbs:
            yield {form for verb in plain(line).split("|") for form in self._forms(verb.strip())}

    def forms(self, words: set[str]) -> set[str]:
        """All forms of verbs that are not listed, each given in any form."""
        found = set(words)
        for word in words:
            for endings in self.endings.values():
                for ending in sorted(map(plain, endings), key=len, reverse=True):
                    if word.endswith(ending):
                        stem = word.removesuffix(ending)
                        found |= {stem + plain(other) for other in endings}
                        break
        return found

    def _forms(self, verb: str) -> Iterable[str]:
        first, *particle = verb.split()
        ending = max((end for end in self.endings if first.endswith(end)), key=len, default="")
        stem = first.removesuffix(ending)
        for other in self.endings.get(ending, [ending]):
            yield " ".join([stem + plain(other), *particle])


@dataclass(frozen=True)
class Asked:
    """What questions ask for: verbs of the same sense, and the words that tell of what."""

    verbs: frozenset[str]
    subject: frozenset[str]
    """Words but small ones and those of numbers."""
    numbers: tuple[tuple[str, ...], ...]
    """Numbers in words, and amounts of two numbers with the word between them."""
    details: frozenset[str]
    small: frozenset[str]

    @classmethod
    def by(
        cls, asking: Asking, questions: Iterable[str], words_of: Callable[[str], list[str]]
    ) -> Asked:
        """Reads the sentences that ask as the language does; `words_of` writes figures in words."""
        asks = any_of(asking.asked_by, {}, "asked_by") if asking.asked_by else _nothing
        small = frozenset(plain(asking.small).split())
        details = frozenset(plain(asking.details).split())
        verbs: set[str] = set()
        subject: set[str] = set()
        numbers: set[tuple[str, ...]] = set()
        for sentence in (part for text in questions for part in _SENTENCE_END.split(text)):
            words = words_of(sentence)
            for start in asks(words, 0):
                known = {
                    verb
                    for sense in asking.senses()
                    for verb in sense
                    if _begins(verb, words, start)
                }
                verbs |= {verb for sense in asking.senses() if sense & known for verb in sense}
                known = known or asking.forms(set(words[start : start + 1]) - small)
                if not known:
                    continue
                verbs |= known
                figures = set(words) - set(_LETTERS.findall(plain(sentence)))
                numbers |= set(_runs(words[start:], figures))
                of_verbs = {part for verb in known for part in verb.split()}
                subject |= set(words[start:]) - figures - of_verbs - small - {NUMBER}
                subject |= asking.replacing(set(words[start:]))
        return cls(frozenset(verbs), frozenset(subject), tuple(numbers), details, small)

    def lists(self, known: Lists) -> dict[str, Matcher]:
        """The lists that the question makes for the phrases of a language.

        <subject> is what it is about, <full_subject> at least two words of that, <detail> one with
        a number or another detail, <all_details> one with each that was asked, <verb> a verb of the
        sense of its own, <request> one with the subject, <order> one with <that>, which is of the
        `known` lists.
        """
        about = {"subject": self._repeats(1), "full_subject": self._repeats(2)}
        about["detail"] = self._repeats(1, self._is_detail)
        about["all_details"] = self._repeats(1, self._are_all_details)
        if not self.verbs or "that" not in known:
            return about | dict.fromkeys(("verb", "order", "request"), _nothing)
        verbs = {
            "verb": self.verbs,
            "order": _with("<that>", self.verbs),
            "request": _with("<subject>", self.verbs),
        }
        lists = {**known, **about}
        return about | {name: any_of(rules, lists, "verbs") for name, rules in verbs.items()}

    def _is_detail(self, words: Sequence[str]) -> bool:
        return bool(self._details & set(words))

    def _are_all_details(self, words: Sequence[str]) -> bool:
        return bool(self._details) and self._details <= set(words)

    @property
    def _details(self) -> set[str]:
        return {word for number in self.numbers for word in number} | self.details & self.subject

    def _repeats(
        self, least: int, holds: Callable[[Sequence[str]], bool] = lambda _: True
    ) -> Matcher:
        """At least so many telling words of the question in any order, small ones between them."""

        def match(words: Sequence[str], start: int) -> frozenset[int]:
            ends: set[int] = set()
            told, place = 0, start
            while place < min(len(words), start + _LONGEST_SUBJECT):
                end = max((_after(run, words, place) for run in self.numbers), default=place)
                if end == place and words[place] in self.subject:
                    end += 1
                told += end - place
                if end == place and words[place] not in self.small:
                    break
                if end > place and told >= least and holds(words[start:end]):
                    ends.add(end)
                place = max(end, place + 1)
            return frozenset(ends)

        return match


def _runs(words: Sequence[str], figures: set[str]) -> Iterable[tuple[str, ...]]:
    """The numbers in words; two with one other word between them are one: thirty pounds fifty."""
    marked = "".join("n" if word in figures else "w" for word in words)
    for run in re.finditer("n+(?:wn+)*", marked):
        yield tuple(words[slice(*run.span())])
        yield tuple(word for word in words[slice(*run.span())] if word in figures)


def _after(run: Sequence[str], words: Sequence[str], start: int) -> int:
    """Where a number ends that stands there, or `start`."""
    end = start + len(run)
    return end if tuple(words[start:end]) == tuple(run) else start


def _begins(verb: str, words: Sequence[str], start: int) -> bool:
    """Whether the verb stands there, its particle wherever it follows."""
    first, *particle = verb.split()
    return words[start : start + 1] == [first] and set(particle) <= set(words[start + 1 :])


def _with(thing: str, verbs: Iterable[str]) -> Iterable[str]:
    for verb in verbs:
        first, *particle = verb.split()
        yield f"{verb} {thing}"
        if particle:
            yield f"{first} {thing} {' '.join(particle)}"
