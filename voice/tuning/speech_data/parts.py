"""What is learned from, chosen by and judged by: apart in speakers, sentences and sounds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from voice.languages import words_of
from voice.tuning.speech_data.checks import Problem
from voice.tuning.speech_data.utterance import CorpusError, Part, SpokenUtterance

_LEAST_SPEAKERS = 5
"""With fewer, keeping them apart would leave the parts too unlike each other."""
_LEAST_UTTERANCES = 3


@dataclass(frozen=True)
class Parts:
    """A corpus, divided."""

    train: list[SpokenUtterance]
    development: list[SpokenUtterance]
    test: list[SpokenUtterance]
    by_speaker: bool
    """Whether no speaker is in two parts, as far as the corpus tells them apart."""
    problems: list[Problem] = field(default_factory=list)

    @property
    def note(self) -> str:
        """What has to be said with every figure that comes of them."""
        if self.by_speaker:
            return "The speakers of the test are in neither training nor development."
        speakers = {one.speaker for one in (*self.train, *self.development, *self.test)}
        if "" in speakers:
            return "The corpus does not tell speakers apart: the same may be in training and test."
        count = len(speakers)
        who = "The same speaker is" if count == 1 else f"The same {count} speakers are"
        return f"{who} trained and tested, on other sentences."


def divided(
    utterances: Sequence[SpokenUtterance],
    *,
    development: float = 0.08,
    test: float = 0.1,
    seed: int = 1,
) -> Parts:
    """As the corpus divides itself; otherwise by speakers, or by sentences where these are few.

    `development` and `test` are shares of the utterances. What is said in the test, word for
    word, is not learned from. Raises CorpusError where a part would be empty.
    """
    if len(utterances) < _LEAST_UTTERANCES:
        raise CorpusError(f"{len(utterances)} utterances: too few to learn from and to judge by")
    parts = _as_published(utterances)
    shares: dict[Part, float] = {"test": test, "development": development}
    for part, share in shares.items():
        if not parts[part]:
            total = sum(map(len, parts.values()))
            parts["train"], parts[part] = _apart(parts["train"], share * total, seed)
    problems = _without_the_tests_sentences(parts)
    missing = [part for part, found in parts.items() if not found]
    if missing:
        raise CorpusError(f"{len(utterances)} utterances: none is left for {missing[0]}")
    return Parts(
        parts["train"],
        parts["development"],
        parts["test"],
        _speakers_apart(parts),
        problems,
    )


def _as_published(utterances: Sequence[SpokenUtterance]) -> dict[Part, list[SpokenUtterance]]:
    """What belongs to no part is learned from, unless its speaker is judged by."""
    parts: dict[Part, list[SpokenUtterance]] = {"train": [], "development": [], "test": []}
    for one in utterances:
        parts[one.part or "train"].append(one)
    judged = {one.speaker for one in (*parts["development"], *parts["test"]) if one.speaker}
    parts["train"] = [one for one in parts["train"] if one.part or one.speaker not in judged]
    if not parts["train"]:  # EdAcc is published to be judged by, not to be learned from
        parts["train"], parts["development"] = parts["development"], []
    return parts


def _apart(
    utterances: list[SpokenUtterance], wanted: float, seed: int
) -> tuple[list[SpokenUtterance], list[SpokenUtterance]]:
    """The rest, and about so many utterances: all of some speakers, or all of some sentences."""
    speakers = {one.speaker for one in utterances}
    by_speaker = len(speakers) >= _LEAST_SPEAKERS and "" not in speakers
    groups: dict[object, list[SpokenUtterance]] = defaultdict(list)
    for one in utterances:
        groups[one.speaker if by_speaker else _said(one)].append(one)
    order = list(groups.values())
    random.Random(seed).shuffle(order)
    taken: list[SpokenUtterance] = []
    for group in order:
        if len(taken) + len(group) <= max(1, round(wanted)):
            taken += group
    if not taken and len(order) > 1:
        taken = min(order, key=len)
    places = {id(one) for one in taken}
    return [one for one in utterances if id(one) not in places], taken


def _without_the_tests_sentences(parts: dict[Part, list[SpokenUtterance]]) -> list[Problem]:
    """Takes out of the other parts what is said in the test, unless all say the same."""
    said = {_said(one): one for one in parts["test"]}
    problems = []
    for part in ("train", "development"):
        other = [one for one in parts[part] if _said(one) not in said]
        if len(other) < len(parts[part]) / 2:
            reason = "most of its sentences are those of the test: new sentences are not judged"
            problems.append(Problem(part, reason))
            continue
        problems += [
            Problem(one.place, f"the same sentence as {said[_said(one)].place} of the test")
            for one in parts[part]
            if _said(one) in said
        ]
        parts[part] = other
    return problems


def _speakers_apart(parts: dict[Part, list[SpokenUtterance]]) -> bool:
    train, development, test = ({one.speaker for one in found} for found in parts.values())
    return "" not in train | development | test and not (
        train & test or train & development or development & test
    )


def _said(utterance: SpokenUtterance) -> tuple[str, ...]:
    return tuple(words_of(utterance.text))
