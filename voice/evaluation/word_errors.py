"""Word error rate of transcripts against what was really said.

Edits are counted by jiwer on words that the normaliser `NORMALISER` made; its rule is `words_of`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

import jiwer

from voice.evaluation.english_spelling import one_spelling

NORMALISER = "spoken-words-2"
"""Changes whenever `words_of` does: rates of different normalisers cannot be compared."""

EditKind = Literal["equal", "substitute", "delete", "insert"]


@dataclass(frozen=True)
class WordErrors:
    """Edits that turn a reference into its hypothesis, and the words of the reference."""

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    words: int = 0

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.words + other.words,
        )

    @property
    def edits(self) -> int:
        """Of all kinds."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Edits per word of the reference; 0 where there is no reference."""
        return self.edits / self.words if self.words else 0.0


@dataclass(frozen=True)
class Edit:
    """A stretch of words that is right, or wrong in one way."""

    kind: EditKind
    said: str
    heard: str


def words_of(text: str) -> list[str]:
    """Lower-case words in one spelling, without punctuation and fillers, apostrophes kept."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", one_spelling(text))


def word_errors(reference: str, hypothesis: str) -> WordErrors:
    """Compare one utterance."""
    said, heard = words_of(reference), words_of(hypothesis)
    if not said:
        return WordErrors(insertions=len(heard))
    counted = jiwer.process_words(" ".join(said), " ".join(heard))
    return WordErrors(counted.substitutions, counted.deletions, counted.insertions, len(said))


def word_differences(reference: str, hypothesis: str) -> list[Edit]:
    """The same word by word, in order."""
    said, heard = words_of(reference), words_of(hypothesis)
    if not said:
        return [Edit("insert", "", " ".join(heard))] if heard else []
    aligned = jiwer.process_words(" ".join(said), " ".join(heard)).alignments[0]
    return [
        Edit(
            cast(EditKind, chunk.type),
            " ".join(said[chunk.ref_start_idx : chunk.ref_end_idx]),
            " ".join(heard[chunk.hyp_start_idx : chunk.hyp_end_idx]),
        )
        for chunk in aligned
    ]


def word_errors_of(pairs: Iterable[tuple[str, str]]) -> WordErrors:
    """Sum over (reference, hypothesis) pairs: long utterances weigh more."""
    return sum((word_errors(*pair) for pair in pairs), WordErrors())
