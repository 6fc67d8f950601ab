"""What an answer may repeat of the question: its verb, or one of the same sense, and its subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from voice.languages import plain
from voice.response.caller_text import NUMBER
from voice.response.phrases import Lists, Matcher, any_of

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_LONGEST_SUBJECT = 8
"""Words."""
_NOTHING: Matcher = lambda _words, _start: frozenset()  # noqa: E731 - matches no words


class Asking(BaseModel):
    """How a language asks whether to act, and which verbs mean the same: `asking` of answers.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asked_by: list[str] = []
    """What stands before the verb of a question, in the notation of `voice.response.phrases`."""
    verbs: list[str] = []
    """Verbs of the same sense, parted by |; a verb may have a particle (turn on)."""
    endings: dict[str, list[str]] = {}
    """Of verbs as they are listed, with all that may stand in their place."""
    small: str = ""
    """Words that may stand between those of the subject."""

    def senses(self) -> Iterable[set[str]]:
        """The verbs of each sense in all their forms."""
        for line in self.verbs:
            yield {form for verb in plain(line).split("|") for form in self._forms(verb.strip())}

    def _forms(self, verb: str) -> Iterable[str]:
        first, *particle = verb.split()
        ending = max((end for end in self.endings if first.endswith(end)), key=len, default="")
        stem = first.removesuffix(ending)
        for other in self.endings.get(ending, [ending]):
            yield " ".join([stem + plain(other), *particle])


def repeated(
    asking: Asking, questions: Iterable[str], words_of: Callable[[str], list[str]], lists: Lists
) -> dict[str, Matcher]:
    """The lists that a question makes, for one that uses `lists` of the language.

    <subject> is what the question is about, <verb> any verb of the sense of its own, <request> one
    with the subject, <order> one with <that>, which is a list of the language.
    """
    asks = any_of(asking.asked_by, {}, "asked_by") if asking.asked_by else _NOTHING
    verbs: set[str] = set()
    subject: set[str] = set()
    for sentence in (part for text in questions for part in _SENTENCE_END.split(text)):
        words = words_of(sentence)
        for start in asks(words, 0):
            known = [verb for sense in asking.senses() for verb in sense if _begins(verb, words, start)]
            verbs |= {verb for sense in asking.senses() if sense & set(known) for verb in sense}
            if known:
                subject |= set(words[start:]) - {part for verb in known for part in verb.split()}
    small = set(plain(asking.small).split())
    about = _subject(subject - small - {NUMBER}, small)
    if not verbs or "that" not in lists:
        return {"subject": about} | dict.fromkeys(("verb", "order", "request"), _NOTHING)
    known_lists = {**lists, "subject": about}
    return {
        "subject": about,
        "verb": any_of(verbs, {}, "verbs"),
        "order": any_of(_with("<that>", verbs), known_lists, "verbs"),
        "request": any_of(_with("<subject>", verbs), known_lists, "verbs"),
    }


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


def _subject(telling: set[str], small: set[str]) -> Matcher:
    """Words of the question in any order, small ones between them, a telling one at the end."""

    def match(words: Sequence[str], start: int) -> frozenset[int]:
        ends: list[int] = []
        for place, word in enumerate(words[start : start + _LONGEST_SUBJECT], start + 1):
            if word in telling:
                ends.append(place)
            elif word not in small:
                break
        return frozenset(ends)

    return match
