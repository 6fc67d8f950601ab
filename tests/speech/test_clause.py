"""What the caller heard of a clause is cut at the word."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from voice.speech import PiperSpeaker, SpokenClause, SpokenWord

CLAUSE = SpokenClause(
    "It is 42.17 euros, Sir.",
    "It is forty two euros and seventeen cents, Sir.",
    np.zeros(16000, np.int16),
    8000,
    (
        SpokenWord("It", 0, 100),
        SpokenWord("is", 100, 200),
        SpokenWord("42.17 euros,", 200, 1400),
        SpokenWord("Sir.", 1400, 1800),
    ),
)


@pytest.mark.parametrize(
    ("milliseconds", "heard"),
    [
        (0, ""),
        (49, ""),
        (60, "It"),
        (199, "It is"),
        (700, "It is"),
        (900, "It is 42.17 euros,"),
        (1700, "It is 42.17 euros, Sir."),
        (99999, "It is 42.17 euros, Sir."),
    ],
)
def test_a_word_counts_from_its_middle_on(milliseconds: int, heard: str) -> None:
    assert CLAUSE.heard(milliseconds) == heard


def test_duration() -> None:
    assert CLAUSE.duration_ms == 2000


async def test_words_of_real_speech_follow_each_other(speaker: PiperSpeaker) -> None:
    text = "Your balance is 42.17 euros, due on 14 December; of the total, nothing is late."
    clause = await speaker.synthesise(text)
    assert "".join(word.text for word in clause.words) == text.replace(" ", "").replace(
        "42.17euros,", "42.17 euros,"
    ).replace("14December;", "14 December;")
    times = [time for word in clause.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[0] < 60
    assert clause.duration_ms - 400 < times[-1] <= clause.duration_ms


async def test_what_was_heard_grows_with_time(speaker: PiperSpeaker) -> None:
    text = "I can block the card for you now, is that all right?"
    clause = await speaker.synthesise(text)
    heard = [clause.heard(ms) for ms in range(0, round(clause.duration_ms) + 20, 20)]
    assert heard[0] == ""
    assert heard[-1] == text
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(heard))
    assert len(set(heard)) == 13


async def test_a_pause_falls_between_the_words_around_its_comma(speaker: PiperSpeaker) -> None:
    clause = await speaker.synthesise("Thank you very much, the bill is paid.", 16000)
    loud = np.abs(clause.pcm.astype(np.int32)) > 300
    frames = np.asarray(loud[: len(loud) // 160 * 160].reshape(-1, 160).any(axis=1))
    first, last = np.flatnonzero(frames)[[0, -1]]
    length, longest, at = 0, 0, 0
    for index in range(first, last):
        length = 0 if frames[index] else length + 1
        if length > longest:
            longest, at = length, index
    pause_ms = 10 * (at - longest / 2)
    words = {word.text: word for word in clause.words}
    assert longest >= 8
    assert words["much,"].end_ms - 60 <= pause_ms <= words["the"].start_ms + 60
