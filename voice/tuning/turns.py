"""Turns as short as callers take them, cut out of longer utterances at their pauses.

Which words lie before a pause is told by the decoder's attention while it is given the text; a
pause counts only where a gap between words lies in it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from voice.audio import AudioFileError, Pcm, frame_levels
from voice.tuning.lessons import LONGEST_SECONDS
from voice.tuning.reading import ReferenceReader, TimedWord
from voice.tuning.speech_copies import over_the_line
from voice.tuning.speech_data import SpokenUtterance
from voice.tuning.telephone_line import RATE_HZ

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.8, 9.0
_PAUSE_SECONDS = 0.2
_FRAME_MS = 20
_BELOW_SPEECH_DB = 25.0
_SLACK_SECONDS = 0.1
"""So far attention may be off."""
_CLEAR_SECONDS = 0.2
"""So much of the words beside a pause lies outside of it."""
_NUMBERS = 1_000_000
"""Turns are numbered from here on, utterances below."""


@dataclass(frozen=True)
class _Cut:
    """A pause between two words."""

    seconds: float
    word: int
    """The first behind it."""


Turn = tuple[str, float, float]
"""Its words, where it begins in its recording, and how long it is, in seconds."""
Cutter = Callable[[Mapping[int, SpokenUtterance]], Mapping[int, Turn | None]]
"""Draws a turn of each utterance; None where it has none."""


def turns_of(
    utterances: Mapping[int, SpokenUtterance], cut: Cutter, kept: Path
) -> dict[int, SpokenUtterance]:
    """One turn of each utterance that is longer than one, by numbers of their own.

    They are drawn once, and `kept` holds them for a run that goes on.
    """
    long = {
        number: one
        for number, one in utterances.items()
        if _LONGEST_SECONDS < (one.seconds or 0.0) <= LONGEST_SECONDS
    }
    found: dict[str, list[Any]]
    if kept.exists():
        found = json.loads(kept.read_text("utf-8"))
    else:
        found = {str(number): list(turn) for number, turn in cut(long).items() if turn}
        kept.write_text(json.dumps(found), "utf-8")
    return {
        _NUMBERS + number: replace(
            one, text=text, start=start, seconds=seconds, place=f"{one.place} from {start:.1f} s"
        )
        for number, one in long.items()
        if (turn := found.get(str(number)))
        for text, start, seconds in [turn]
    }


def turn_of(number: int, utterance: SpokenUtterance, reader: ReferenceReader) -> Turn | None:
    """A turn of an utterance, drawn by its number; None where it has none, or cannot be read."""
    try:
        speech = over_the_line(utterance.sound(RATE_HZ))
    except AudioFileError:  # it is listed where its windows are made
        return None
    words = reader.timed(speech, RATE_HZ, " ".join(utterance.text.split()))
    turn = drawn_turn(speech, words, number)
    if turn is None:
        return None
    text, start, seconds = turn
    return text, (utterance.start or 0.0) + start, seconds


def drawn_turn(speech: Pcm, words: Sequence[TimedWord], seed: int) -> Turn | None:
    """Words of a stretch between pauses, where it begins and how long it is, in seconds.

    `speech` is at RATE_HZ. None where there is no stretch of a turn's length.
    """
    cuts = [_Cut(0.0, 0), *_cuts(speech, words), _Cut(len(speech) / RATE_HZ, len(words))]
    stretches = [
        (first, last)
        for number, first in enumerate(cuts)
        for last in cuts[number + 1 :]
        if _SHORTEST_SECONDS <= last.seconds - first.seconds <= _LONGEST_SECONDS
        and last.word > first.word
    ]
    if not stretches:
        return None
    first, last = random.Random(seed).choice(stretches)
    text = " ".join(word.text for word in words[first.word : last.word])
    return text, first.seconds, last.seconds - first.seconds


def _cuts(speech: Pcm, words: Sequence[TimedWord]) -> list[_Cut]:
    """The middles of pauses in which one word ends and the next begins."""
    found = []
    for start, end in _pauses(speech):
        for number, (before, after) in enumerate(pairwise(words), 1):
            in_pause = start - _SLACK_SECONDS <= before.end and after.start <= end + _SLACK_SECONDS
            is_clear = before.start < start - _CLEAR_SECONDS and after.end > end + _CLEAR_SECONDS
            if in_pause and is_clear:
                found.append(_Cut((start + end) / 2, number))
                break
    return found


def _pauses(speech: Pcm) -> list[tuple[float, float]]:
    """Where nothing is said for _PAUSE_SECONDS, in seconds."""
    levels = frame_levels(speech, RATE_HZ, _FRAME_MS)
    quiet = levels < np.percentile(levels, 95) - _BELOW_SPEECH_DB
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(np.int8), [0]))))
    spans = [(first * _FRAME_MS / 1000, last * _FRAME_MS / 1000)
             for first, last in edges.reshape(-1, 2)]  # fmt: skip
    return [(first, last) for first, last in spans if last - first >= _PAUSE_SECONDS]
