"""What one step learns from: a company's examples, and other words that are read by them."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from training.encoder.company_files import TAGS, Company

NONE = -1
"""The label of what is none of the requests."""
_ROLES = (2, 7)
"""So many of what callers say in any call are among the requests; the last is out."""
_ALONE = {"en": 0.2, "fr": 0.1}
"""How often the examples are of this language alone."""
_EXAMPLES = {"en": (5, 9), "fr": (3, 7)}
"""Of each request."""
_ROLE_EXAMPLES = 4
_READ = 4
"""Further phrasings of each request that are read."""
_NOTHING = 8
_STRANGERS = 6
"""Phrasings of other companies."""
_DAMAGED = 0.6
"""The share of what is read that a recogniser got wrong in a word or two."""
_TWICE = 0.2
_VOWELS = re.compile(r"(?!^)[aeiouyàâéèêëîïôöùûü'h]")
_ALIKE = str.maketrans("bdgvzcqjmw", "ptkfskkknf")
"""Letters whose sounds are mistaken for each other over a telephone."""


@dataclass
class Episode:
    """Texts, and the number of the request that each is of."""

    examples: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)

    def learn(self, texts: Iterable[str], label: int) -> None:
        """Further examples of a request."""
        for text in texts:
            self.examples.append(text)
            self.labels.append(label)

    def ask(self, texts: Iterable[str], label: int) -> None:
        """Further words that are read; `NONE`: they are none of the requests."""
        for text in texts:
            self.read.append(text)
            self.wanted.append(label)


class Mishearing:
    """Loses words, or puts others in their place: any, or such as sound alike."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts`: where the words come from."""
        self._words = sorted({word for text in texts for word in text.split()})
        self._alike: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            self._alike[_sound(word)].append(word)

    def damaged(self, text: str, chance: random.Random) -> str:
        """The text with a word or two lost or replaced; a single word stays as it is."""
        words = text.split()
        for _ in range(2 if chance.random() < _TWICE else 1):
            if len(words) < 2:
                break
            place = chance.randrange(len(words))
            alike = [word for word in self._alike[_sound(words[place])] if word != words[place]]
            draw = chance.random()
            if draw < 0.4:
                del words[place]
            elif draw < 0.7 and alike:
                words[place] = chance.choice(alike)
            else:
                words[place] = chance.choice(self._words)
        return " ".join(words)


class Episodes:
    """Draws them; the same ones from the same seed."""

    def __init__(self, companies: Sequence[Company], roles: Company, seed: int) -> None:
        self._companies, self._roles = companies, roles
        self._chance = random.Random(seed)
        self._mishearing = Mishearing(text for one in (*companies, roles) for text in one.all())

    def next(self) -> Episode:
        """One company, and some of what callers say in any call."""
        chance, episode = self._chance, Episode()
        company = chance.choice(self._companies)
        tags = self._tags()
        for label, by_tag in enumerate(company.requests.values()):
            rest: list[str] = []
            for tag in tags:
                texts = chance.sample(by_tag.get(tag, ()), len(by_tag.get(tag, ())))
                count = chance.randrange(*_EXAMPLES[tag])
                episode.learn(texts[:count], label)
                rest += texts[count:]
            # A request whose examples are all of the other language is none that can be known.
            if label in episode.labels:
                episode.ask(self._heard(rest, _READ), label)
        first = len(company.requests)
        known = sorted(self._roles.requests)
        names = chance.sample(known, min(len(known), chance.randrange(*_ROLES)))
        for label, name in enumerate(names, first):
            texts = [text for tag in tags for text in self._roles.requests[name][tag]]
            episode.learn(chance.sample(texts, min(len(texts), _ROLE_EXAMPLES)), label)
        nothing = [text for tag in tags for text in company.nothing.get(tag, ())]
        episode.ask(self._heard(nothing, _NOTHING), NONE)
        episode.ask(self._strangers(company, tags), NONE)
        return episode

    def _tags(self) -> tuple[str, ...]:
        draw = self._chance.random()
        if draw < _ALONE["en"]:
            return ("en",)
        return ("fr",) if draw < sum(_ALONE.values()) else TAGS

    def _heard(self, texts: Sequence[str], most: int) -> list[str]:
        some = self._chance.sample(texts, min(len(texts), most))
        return [
            self._mishearing.damaged(text, self._chance)
            if self._chance.random() < _DAMAGED
            else text
            for text in some
        ]

    def _strangers(self, company: Company, tags: Sequence[str]) -> list[str]:
        """What is asked of other companies, by other names than this one's requests have."""
        found: list[str] = []
        for _ in range(_STRANGERS):
            other = self._chance.choice(self._companies)
            name = self._chance.choice(sorted(other.requests))
            texts = [text for tag in tags for text in other.requests[name].get(tag, ())]
            if other is not company and name not in company.requests and texts:
                found.append(self._chance.choice(texts))
        return found


def _sound(word: str) -> str:
    """Words with one such key sound alike: their consonants, as far as they are told apart."""
    return re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", word.translate(_ALIKE)))
