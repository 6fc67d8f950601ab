"""Long turns that are read while they are spoken, with real speech, in virtual time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from voice.audio import Pcm
from voice.engine_queue import Priority
from voice.evaluation.people.partial_times import FollowedTurn, counted, follow
from voice.evaluation.virtual_time import CostTable, VirtualQueues, run_virtually
from voice.evaluation.word_errors import word_errors, words_of
from voice.recognition import (
    Expectation,
    LanguageBelief,
    RecognitionSession,
    Transcript,
    WhisperRecogniser,
)
from voice.recognition.session import PARTIAL_SECONDS
from voice.settings.turns import Turns

COSTS = CostTable({"recognition": {"job": 20.0, "frame": 0.05, "token": 1.0}})
SENTENCES = (
    "How can I help you?",
    "Your plan is called Meadow Large.",
    "Please tell me your customer number.",
    "Your balance is due on the first of May.",
    "I can block your SIM card now.",
    "Thank you for calling, goodbye.",
)
TURNS = Turns(end_ms=1500, end_ms_open=1500, max_seconds=100)
"""No pause between two sentences ends a turn, but each is read at."""


class Measured:
    """The recogniser; notes how much sound each partial transcript reads."""

    depth = 0

    def __init__(self, recogniser: WhisperRecogniser) -> None:
        self._recogniser = recogniser
        self.seconds: list[float] = []

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        if priority is Priority.PARTIAL:
            self.seconds.append(len(pcm) / sample_rate)
        return await self._recogniser.transcribe(pcm, sample_rate, priority=priority, expect=expect)


@pytest.fixture(scope="module")
def engine(embedded_recogniser_path: Path) -> Iterator[WhisperRecogniser]:
    made = WhisperRecogniser.load(
        embedded_recogniser_path, word_times=True, make_queue=VirtualQueues(COSTS)
    )
    yield made
    made.close()


def without_pauses(parts: list[Pcm]) -> Pcm:
    """One sentence close upon the other, so that no pause ends the turn."""
    loud = [np.flatnonzero(np.abs(part) > 300) for part in parts]
    gap = np.zeros(800, np.int16)
    trimmed = [part[at[0] : at[-1]] for part, at in zip(parts, loud, strict=True)]
    return np.concatenate([piece for part in trimmed for piece in (part, gap)])


@dataclass
class Followed:
    """A turn as it became known, and what was read for it."""

    turn: FollowedTurn
    final: Transcript
    read_seconds: list[float]
    said: str

    @property
    def last(self) -> str:
        return self.turn.readings[-1][1].text


def followed(engine: WhisperRecogniser, sound: Pcm, said: str, interval: float) -> Followed:
    measured = Measured(engine)
    session = RecognitionSession(measured)
    (turn,) = run_virtually(follow(session, sound, TURNS, interval))
    assert turn.final is not None
    return Followed(turn, turn.final, measured.seconds, said)


@pytest.fixture(scope="module")
def long_turn(engine: WhisperRecogniser, spoken: Callable[[str], Pcm]) -> Followed:
    """A turn of a minute."""
    said: list[str] = []
    parts: list[Pcm] = []
    while sum(map(len, parts)) < 55 * 8000:
        said.append(SENTENCES[len(said) % len(SENTENCES)])
        parts.append(spoken(said[-1]))
    return followed(engine, without_pauses(parts), " ".join(said), 0.4)


def test_no_stable_word_changes_in_a_turn_of_many_windows(long_turn: Followed) -> None:
    assert len(long_turn.turn.readings) > 60
    assert long_turn.turn.retractions() == 0
    revisions = [partial.revision for _, partial in long_turn.turn.readings]
    assert revisions == sorted(revisions)


def test_no_word_is_doubled_or_lost_where_two_windows_meet(long_turn: Followed) -> None:
    partial = word_errors(long_turn.said, long_turn.last)
    final = word_errors(long_turn.said, long_turn.final.text)
    assert partial.edits <= final.edits + 0.08 * partial.words
    pairs = itertools.pairwise(words_of(long_turn.last))
    assert sum(one == other for one, other in pairs) <= 1


def test_most_stable_words_are_those_of_the_final_transcript(long_turn: Followed) -> None:
    stable = long_turn.turn.stable
    assert long_turn.turn.differences() <= 0.2 * len(stable)
    assert len(stable) > 0.9 * len(words_of(long_turn.final.text))


def test_the_work_of_a_reading_does_not_grow_with_the_turn(long_turn: Followed) -> None:
    seconds = long_turn.read_seconds
    third = len(seconds) // 3
    assert max(seconds) <= PARTIAL_SECONDS
    assert sum(seconds[-third:]) < 1.3 * sum(seconds[third : 2 * third])


def test_a_word_is_stable_soon_after_it_was_spoken(
    engine: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    said = SENTENCES[:3]
    found = followed(engine, without_pauses(list(map(spoken, said))), " ".join(said), 0.2)
    times = counted([found.turn])
    assert len(times.delays_ms) == len(words_of(found.final.text))
    assert np.median(times.delays_ms) < 600
    assert times.retractions == 0 and times.differences <= 2


def test_what_is_read_at_a_pause_takes_nothing_back_when_the_caller_goes_on(
    engine: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    pause = np.zeros(8000 // 5, np.int16)  # read at, but not the end of the turn
    said = SENTENCES[:3]
    parts = [piece for text in said for piece in (without_pauses([spoken(text)]), pause)]
    found = followed(engine, np.concatenate(parts), " ".join(said), 0.4)
    assert found.turn.retractions() == 0
    assert word_errors(found.said, found.last).edits <= 2
