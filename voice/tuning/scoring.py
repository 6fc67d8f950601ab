"""Errors of words and letters by group, before a tuning and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import jiwer

from voice.errors import ConfigError
from voice.evaluation.intervals import Figure, ratio, ratio_difference
from voice.languages import Language, language, words_of


@dataclass(frozen=True)
class Scored:
    """One utterance, compared."""

    word_edits: int
    words: int
    letter_edits: int
    letters: int


@dataclass(frozen=True)
class ReadTwice:
    """An utterance of a group as it was read before and after."""

    group: str
    before: Scored
    after: Scored


@dataclass(frozen=True)
class GroupScores:
    """One row of a fairness table."""

    name: str
    heard: Sequence[ReadTwice]

    @property
    def words(self) -> int:
        """Of the references."""
        return sum(one.before.words for one in self.heard)

    @cached_property
    def words_before(self) -> Figure:
        """Word error rate, with bounds by bootstrap over utterances; so below."""
        return _word_rate(one.before for one in self.heard)

    @cached_property
    def words_after(self) -> Figure:
        """The same, tuned."""
        return _word_rate(one.after for one in self.heard)

    @cached_property
    def letters_before(self) -> Figure:
        """Character error rate."""
        return _letter_rate(one.before for one in self.heard)

    @cached_property
    def letters_after(self) -> Figure:
        """The same, tuned."""
        return _letter_rate(one.after for one in self.heard)

    @cached_property
    def change(self) -> Figure:
        """Of the word error rate, paired: below 0 where the tuning helped."""
        before, after = ([one.before for one in self.heard], [one.after for one in self.heard])
        return ratio_difference(
            ([one.word_edits for one in before], [one.words for one in before]),
            ([one.word_edits for one in after], [one.words for one in after]),
        )


def by_group(heard: Iterable[ReadTwice]) -> list[GroupScores]:
    """One row for each group, by name."""
    ordered = sorted(heard, key=lambda one: one.group)
    return [
        GroupScores(name, list(found)) for name, found in groupby(ordered, lambda one: one.group)
    ]


def language_of(tag: str) -> Language | None:
    """The language of a tag, where the language room has it."""
    try:
        return language(tag)
    except ConfigError:
        return None


def compared(reference: str, hypothesis: str, spoken: Language | None) -> Scored:
    """Edits of words in one spelling, and of their letters; a language that is not known has no
    spelling of its own: numbers count as they are written."""
    words: Callable[[str], list[str]] = spoken.scored_words if spoken else words_of
    said, heard = " ".join(words(reference)), " ".join(words(hypothesis))
    if not said:
        return Scored(len(heard.split()), 0, len(heard), 0)
    by_word, by_letter = jiwer.process_words(said, heard), jiwer.process_characters(said, heard)
    return Scored(
        by_word.substitutions + by_word.deletions + by_word.insertions,
        len(said.split()),
        by_letter.substitutions + by_letter.deletions + by_letter.insertions,
        len(said),
    )


def _word_rate(scored: Iterable[Scored]) -> Figure:
    every = list(scored)
    return ratio([one.word_edits for one in every], [one.words for one in every])


def _letter_rate(scored: Iterable[Scored]) -> Figure:
    every = list(scored)
    return ratio([one.letter_edits for one in every], [one.letters for one in every])
