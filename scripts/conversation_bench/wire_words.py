"""What callers on the wire say: requests in held-out words, some with a pause inside."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.audio import Pcm, silence
from voice.evaluation.callers import Phrasings
from voice.evaluation.callers.live_caller import without_silent_ends
from voice.evaluation.callers.mouth import MouthUtterance, Synthesiser
from voice.evaluation.callers.phone_audio import FRAME_SAMPLES, SAMPLE_RATE
from voice.evaluation.latency import last_audible_sample

HELD_OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "held_out"
TURNS = ("plan", "balance", "repeat", "balance", "plan", "block_sim", "no")
"""The intents of a round, in order; four of seven need a tool, one is a yes or a no."""
YES_OR_NO = frozenset({"yes", "no"})
HESITATING = 1 / 3
"""The share of requests with a pause inside."""
PAUSE_MEDIAN_MS, PAUSE_SIGMA = 400.0, 0.6
PAUSE_MS = (150.0, 1500.0)
"""Pauses inside a turn are distributed log-normally between these (of people in conversation the
middle half lies from about 250 to 700 ms)."""
FEWEST_WORDS = 5
"""A shorter request is said without a pause."""


@dataclass(frozen=True)
class WireTurn:
    """One thing to say, ready to be sent."""

    intent: str
    utterance: MouthUtterance
    pause_ms: int
    """The pause inside it; 0 without one."""


class WireWords:
    """Makes the turns of calls; the same seed gives the same turns, whoever answers."""

    def __init__(self, mouth: Synthesiser) -> None:
        self._mouth = mouth
        self._phrasings = Phrasings.load(HELD_OUT)
        self._spoken: dict[str, Pcm] = {}

    async def turns(self, seed: int, count: int) -> list[WireTurn]:
        """So many turns, round after round."""
        chance = random.Random(f"wire {seed}")
        speaker = self._phrasings.speaker(chance)
        made = []
        for number in range(count):
            intent = TURNS[number % len(TURNS)]
            text = speaker.say(intent)
            made.append(await self._turn(intent, text, _pause_ms(intent, text, chance)))
        return made

    async def plain(self, intent: str, text: str) -> WireTurn:
        """A sentence without a pause."""
        return await self._turn(intent, text, 0)

    async def _turn(self, intent: str, text: str, pause_ms: int) -> WireTurn:
        words = text.split()
        if not pause_ms:
            pcm = await self._say(text)
        else:
            half = len(words) // 2
            first, second = " ".join(words[:half]), " ".join(words[half:])
            gap = silence(round(pause_ms * SAMPLE_RATE / 1000))
            pcm = np.concatenate([await self._say(first), gap, await self._say(second)])
        last = max(0, last_audible_sample(pcm)) // FRAME_SAMPLES
        return WireTurn(intent, MouthUtterance(text, pcm, last), pause_ms)

    async def _say(self, text: str) -> Pcm:
        if text not in self._spoken:
            pcm = await self._mouth.speak(text, SAMPLE_RATE)
            self._spoken[text] = without_silent_ends(pcm)
        return self._spoken[text]


def _pause_ms(intent: str, text: str, chance: random.Random) -> int:
    """0 for most; drawn for each turn, so that what one turn is leaves the others as they are."""
    hesitates, drawn = chance.random() < HESITATING, chance.gauss(0.0, PAUSE_SIGMA)
    if not hesitates or intent in YES_OR_NO or len(text.split()) < FEWEST_WORDS:
        return 0
    low, high = PAUSE_MS
    return round(min(max(PAUSE_MEDIAN_MS * float(np.exp(drawn)), low), high))
