"""How probable it is that a caller speaks one language or another, utterance by utterance.

Pure: what is known before the first word, and what each utterance sounds like, give the belief.
It is a filter (forward algorithm of a hidden Markov model): callers seldom change their language,
and no single utterance tells it for certain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class LanguageBelief:
    """What one caller speaks, as far as it is known.

    Languages that are offered are named by their tags, others by their ISO 639 codes.
    """

    spoken: str
    """The language of the call: one utterance in another one does not change it."""
    heard: str
    """The language of the last utterance, of those that are offered."""
    shares: Mapping[str, float]
    """How probable each language is; those that are offered, and others that were heard."""
    before: Mapping[str, float]
    """The same before the first utterance."""

    @classmethod
    def of(cls, offered: Sequence[str], prior: Mapping[str, float] | None = None) -> LanguageBelief:
        """Before the first utterance; of two that are as probable the first is spoken.

        `prior`: how probable each of the languages is by what is known of the call, in sum 1;
        without it each is as probable.
        """
        shares = prior or dict.fromkeys(offered, 1 / len(offered))
        first = max(offered, key=shares.__getitem__)
        return cls(first, first, shares, shares)

    @property
    def confidence(self) -> float:
        """How probable it is that the last utterance is in the language in which it was heard."""
        return self.shares[self.heard]

    @property
    def stranger(self) -> str:
        """The language that surely is spoken though it is not offered; empty when none is."""
        likeliest = max(self.shares, key=self.shares.__getitem__)
        surely = likeliest not in self.before and self.shares[likeliest] >= _SURELY_STRANGE
        return likeliest if surely else ""

    def after(self, sounds: Mapping[str, float], seconds: float) -> LanguageBelief:
        """After an utterance of so many seconds.

        `sounds`: how probable each language is by the utterance's sound alone, by ISO 639 code.
        """
        weight = min(1.0, seconds / _WHOLE_SECONDS)
        expected = self._expected(sounds)
        unscaled = {
            tag: share * max(sounds.get(_code(tag), 0.0), _LEAST) ** weight
            for tag, share in expected.items()
        }
        shares = {tag: share / sum(unscaled.values()) for tag, share in unscaled.items()}
        heard = max(self.before, key=shares.__getitem__)
        changes = self._of_offered(shares, heard) >= _SURE
        doubted = self._of_offered(expected, self.spoken) < _SURE
        spoken = heard if changes or doubted else self.spoken
        return replace(self, spoken=spoken, heard=heard, shares=shares)

    def _expected(self, sounds: Mapping[str, float]) -> dict[str, float]:
        """The belief before an utterance, in which the caller may have changed the language."""
        codes = set(map(_code, self.before))
        strange = {code for code, sound in sounds.items() if sound > _LEAST} - codes
        return {
            tag: (1 - _CHANGES) * self.shares.get(tag, _STRANGE)
            + _CHANGES * self.before.get(tag, _STRANGE)
            for tag in dict.fromkeys([*self.shares, *sorted(strange)])
        }

    def _of_offered(self, shares: Mapping[str, float], tag: str) -> float:
        """The share of a language among those that are offered."""
        return shares[tag] / sum(shares[offered] for offered in self.before)


def _code(tag: str) -> str:
    return tag.partition("-")[0]
