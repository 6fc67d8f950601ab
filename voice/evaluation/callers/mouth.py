"""The voice of a simulated caller: sentences as telephone audio whose end is known beforehand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voice.audio import Pcm, silence
from voice.evaluation.callers.phone_audio import FRAME_SAMPLES, SAMPLE_RATE
from voice.evaluation.latency import last_audible_sample

FEWEST_WORDS = 5
"""In a sentence with a pause."""
PAUSE_SECONDS = (0.2, 0.9)


class Synthesiser(Protocol):
    """What is needed of a speaker."""

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        """The samples of `text`."""
        ...


@dataclass(frozen=True)
class MouthUtterance:
    """A sentence ready to be sent."""

    text: str
    pcm: Pcm
    last_packet: int
    """Index of the 20 ms packet with the last sample above -40 dB of the utterance's peak."""


class Mouth:
    """Makes utterances at 8 kHz.

    With `hesitation` a longer one has a pause somewhere between its words.
    """

    def __init__(self, synthesiser: Synthesiser, hesitation: random.Random | None = None) -> None:
        self._synthesiser = synthesiser
        self._hesitation = hesitation

    async def prepare(self, text: str) -> MouthUtterance:
        """Synthesise `text` completely, as a person knows what to say before saying it."""
        words = text.split()
        if self._hesitation is None or len(words) < FEWEST_WORDS:
            pcm = await self._synthesiser.speak(text, SAMPLE_RATE)
        else:
            place = self._hesitation.randint(2, len(words) - 2)
            pause = silence(round(self._hesitation.uniform(*PAUSE_SECONDS) * SAMPLE_RATE))
            parts = (" ".join(words[:place]), " ".join(words[place:]))
            first, second = [await self._synthesiser.speak(part, SAMPLE_RATE) for part in parts]
            pcm = np.concatenate([first, pause, second])
        return MouthUtterance(text, pcm, max(0, last_audible_sample(pcm)) // FRAME_SAMPLES)
