"""What of a corpus can be learned from; all else is listed with its reason, and left out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voice.audio import AudioFileError, peak_dbfs
from voice.tuning.speech_data.tables_on_disk import TableError
from voice.tuning.speech_data.utterance import CorpusError, SpokenUtterance

_CONTROL = "<|"
"""Begins a control token of Whisper's; no text may hold one."""
_UNWRITTEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""What is no text: control characters, and halves of characters."""
_SAME_LENGTH = 0.2
"""A sound whose length differs by more from what the corpus says was read at a wrong rate."""
_SAME_SECONDS = 0.3
_BLOCK = 1 << 20
_HEARD_HZ = 8000
SILENT_DBFS = -50.0
"""Peak; nobody is heard in what is nowhere louder."""

_Place = tuple[str, float | None]


@dataclass(frozen=True)
class Limits:
    """What is taken for ordinary speech."""

    shortest_seconds: float = 0.3
    longest_seconds: float = 120.0
    """What is longer than a window can be judged by, not learned from."""
    least_rate_hz: int = 8000
    most_letters_per_second: float = 30.0
    least_letters_per_second: float = 0.5


@dataclass(frozen=True)
class Problem:
    """An utterance that is not used, or the whole that is not as it should be."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(frozen=True)
class CheckedCorpus:
    """What is left of a corpus, with the length of each sound, and what is wrong with the rest."""

    good: list[SpokenUtterance]
    problems: list[Problem]

    @property
    def hours(self) -> float:
        """Of speech that is left."""
        return sum(one.seconds or 0.0 for one in self.good) / 3600


def check(
    utterances: Sequence[SpokenUtterance],
    limits: Limits | None = None,
    known_text: str = "",
    looked_at: Callable[[], None] = lambda: None,
) -> CheckedCorpus:
    """Look at every text and sound; raises CorpusError where nothing is left.

    `known_text` is in the language that is expected; without it the script that most texts are
    written in is taken for right. `looked_at` is called for each utterance.
    """
    limits = limits or Limits()
    script = script_of(known_text) or script_of(" ".join(one.text for one in utterances))
    seen: dict[_Place, SpokenUtterance] = {}
    good: list[SpokenUtterance] = []
    problems: list[Problem] = []
    for utterance in utterances:
        looked_at()
        try:
            reason = _wrong_text(utterance, script)
            known = utterance if reason else _measured(utterance, limits)
            reason = reason or _twice(known, seen)
        except _Unusable as error:
            reason = str(error)
        if reason:
            problems.append(Problem(utterance.place, reason))
        else:
            good.append(known)
    if not good:
        first = f", the first: {problems[0]}" if problems else ""
        raise CorpusError(f"none of {len(utterances)} utterances can be used{first}")
    return CheckedCorpus(good, problems)


def audible(
    utterances: Sequence[SpokenUtterance],
) -> tuple[list[SpokenUtterance], list[Problem]]:
    """Those that can be read to their ends and in which something is heard; what the others are.

    `check` looks at headers alone: to read the whole of a large corpus takes hours.
    """
    heard, problems = [], []
    for one in utterances:
        try:
            reason = "" if peak_dbfs(one.sound(_HEARD_HZ)) >= SILENT_DBFS else "silent"
        except (AudioFileError, TableError) as error:
            reason = str(error)
        if reason:
            problems.append(Problem(one.place, reason))
        else:
            heard.append(one)
    return heard, problems


class _Unusable(Exception):
    """Why a sound cannot be used."""


def _wrong_text(utterance: SpokenUtterance, script: str) -> str:
    """What is wrong with a text; nothing where nothing is."""
    text = utterance.text
    if not any(map(str.isalnum, text)):
        return "no text"
    if _UNWRITTEN.search(f"{text}{utterance.dialect}"):
        return "its text holds control characters"
    if _CONTROL in text:
        return f"the text holds control tokens ({_CONTROL})"
    written = script_of(text)
    if script and written and written != script:
        return f"the text is written in {written.lower()} letters, expected {script.lower()} ones"
    return ""


def _measured(utterance: SpokenUtterance, limits: Limits) -> SpokenUtterance:
    """The utterance with its length as it is; raises _Unusable."""
    try:
        header = utterance.header()
    except (AudioFileError, TableError) as error:
        raise _Unusable(str(error)) from None
    if header.sample_rate < limits.least_rate_hz:
        raise _Unusable(f"{header.sample_rate} Hz, expected {limits.least_rate_hz} or more")
    seconds, said = header.seconds, utterance.seconds
    if said and abs(seconds - said) > max(_SAME_SECONDS, _SAME_LENGTH * said):
        raise _Unusable(
            f"lasts {seconds:.1f} s, the corpus says {said:.1f} s: cut off, or of a wrong rate"
        )
    if not limits.shortest_seconds <= seconds <= limits.longest_seconds:
        shortest, longest = limits.shortest_seconds, limits.longest_seconds
        raise _Unusable(f"lasts {seconds:.1f} s, expected {shortest:g} to {longest:g}")
    pace = sum(map(str.isalnum, utterance.text)) / seconds
    if not limits.least_letters_per_second <= pace <= limits.most_letters_per_second:
        raise _Unusable(f"{pace:.1f} letters a second: not its text, or a wrong rate")
    return replace(utterance, seconds=seconds)


def _twice(
    utterance: SpokenUtterance, seen: dict[tuple[str, float | None], SpokenUtterance]
) -> str:
    """Where the same sound stands already; nothing where it does not."""
    first = seen.setdefault((_content(utterance), utterance.start), utterance)
    if first is utterance:
        return ""
    between = f" of {first.part}" if first.part and first.part != utterance.part else ""
    return f"the same sound as {first.place}{between}"


def _content(utterance: SpokenUtterance) -> str:
    """What a sound is known by: its bytes; of long recordings and tables, the place."""
    if utterance.is_excerpt or utterance.row is not None:
        return f"{utterance.path}:{utterance.row}"
    return _hash(utterance.path)


def _hash(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def script_of(text: str) -> str:
    """The script of most of its letters, as Unicode names it (LATIN, ARABIC, ...); or nothing."""
    return _most(unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha())


def _most(names: Iterable[str]) -> str:
    counted = Counter(names)
    return counted.most_common(1)[0][0] if counted else ""
