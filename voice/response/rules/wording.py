"""From an act to the sentences that are spoken: wording, slots, clauses."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voice.languages import CAPITAL, Language, plain, words_of
from voice.response.rules.values import written
from voice.tasks import Role, TaskSet, slots_of
from voice.tools import Value

_CLAUSE_END = re.compile(rf"(?<=[.?!])\s+(?={CAPITAL})")


class Wordings:
    """Chooses among the wordings of an act: not the same one twice in a row in one call."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def choose(self, act: str, tasks: TaskSet, alone: bool = False) -> str:
        """The next wording of an act in the tasks' language, slots unfilled.

        `alone`: no person can be had; then it is one that says something without speaking of one,
        be it in the language's own words.
        """
        options = tasks.wordings[act]
        if alone:
            roles = tasks.language.roles.acts
            options = next(
                fitting
                for some in (options, roles.get(act, ()), roles[Role.OKAY])
                if (fitting := tuple(one for one in some if without_person(one, tasks.language)))
            )
        number = self._used.get(act, -1) + 1
        self._used[act] = number
        return options[number % len(options)]


def fill(sentence: str, values: Mapping[str, Value], language: Language) -> str | None:
    """The sentence with the values of its slots; None when one has none."""
    for slot in slots_of(sentence):
        value = written(values[slot], language) if slot in values else ""
        if not value:
            return None
        sentence = sentence.replace(f"{{{slot}}}", value)
    return sentence


def clauses(text: str) -> list[str]:
    """The sentences of a text."""
    return [clause for clause in _CLAUSE_END.split(text.strip()) if clause]


def whole_clauses(text: str) -> tuple[list[str], str]:
    """The sentences of a text that goes on, as far as another one has begun, and the rest."""
    *whole, rest = _CLAUSE_END.split(text)
    return [clause.strip() for clause in whole if clause.strip()], rest


def without_person(wording: str, language: Language) -> str:
    """The sentences of a wording that speak of no person who could help."""
    persons = language.roles.persons
    return " ".join(
        sentence
        for sentence in clauses(wording)
        if not persons.intersection(map(plain, words_of(sentence)))
    )


def share_heard(said: str, heard: str) -> float:
    """Which part of `said` was heard, 0 to 1, by words."""
    count = len(said.split())
    return min(1.0, len(heard.split()) / count) if count else 1.0


def cut(text: str, share: float) -> str:
    """The first words of a text."""
    words = text.split()
    return " ".join(words[: round(len(words) * share)])
