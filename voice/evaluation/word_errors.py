"""Word error rate of transcripts against what was really said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from num2words import num2words

_LONGEST_NUMBER = 6
"""Longer ones are read digit by digit; a recogniser may invent hundreds of digits."""


@dataclass(frozen=True)
class WordErrors:
    """Edits that turn a reference into its hypothesis, and the words of the reference."""

    edits: int
    words: int

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(self.edits + other.edits, self.words + other.words)

    @property
    def rate(self) -> float:
        """Edits per word of the reference; 0 where there is no reference."""
        return self.edits / self.words if self.words else 0.0


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation, numbers in words, apostrophes kept."""
    spelled = re.sub(r"\d+", lambda number: f" {_in_words(number[0])} ", text.lower())
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", spelled.replace("’", "'"))


def _in_words(digits: str) -> str:
    """`42` as forty-two, `0815` and long numbers digit by digit."""
    whole = len(digits) <= _LONGEST_NUMBER and (digits == "0" or not digits.startswith("0"))
    parts = [digits] if whole else digits
    return " ".join(str(num2words(int(part))) for part in parts)


def word_errors(reference: str, hypothesis: str) -> WordErrors:
    """Compare one utterance."""
    said, heard = words_of(reference), words_of(hypothesis)
    return WordErrors(_distance(said, heard), len(said))


def word_errors_of(pairs: Iterable[tuple[str, str]]) -> WordErrors:
    """Sum over (reference, hypothesis) pairs: long utterances weigh more."""
    return sum((word_errors(*pair) for pair in pairs), WordErrors(0, 0))


def _distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance in words."""
    previous = list(range(len(heard) + 1))
    for row, word in enumerate(said, start=1):
        current = [row]
        for column, other in enumerate(heard, start=1):
            current.append(
                min(
                    previous[column] + 1,
                    current[-1] + 1,
                    previous[column - 1] + (word != other),
                )
            )
        previous = current
    return previous[-1]
