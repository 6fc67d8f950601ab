"""The small words by which a listener says 'go on'; they do not take the floor."""

from __future__ import annotations

from collections.abc import Sequence

from voice.languages.table import Table
from voice.languages.words import words_of

_LONGEST = 3
"""Words of a backchannel."""


class Listening(Table):
    """What somebody says who only listens, or only waits."""

    words: frozenset[str]
    """Each by itself, also several of them."""
    phrases: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    """What somebody says who wants the other to stop, a few words of their own."""
    patience: Sequence[str] = ()
    """What somebody who waits says to show that they are still there."""
    farewell: Sequence[str] = ()
    """What somebody says who was told goodbye, and wants nothing more."""

    def is_backchannel(self, text: str) -> bool:
        """Whether `text` says no more than that the caller is listening."""
        words = words_of(text.replace("-", ""))
        if not words or len(words) > _LONGEST:
            return False
        if " ".join(words) in self.phrases or self.words.issuperset(words):
            return True
        is_spelt = all(len(word) == 1 for word in words)
        return is_spelt and "".join(words) in self.words

    def stops_speaker(self, text: str) -> bool:
        """Whether all that `text` says is that the other shall stop."""
        return " ".join(words_of(text)) in self.stops

    def may_become_backchannel(self, text: str) -> bool:
        """Whether `text`, whose last word may be cut short, says no more than that so far."""
        words = words_of(text.replace("-", ""))
        if not words or len(words) > _LONGEST:
            return False
        *whole, last = words
        if self.words.issuperset(whole) and any(word.startswith(last) for word in self.words):
            return True
        begun = " ".join(words)
        return any(phrase.startswith(begun) for phrase in self.phrases)

    def is_patience(self, text: str) -> bool:
        """Whether somebody who waits for an answer says no more than that they are still there."""
        return (
            not words_of(text)
            or self.is_backchannel(text)
            or _covers(self.patience, words_of(text))
        )

    def is_farewell(self, text: str) -> bool:
        """Whether somebody who was told goodbye says no more than that to it."""
        kind = (*self.words, *self.phrases, *self.patience, *self.farewell)
        return _covers(kind, words_of(text))


def _covers(phrases: Sequence[str], words: Sequence[str]) -> bool:
    """Whether phrases of these can be laid side by side over all the words."""
    laid = [tuple(words_of(phrase)) for phrase in phrases]
    reached = {0}
    for start in range(len(words)):
        if start in reached:
            reached |= {
                start + len(phrase)
                for phrase in laid
                if tuple(words[start : start + len(phrase)]) == phrase
            }
    return len(words) in reached
