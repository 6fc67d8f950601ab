"""Errors of groups of speakers, by who read them: bounds, what tuning gains, what routing keeps."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voice.evaluation.intervals import Figure, ratio, ratio_difference
from voice.languages import Language
from voice.tuning.scoring import Scored, compared

BASE, TUNED, ROUTED = "base", "tuned", "routed"
WAYS = (BASE, TUNED, ROUTED)
"""The base alone; the variant that was made for the group; what an unknown caller is read by."""


@dataclass(frozen=True)
class Judged:
    """One utterance, as it was read in some of WAYS."""

    groups: tuple[str, ...]
    read: Mapping[str, Scored]


@dataclass(frozen=True)
class Group:
    """Utterances of speakers who have something in common."""

    name: str
    judged: Sequence[Judged]

    def has(self, way: str) -> bool:
        """Whether all of it was read so."""
        return all(way in one.read for one in self.judged)

    def edits(self, way: str) -> list[int]:
        """Errors of words in each utterance."""
        return [one.read[way].word_edits for one in self.judged]

    @property
    def words(self) -> list[int]:
        """What was said in each utterance, in words."""
        return [one.read[BASE].words for one in self.judged]

    def rate(self, way: str) -> Figure:
        """Word error rate."""
        return ratio(self.edits(way), self.words)

    def letter_rate(self, way: str) -> Figure:
        """Character error rate."""
        read = [one.read[way] for one in self.judged]
        return ratio([one.letter_edits for one in read], [one.letters for one in read])

    def fewer_errors(self, way: str = TUNED) -> Figure:
        """The share of the base's errors that are not made so."""
        left = ratio(self.edits(way), self.edits(BASE))
        return replace(left, value=1 - left.value, low=1 - left.high, high=1 - left.low)

    def kept(self) -> Figure:
        """What routing gains, as a share of what tuning gains."""
        before, tuned, routed = (self.edits(way) for way in WAYS)
        return ratio(
            [was - is_now for was, is_now in zip(before, routed, strict=True)],
            [was - is_now for was, is_now in zip(before, tuned, strict=True)],
        )

    def harm(self) -> Figure:
        """By how many points (errors in 100 words) routing is worse than the base."""
        change = ratio_difference((self.edits(BASE), self.words), (self.edits(ROUTED), self.words))
        return Figure(100 * change.value, 100 * change.low, 100 * change.high, change.n)

    def row(self, kind: str) -> dict[str, Any]:
        """As a benchmark's result lists it; `kind`: recorded or synthesised speech."""
        rates = {way: self.rate(way) for way in WAYS if self.has(way)}
        return {
            "group": self.name,
            "kind": kind,
            "utterances": len(self.judged),
            "words": sum(self.words),
            **{
                way: [round(value, 4) for value in (figure.value, figure.low, figure.high)]
                for way, figure in rates.items()
            },
        }


def grouped(judged: Iterable[Judged]) -> list[Group]:
    """By name; an utterance may belong to several."""
    members: dict[str, list[Judged]] = {}
    for one in judged:
        for name in one.groups:
            members.setdefault(name, []).append(one)
    return [Group(name, found) for name, found in sorted(members.items())]


def together(groups: Iterable[Group], name: str = "") -> Group:
    """All utterances of groups that have none in common."""
    return Group(name, [one for group in groups for one in group.judged])


def judge(
    groups: tuple[str, ...], text: str, read: Mapping[str, str], spoken: Language | None
) -> Judged:
    """What was read in each way, held against the text."""
    return Judged(groups, {way: compared(text, heard, spoken) for way, heard in read.items()})


def plain(text: str) -> str:
    """Without accents, which not every script of prompts writes."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
