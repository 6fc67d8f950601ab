"""What a model understands of the test, and of the languages that its base must not lose."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voice.models.download import hash_of
from voice.tuning.plan import WEIGHTS, TuningPlan
from voice.tuning.progress import RunProgress
from voice.tuning.reading import ReferenceReader
from voice.tuning.scoring import ReadTwice, compared, language_of
from voice.tuning.speech_copies import over_the_line
from voice.tuning.speech_data import (
    CorpusError,
    Parts,
    SpokenUtterance,
    audible,
    check,
    read_corpus,
)
from voice.tuning.telephone_line import RATE_HZ
from voice.tuning.work_folder import mark_of

_MOST_OF_OTHERS = 60
"""Utterances of each of the base's own languages."""


@dataclass(frozen=True)
class _Judged:
    """Utterances that are read with one token."""

    group: str
    """Empty: that of each utterance."""
    token: str
    tag: str
    utterances: Sequence[SpokenUtterance]


class JudgedSpeech:
    """Speech that nothing was learned from, read before and after."""

    def __init__(self, plan: TuningPlan, parts: Parts) -> None:
        """Raises CorpusError where the speech in other languages cannot be used."""
        self._plan = plan
        self._aside = "" if parts.by_speaker else ", the speakers of the training"
        self._own = _Judged("", plan.token, plan.dialect, parts.test)
        self._others = [
            _Judged(_name(token), token, token, _some(place, plan.seed))
            for token, place in plan.others.items()
        ]

    def read(self, reader: ReferenceReader, name: str, progress: RunProgress) -> list[str]:
        """What the model writes; kept in the plan's folder, because it takes its time.

        A run that goes on may be given other speech in other languages, or learn otherwise.
        """
        sets = [self._own, *self._others]
        mark = mark_of([hash_of(reader.folder / WEIGHTS), sets])
        file = self._plan.work / f"heard-{mark[:16]}.json"
        if file.exists():
            kept: list[str] = json.loads(file.read_text("utf-8"))
            return kept
        progress.began(f"Judging {name}", sum(len(judged.utterances) for judged in sets))
        texts = [text for judged in sets for text in _read(reader, judged, progress)]
        part = Path(f"{file}.part")
        part.write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
        part.replace(file)
        return texts

    def compared(
        self, before: Sequence[str], after: Sequence[str]
    ) -> tuple[list[ReadTwice], list[ReadTwice]]:
        """Its own utterances, and those in the base's languages."""
        texts = iter(zip(before, after, strict=True))
        own = list(self._compared(self._own, texts))
        return own, [heard for judged in self._others for heard in self._compared(judged, texts)]

    def _compared(self, judged: _Judged, texts: Iterator[tuple[str, str]]) -> Iterator[ReadTwice]:
        spoken = language_of(judged.tag)
        for one in judged.utterances:
            before, after = next(texts)
            group = judged.group or f"{one.dialect or judged.tag}{self._aside}"
            yield ReadTwice(
                group, compared(one.text, before, spoken), compared(one.text, after, spoken)
            )


def _read(reader: ReferenceReader, judged: _Judged, progress: RunProgress) -> Iterator[str]:
    sounds = ((over_the_line(one.sound(RATE_HZ)), RATE_HZ) for one in judged.utterances)
    for read in reader.in_language(judged.token).hear(sounds):
        progress.advanced()
        yield read.text


def _name(code: str) -> str:
    spoken = language_of(code)
    return spoken.name if spoken else code


def _some(place: Path, seed: int) -> list[SpokenUtterance]:
    good = list(check(read_corpus(place).utterances).good)
    random.Random(seed).shuffle(good)
    heard, problems = audible(good[:_MOST_OF_OTHERS])
    if not heard:
        raise CorpusError(f"{place}: nothing of it can be heard, the first: {problems[0]}")
    return heard
