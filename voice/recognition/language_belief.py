"""How probable it is that a caller speaks one language or dialect or another, turn by turn.

Pure: what is known before the first word, what each utterance sounds like, and how well it was
read, give the belief. It is a filter (forward algorithm of a hidden Markov model): callers seldom
change what they speak, and no single utterance tells it for certain.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

_CHANGES = 0.03
"""So much of the belief is open again with each utterance: callers do go on in another language."""
_LEAST = 0.01
"""By its sound no language is less probable: how sure one utterance can make of anything."""
_WHOLE_SECONDS = 3.0
"""A shorter utterance tells less."""
_SURE = 0.8
"""A language that was believed in so far gives way only to one in which as much is believed."""
_STRANGE = 0.003
"""Callers who speak a certain other language than those that are offered. It has to be heard again
and again: what an accent sounds like differs from one utterance to the next."""
_SURELY_STRANGE = 0.95
_READING_TELLS = 6.0
"""A reading that is surer by 1, in the log, speaks so strongly for its dialect, in the log too."""


@dataclass(frozen=True)
class LanguageBelief:
    """What one caller speaks, as far as it is known.

    Languages that are offered and their dialects are named by their tags (BCP 47), other languages
    by their ISO 639 codes.
    """

    spoken: str
    """The language of the call: one utterance in another one does not change it."""
    variety: str
    """What the last utterance was in, of all that is offered: a language, or a dialect of one."""
    shares: Mapping[str, float]
    """How probable each is; what is offered, and other languages that were heard."""
    before: Mapping[str, float]
    """The same before the first utterance."""
    dialects: Mapping[str, str] = field(default_factory=dict)
    """The language of each dialect that is told apart from it."""

    @classmethod
    def of(
        cls,
        offered: Sequence[str],
        prior: Mapping[str, float] | None = None,
        dialects: Mapping[str, str] | None = None,
    ) -> LanguageBelief:
        """Before the first utterance; of two that are as probable the first is spoken.

        `prior`: how probable each of the languages and dialects is by what is known of the call, in
        sum 1; without it each language is as probable, and within it each dialect.
        """
        dialects = dialects or {}
        shares = prior or even_shares(offered, dialects)
        made = cls(offered[0], offered[0], shares, shares, dialects)
        first = made._likeliest_of(list(shares))
        return replace(made, spoken=made.language_of(first), variety=first)

    @property
    def offered(self) -> tuple[str, ...]:
        """The tags of the languages."""
        return tuple(dict.fromkeys(map(self.language_of, self.before)))

    @property
    def heard(self) -> str:
        """The language of the last utterance, of those that are offered."""
        return self.language_of(self.variety)

    @property
    def dialect(self) -> str | None:
        """The dialect of the last utterance, where it is more than its language."""
        return self.variety if self.variety in self.dialects else None

    @property
    def confidence(self) -> float:
        """How probable it is that the last utterance is in the language in which it was heard."""
        return self.share_of(self.heard)

    @property
    def candidates(self) -> tuple[str, ...]:
        """As what the last utterance is best read: while that is in doubt, the likeliest two.

        The language is settled before the dialect.
        """
        doubt = self._among_offered(self.shares, self._varieties(self.heard)) < _SURE
        if not doubt and self._among_offered(self.shares, [self.variety]) >= _SURE:
            return (self.variety,)
        others = [
            tag
            for tag in self.before
            if tag != self.variety and (self.language_of(tag) != self.heard) == doubt
        ]
        return self.variety, max(others, key=self.shares.__getitem__)

    @property
    def stranger(self) -> str:
        """The language that surely is spoken though it is not offered; empty when none is."""
        likeliest = max(self.shares, key=self.shares.__getitem__)
        surely = likeliest not in self.before and self.shares[likeliest] >= _SURELY_STRANGE
        return likeliest if surely else ""

    def language_of(self, tag: str) -> str:
        """The language that is offered of which this is a dialect, or itself."""
        return self.dialects.get(tag, tag)

    def share_of(self, language: str) -> float:
        """How probable it is that the caller speaks it, in whatever dialect."""
        return sum(self.shares[tag] for tag in self._varieties(language))

    def after(
        self,
        sounds: Mapping[str, float],
        seconds: float,
        readings: Mapping[str, float] | None = None,
    ) -> LanguageBelief:
        """After an utterance of so many seconds.

        `sounds`: how probable each language or dialect is by the utterance's sound alone, by tag or
        ISO 639 code. `readings`: the certainties (logs, as models are calibrated) with which it was
        read as two or more of those that are offered; it was then in one of these.
        """
        weight = min(1.0, seconds / _WHOLE_SECONDS)
        expected, evidence = self._expected(sounds), _Evidence(sounds, self.before)
        likely = {
            tag: share * max(evidence.of(tag), _LEAST) ** weight for tag, share in expected.items()
        }
        likely |= _told_apart(likely, readings or {}, weight)
        shares = {tag: share / sum(likely.values()) for tag, share in likely.items()}
        read = [tag for tag in self.before if tag in (readings or self.before)]
        variety = self._likeliest_of(read, shares)
        heard = self.language_of(variety)
        changes = self._among_offered(shares, self._varieties(heard)) >= _SURE
        doubted = self._among_offered(expected, self._varieties(self.spoken)) < _SURE
        spoken = heard if changes or doubted else self.spoken
        return replace(self, spoken=spoken, variety=variety, shares=shares)

    def _expected(self, sounds: Mapping[str, float]) -> dict[str, float]:
        """The belief before an utterance, in which the caller may have changed the language."""
        codes = set(map(_code, self.before))
        strange = {_code(tag) for tag, sound in sounds.items() if sound > _LEAST} - codes
        return {
            tag: (1 - _CHANGES) * self.shares.get(tag, _STRANGE)
            + _CHANGES * self.before.get(tag, _STRANGE)
            for tag in dict.fromkeys([*self.shares, *sorted(strange)])
        }

    def _varieties(self, language: str) -> list[str]:
        return [tag for tag in self.before if self.language_of(tag) == language]

    def _likeliest_of(self, tags: Iterable[str], shares: Mapping[str, float] | None = None) -> str:
        """The likeliest of these in the likeliest language."""
        known, by_language = shares or self.shares, dict[str, float]()
        for tag in tags:
            spoken = self.language_of(tag)
            by_language[spoken] = by_language.get(spoken, 0.0) + known[tag]
        return max(tags, key=lambda tag: (by_language[self.language_of(tag)], known[tag]))

    def _among_offered(self, shares: Mapping[str, float], tags: Iterable[str]) -> float:
        """The share of these among all that is offered."""
        return sum(shares[tag] for tag in tags) / sum(shares[tag] for tag in self.before)


def even_shares(offered: Sequence[str], dialects: Mapping[str, str]) -> dict[str, float]:
    """Each language as probable as the others, and each dialect of it as itself.

    A dialect stands before its language: of two that are as probable the first is read, and that
    is what was made for such callers.
    """
    varieties = {tag: [one for one, of in dialects.items() if of == tag] for tag in offered}
    return {
        variety: 1 / len(offered) / (1 + len(own))
        for tag, own in varieties.items()
        for variety in (*own, tag)
    }


class _Evidence:
    """What the sound of an utterance says of each of those that are told apart."""

    def __init__(self, sounds: Mapping[str, float], known: Mapping[str, float]) -> None:
        self._own: dict[str, float] = {}
        """What was heard counts for the narrowest that is known."""
        for label, sound in sounds.items():
            nearest = next((tag for tag in _wider(label) if tag in known), _code(label))
            self._own[nearest] = self._own.get(nearest, 0.0) + sound

    def of(self, tag: str) -> float:
        """Dialects that cannot be told apart by their sound share the evidence of their language"""
        return next((self._own[wider] for wider in _wider(tag) if wider in self._own), 0.0)


def _told_apart(
    likely: Mapping[str, float], readings: Mapping[str, float], weight: float
) -> dict[str, float]:
    """The shares of those as which an utterance was read, changed by how well that went."""
    if len(readings) < 2:
        return {}
    best = max(readings.values())
    told = {}
    for tag, certainty in readings.items():
        behind = certainty - best if certainty < best else 0.0
        told[tag] = likely[tag] * max(math.exp(behind * _READING_TELLS * weight), _LEAST)
    together = sum(likely[tag] for tag in told) / math.fsum(told.values())
    return {tag: share * together for tag, share in told.items()}


def _wider(tag: str) -> list[str]:
    """The tag, and what is wider than it (RFC 4647 3.4): sw-KE, sw."""
    parts = tag.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _code(tag: str) -> str:
    return tag.partition("-")[0]
