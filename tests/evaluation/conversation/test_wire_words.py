"""What callers on the wire say, and where they pause."""

from __future__ import annotations

import numpy as np

from conversation_bench.wire_words import PAUSE_MS, TURNS, WireWords, _pause_ms
from voice.audio import Pcm


class Buzz:
    """Half a second of sound for any text, with silence at both ends."""

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        quiet = np.zeros(sample_rate // 10, np.int16)
        loud = np.full(sample_rate // 2, 5000, np.int16)
        return np.concatenate([quiet, loud, quiet])


async def test_the_same_seed_says_the_same_with_the_same_pauses() -> None:
    first, again = [await WireWords(Buzz()).turns(3, 40) for _ in range(2)]
    assert [(one.utterance.text, one.pause_ms) for one in first] == [
        (one.utterance.text, one.pause_ms) for one in again
    ]
    assert [one.intent for one in first[: len(TURNS)]] == list(TURNS)


async def test_a_pause_lies_inside_and_the_end_is_known() -> None:
    turns = await WireWords(Buzz()).turns(3, 60)
    pausing = [one for one in turns if one.pause_ms]
    assert 6 <= len(pausing) <= 25
    assert all(one.intent != "no" for one in pausing)
    for one in pausing:
        assert PAUSE_MS[0] <= one.pause_ms <= PAUSE_MS[1]
        quiet = np.count_nonzero(one.utterance.pcm == 0)
        assert abs(quiet - one.pause_ms * 8) <= 1
        assert one.utterance.last_packet == (len(one.utterance.pcm) - 1) // 160


def test_about_a_third_hesitates_and_short_words_never_do() -> None:
    import random

    chance = random.Random(1)
    drawn = [_pause_ms("plan", "what is my plan please", chance) for _ in range(600)]
    assert 0.28 < sum(pause > 0 for pause in drawn) / len(drawn) < 0.39
    assert not any(_pause_ms("plan", "my plan", chance) for _ in range(50))
