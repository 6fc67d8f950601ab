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
    patience: Sequence[str] = ()
    """What somebody who waits says to show that they are still there."""

    def is_backchannel(self, text: str) -> bool:
        """Whether `text` says no more than that the caller is listening."""
        words = words_of(text.replace("-", ""))
        if not words or len(words) > _LONGEST:
            return False
        return " ".join(words) in self.phrases or self.words.issuperset(words)

    def is_patience(self, text: str) -> bool:
        """Whether somebody who waits for an answer says no more than that they are still there."""
        return not words_of(text) or self.is_backchannel(text) or self._all_patience(words_of(text))

    def _all_patience(self, words: Sequence[str]) -> bool:
        """Whether phrases of patience can be laid side by side over all the words."""
        phrases = [tuple(words_of(phrase)) for phrase in self.patience]
        reached = {0}
        for start in range(len(words)):
            if start in reached:
                reached |= {
                    start + len(phrase)
                    for phrase in phrases
                    if tuple(words[start : start + len(phrase)]) == phrase
                }
        return len(words) in reached
