"""Whose voice is on the line: an assistant that hears itself, a caller who speaks over it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voice.audio import Pcm, dbfs, decode_ulaw, encode_ulaw, silence, with_gain
from voice.evaluation.people.noises import noises
from voice.settings.turns import Turns
from voice.speech import PiperSpeaker
from voice.turns import EndOfTurn, Hearing, Sound, SpeechOnset, TurnTracker

RATE, FRAME = 8000, 160
AHEAD_FRAMES = 3
"""The call process sends so far ahead."""
LINES = (
    "You are speaking with an automated assistant. How can I help you?",
    "Your bill for this month is forty two pounds and seventeen pence.",
    "Please say your customer number.",
)
DUCKED_DB = -12.0
INTERRUPTION = "No, please stop, how much is my bill?"
ANSWER = "No."


def trimmed(pcm: Pcm, level_dbfs: float = -20.0) -> Pcm:
    loud = np.flatnonzero(np.abs(pcm) > 300)
    spoken = pcm[loud[0] : loud[-1] + 1]
    return with_gain(spoken, level_dbfs - dbfs(spoken))


@pytest.fixture(scope="module")
def assistant(embedded_voice_path: Path) -> Pcm:
    """Three clauses with pauses between them in which an echo comes back."""
    speaker = PiperSpeaker.load(embedded_voice_path)
    clauses = [trimmed(asyncio.run(speaker.synthesise(text, RATE)).pcm) for text in LINES]
    speaker.close()
    parts = [silence(RATE)]
    for clause in clauses:
        parts += [clause, silence(3 * RATE // 2)]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def caller(embedded_caller_voice_path: Path) -> Iterator[dict[str, Pcm]]:
    speaker = PiperSpeaker.load(embedded_caller_voice_path)
    yield {
        text: trimmed(asyncio.run(speaker.synthesise(text, RATE)).pcm)
        for text in (INTERRUPTION, ANSWER)
    }
    speaker.close()


@dataclass
class Line:
    """What follows from a call's sound, each with its time in ms."""

    sounds: list[Sound] = field(default_factory=list)
    began: list[int] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)

    def first(self, wanted: tuple[Sound, ...], since: int) -> int | None:
        """Ms from `since` on until the first of these sounds."""
        frames = range(since // 20, len(self.sounds))
        return next((20 * at - since for at in frames if self.sounds[at] in wanted), None)


def follow(sent: Pcm, came: Pcm, ducked: tuple[int, int] = (0, 0)) -> Line:
    """`ducked`: from which to which ms the assistant is played softer."""
    tracker, line = TurnTracker(Turns(), RATE), Line()
    hearing, detector = Hearing(tracker, RATE), tracker.detector
    frames = [sent[start : start + FRAME] for start in range(0, len(sent) - FRAME, FRAME)]
    unsent = 0
    for at, frame in enumerate(frames):
        unsent = max(unsent, at)
        while frame.any() and unsent <= at + AHEAD_FRAMES and frames[unsent].any():
            hearing.echo.sent(frames[unsent])
            unsent += 1
        hearing.echo.gain_db = DUCKED_DB if ducked[0] <= 20 * at < ducked[1] else 0.0
        heard = hearing.push(came[at * FRAME : (at + 1) * FRAME], bool(frame.any()))
        line.sounds.append(heard.sound)
        for voiced in heard.decisions:
            signal = detector.push(voiced)
            if isinstance(signal, SpeechOnset):
                line.began.append(20 * at)
            elif isinstance(signal, EndOfTurn):
                hearing.turn_over()
                line.turns.append(20 * at)
    return line


def echo(
    sent: Pcm, delay: float, gain_db: float, room: bool = False, noise: float = 32.0
) -> NDArray[np.float64]:
    """What a line returns of `sent` over G.711, with noise; from a room, with reverberation."""
    random = np.random.default_rng(5)
    path = np.array([0.25, 0.35, 0.25, 0.15])
    if room:
        path = random.normal(0, 1, RATE // 4) * np.exp(-np.arange(RATE // 4) / 400)
        path *= 0.7 / np.linalg.norm(path)
        path[0] = 1.0
    back = np.convolve(decode_ulaw(encode_ulaw(sent)).astype(float), path)[: len(sent)]
    back *= 10 ** (gain_db / 20) / np.linalg.norm(path)
    late = np.concatenate([np.zeros(round(delay * RATE)), back])[: len(sent)]
    return late + random.normal(0, noise, len(sent))


def carried(sound: NDArray[np.float64]) -> Pcm:
    return decode_ulaw(encode_ulaw(np.clip(sound, -32768, 32767).astype(np.int16)))


def ends_of_clauses(sent: Pcm) -> list[int]:
    spoken = np.flatnonzero(sent)
    return [int(end) for end, begin in pairwise(spoken) if begin - end > RATE]


@pytest.mark.parametrize("room", [False, True], ids=["line", "room"])
@pytest.mark.parametrize("noise", [0.0, 32.0], ids=["silent", "noisy"])
@pytest.mark.parametrize("delay", [0.05, 0.35, 0.6])
@pytest.mark.parametrize("gain_db", [-10, -20, -30, -40])
def test_an_assistant_alone_on_an_echoing_line_hears_nobody(
    assistant: Pcm, delay: float, gain_db: float, room: bool, noise: float
) -> None:
    line = follow(assistant, carried(echo(assistant, delay, gain_db, room, noise)))
    assert line.began == [] and line.turns == []
    assert Sound.ECHO in line.sounds or gain_db <= -30


def test_an_assistant_that_was_ducked_is_not_strange_to_itself_afterwards(assistant: Pcm) -> None:
    softer = assistant.copy()
    softer[2 * RATE : 3 * RATE] = with_gain(assistant[2 * RATE : 3 * RATE], DUCKED_DB)
    line = follow(assistant, carried(echo(softer, 0.2, -15)), ducked=(2000, 3000))
    assert line.began == []


@pytest.mark.parametrize("gain_db", [-90, -30, -20])
@pytest.mark.parametrize("begin", [5.1, 5.9])
def test_a_caller_who_speaks_over_the_assistant_is_heard_over_its_echo(
    assistant: Pcm, caller: dict[str, Pcm], gain_db: float, begin: float
) -> None:
    came, start = echo(assistant, 0.2, gain_db), round(begin * RATE)
    said = caller[INTERRUPTION]
    came[start : start + len(said)] += said
    line = follow(assistant, carried(came))
    ducked = line.first((Sound.MAYBE, Sound.VOICE), round(begin * 1000))
    assert ducked is not None and ducked <= 60
    assert any(begin * 1000 <= ms <= begin * 1000 + 300 for ms in line.began)


@pytest.mark.parametrize("gain_db", [-90, -20])
@pytest.mark.parametrize("after_ms", [40, 300])
def test_a_short_answer_right_behind_the_last_word_is_heard(
    assistant: Pcm, caller: dict[str, Pcm], gain_db: float, after_ms: int
) -> None:
    came = echo(assistant, 0.2, gain_db)
    for end in ends_of_clauses(assistant):
        start = end + after_ms * RATE // 1000
        came[start : start + len(caller[ANSWER])] += caller[ANSWER]
    line = follow(assistant, carried(came))
    assert len(line.turns) == len(ends_of_clauses(assistant))


def test_a_television_behind_the_caller_does_not_speak_over_the_assistant(
    assistant: Pcm, caller: dict[str, Pcm]
) -> None:
    came, said = echo(assistant, 0.2, -90), caller[INTERRUPTION]
    television = with_gain(said, -20.0)
    first, second = ends_of_clauses(assistant)[:2]
    came[first + 400 : first + 400 + len(said)] += said  # The caller's own turn.
    near = follow(assistant, carried(came))
    over = second - len(said)
    came[over : over + len(said)] += television
    both = follow(assistant, carried(came))
    assert len(both.began) == len(near.began) == 1


def test_the_second_opinion_tells_voices_from_noises(caller: dict[str, Pcm]) -> None:
    def opinion(sound: Pcm) -> bool:
        hearing = Hearing(TurnTracker(Turns(), RATE), RATE)
        for start in range(0, RATE // 2, FRAME):
            hearing.push(sound[start : start + FRAME], False)
        return hearing.sounds_human()

    for level in (-20, -35, -45):
        assert opinion(trimmed(caller[INTERRUPTION], level))
    sounds = noises(3)
    for name in ("coughs", "gusts", "ringing", "typing", "hum"):
        loudest = int(np.argmax(np.abs(sounds[name].astype(int))))
        start = max(0, loudest - RATE // 4)
        assert not opinion(sounds[name][start : start + RATE // 2]), name
