"""Turns are cut out of utterances at pauses that lie between words."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the train extra: pip install -e '.[train]'")

from voice.audio import Pcm, silence
from voice.tuning.reading import TimedWord
from voice.tuning.turns import drawn_turn

RATE_HZ = 8000
WORDS = [
    TimedWord("Habari", 0.1, 0.9), TimedWord("zenu,", 0.95, 1.9),
    TimedWord("ninaomba", 2.6, 3.4), TimedWord("salio", 3.45, 4.9),
    TimedWord("langu.", 5.6, 6.9),
]  # fmt: skip


def spoken(*spans: tuple[float, float], length: float = 7.0) -> Pcm:
    """Noise in these spans of seconds, nothing between."""
    speech = silence(round(length * RATE_HZ))
    for start, end in spans:
        first, last = round(start * RATE_HZ), round(end * RATE_HZ)
        speech[first:last] = np.random.default_rng(0).normal(0, 3000, last - first)
    return speech


PHRASES = spoken((0.1, 1.9), (2.6, 4.9), (5.6, 6.9))


def turns(speech: Pcm, words: list[TimedWord]) -> set[str]:
    drawn = (drawn_turn(speech, words, seed) for seed in range(40))
    return {turn[0] for turn in drawn if turn}


def test_a_turn_is_one_phrase_or_several_after_each_other() -> None:
    assert turns(PHRASES, WORDS) == {
        "Habari zenu,", "ninaomba salio", "langu.", "Habari zenu, ninaomba salio",
        "ninaomba salio langu.", "Habari zenu, ninaomba salio langu.",
    }  # fmt: skip


def test_it_begins_and_ends_in_pauses() -> None:
    for seed in range(40):
        turn = drawn_turn(PHRASES, WORDS, seed)
        assert turn is not None
        _, start, seconds = turn
        assert start == 0.0 or 1.9 < start < 2.6 or 4.9 < start < 5.6
        assert 0.8 <= seconds <= 9.0


def test_a_pause_within_a_word_is_none() -> None:
    words = [TimedWord("Habari", 0.1, 3.4), *WORDS[3:]]

    assert all(not turn.startswith("salio") for turn in turns(PHRASES, words))


def test_without_a_pause_there_is_no_turn_of_a_long_utterance() -> None:
    assert turns(spoken((0.1, 11.9), length=12.0), WORDS) == set()
