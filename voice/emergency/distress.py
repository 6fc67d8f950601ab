"""Finds words of distress in what a caller said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from voice.emergency.countries import country
from voice.emergency.phrase import any_of
from voice.languages import Language, plain, words_of
from voice.languages import language as default_language

KINDS = ("self_harm", "violence", "medical", "police", "fire", "emergency")
"""In the order of precedence when words of several kinds are said."""

_SAID_TWICE = re.compile(r"(?<= )(\w+ )(?:\1)+")
"""A word that is repeated, as by somebody who stammers."""


@dataclass(frozen=True)
class Distress:
    """Words of distress that were said."""

    kind: str
    """One of KINDS."""
    words: str
    """In normal form: lower case, without accents, contractions written out."""


class DistressWords:
    """The lists of one language and country; `find` takes well under a millisecond."""

    def __init__(self, data: dict[str, Any], language: Language, numbers: tuple[str, ...]) -> None:
        """`numbers` are the country's emergency numbers, as they are dialled."""
        spaced = [" ".join(number) for number in numbers]
        self._numbers = language.numbers
        spoken = [plain(self._numbers.digits(number)) for number in numbers]
        words = {name: _joined(part) for name, part in data["parts"].items()}
        words["number"] = "|".join([words["number"], *numbers, *spaced, *spoken])
        guards = data["guards"]
        self._spelling: dict[str, str] = data["spelling"]
        self._phrases = [phrase for phrase in self._spelling if " " in phrase]
        self._suffixes: dict[str, str] = data.get("suffixes", {})
        self._dropped = any_of(data["dropped"], words)
        self._harmless = any_of(guards["harmless"], words)
        self._unless = any_of(guards["unless"], words)
        self._not_meant = any_of(guards["negated"] + guards["hypothetical"], words, at_the_end=True)
        self._negated = any_of(guards["negated"], words, at_the_end=True)
        self._kinds = {kind: _Lists(data[kind], words) for kind in KINDS}
        self._say: dict[str, str] = data["say"]

    @classmethod
    @cache
    def load(cls, language: Language, country_code: str) -> DistressWords:
        """The lists of a language, or all of the default one; raises ConfigError."""
        spoken = language if language.distress else default_language()
        assert spoken.distress is not None, "the default language has words of distress"
        return cls(spoken.distress, spoken, country(country_code).numbers)

    @property
    def connecting(self) -> str:
        """What a caller is told who is put through."""
        return self._say["connecting"]

    def nobody(self, number: str) -> str:
        """What a caller is told where nobody can be reached: to dial the number themselves."""
        spoken = ", ".join(self._numbers.digits(number).split())
        return self._say["nobody"].format(number=spoken)

    def find(self, text: str) -> Distress | None:
        """The words of distress in what was said, if there are any."""
        said = self._normal_form(text)
        said_once = _SAID_TWICE.sub(r"\1", said)
        return self._find(said) or (self._find(said_once) if said_once != said else None)

    def _find(self, said: str) -> Distress | None:
        ordinary = self._unless.search(said) is not None
        said = self._harmless.sub("| ", said)
        for kind, lists in self._kinds.items():
            not_meant = self._negated if kind == "self_harm" else self._not_meant
            found = lists.find(said, not_meant, ordinary)
            if found:
                return Distress(kind, found)
        return None

    def _normal_form(self, text: str) -> str:
        words = words_of(re.sub(r"[.,]", " ", plain(text)))
        spelt = " ".join(map(self._spelt, words))
        said = f" {' '.join(spelt.replace(chr(39), ' ').split())} "
        for phrase in self._phrases:
            said = said.replace(f" {phrase} ", f" {self._spelling[phrase]} ")
        return self._dropped.sub("", said)

    def _spelt(self, word: str) -> str:
        word = word.strip("'")
        for suffix, meant in self._suffixes.items():
            if word.endswith(suffix) and word not in self._spelling:
                return f"{word.removesuffix(suffix)} {meant}"
        return self._spelling.get(word, word)


class _Lists:
    """The phrases of one kind."""

    def __init__(self, data: dict[str, list[str]], words: dict[str, str]) -> None:
        self._always = any_of(data["always"], words)
        self._unless = any_of(data.get("unless_ordinary", []), words)
        self._whole = any_of(data.get("whole", []), words)

    def find(self, said: str, not_meant: re.Pattern[str], ordinary: bool) -> str:
        """The first phrase that is meant; "" where there is none."""
        whole = self._whole.fullmatch(said, 1)
        if whole:
            return whole[0].strip()
        for phrases in (self._always, *([] if ordinary else [self._unless])):
            for match in phrases.finditer(said):
                if not_meant.search(said, 0, match.start()) is None:
                    return match[0].strip()
        return ""


def _joined(part: str | list[str]) -> str:
    """The ways in which a part is said, which may stand in several lines."""
    return part if isinstance(part, str) else "|".join(part)
