"""Word error rate of transcripts against what was really said.

Edits are counted by jiwer on words that the normaliser `NORMALISER` made; its rule is `words_of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any, Literal, get_args

import jiwer

from voice.events import HIDDEN
from voice.languages import Language
from voice.languages import language as default_language

NORMALISER = "spoken-words-2"
"""Changes whenever `words_of` does: rates of different normalisers cannot be compared."""

EditKind = Literal["equal", "substitute", "delete", "insert", "unknown"]
"""`unknown` is what was said where the hypothesis holds `HIDDEN`."""


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


def words_of(text: str, language: Language | None = None) -> list[str]:
    """Lower-case words in one spelling, without punctuation and fillers, apostrophes kept.

    `language`: in which it was said; so below. Without it the default one.
    """
    return (language or default_language()).scored_words(text)


def word_errors(reference: str, hypothesis: str, language: Language | None = None) -> WordErrors:
    """Compare one utterance.

    Where the hypothesis holds `HIDDEN`, nobody knows what was understood: that place, and the
    words of the reference that belong there, are not counted.
    """
    counted = dict.fromkeys(get_args(EditKind), 0)
    for edit in word_differences(reference, hypothesis, language):
        counted[edit.kind] += len((edit.said or edit.heard).split())
    said = counted["equal"] + counted["substitute"] + counted["delete"]
    return WordErrors(counted["substitute"], counted["delete"], counted["insert"], said)


def word_differences(
    reference: str, hypothesis: str, language: Language | None = None
) -> list[Edit]:
    """The same word by word, in order."""
    said, heard = words_of(reference, language), _heard_words(hypothesis, language)
    if not said or not heard:
        return _replaced(said, heard)
    aligned = jiwer.process_words(" ".join(said), " ".join(heard)).alignments[0]
    edits: list[Edit] = []
    for _, chunks in groupby(aligned, lambda chunk: chunk.type == "equal"):
        places = list(chunks)
        first, last = places[0], places[-1]
        ours = said[first.ref_start_idx : last.ref_end_idx]
        theirs = heard[first.hyp_start_idx : last.hyp_end_idx]
        if HIDDEN in theirs:
            edits += _replaced(ours, theirs)
        else:
            edits += [_edit(chunk, said, heard) for chunk in places]
    return edits


def _heard_words(hypothesis: str, language: Language | None) -> list[str]:
    """Its words, with HIDDEN for each place that is hidden."""
    parts = [words_of(part, language) for part in hypothesis.split(HIDDEN)]
    return list(chain(parts[0], *([HIDDEN, *words] for words in parts[1:])))


def _edit(chunk: Any, said: list[str], heard: list[str]) -> Edit:
    return Edit(
        chunk.type,
        " ".join(said[chunk.ref_start_idx : chunk.ref_end_idx]),
        " ".join(heard[chunk.hyp_start_idx : chunk.hyp_end_idx]),
    )


def _replaced(said: list[str], heard: list[str]) -> list[Edit]:
    """What was said in a place where other words were heard, or none, or hidden ones."""
    known = [word for word in heard if word != HIDDEN]
    both = min(len(said), len(known))
    # Beside a hidden place, words heard before it replace the first ones said, others the last.
    from_start = not heard or heard[0] != HIDDEN
    cut = both if from_start else len(said) - both
    replaced, left = (said[:cut], said[cut:]) if from_start else (said[cut:], said[:cut])
    edits = [Edit("substitute", " ".join(replaced), " ".join(known[:both]))]
    edits.append(Edit("insert", "", " ".join(known[both:])))
    if HIDDEN in heard:
        rest = Edit("unknown", " ".join(left), HIDDEN)
    else:
        rest = Edit("delete", " ".join(left), "")
    edits.insert(len(edits) if from_start else 0, rest)
    return [edit for edit in edits if edit.said or edit.heard]


def word_errors_of(
    pairs: Iterable[tuple[str, str]], language: Language | None = None
) -> WordErrors:
    """Sum over (reference, hypothesis) pairs: long utterances weigh more."""
    return sum((word_errors(*pair, language) for pair in pairs), WordErrors())
