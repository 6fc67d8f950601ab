"""The voice of a simulated caller: sentences as telephone audio whose end is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from voice.audio import Pcm
from voice.evaluation.callers.phone_audio import FRAME_SAMPLES, SAMPLE_RATE
from voice.evaluation.latency import last_audible_sample


class Synthesiser(Protocol):
    """What is needed of a speaker."""

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        """The samples of `text`."""
        ...


@dataclass(frozen=True)
class Utterance:
    """A sentence ready to be sent."""

    text: str
    pcm: Pcm
    last_packet: int
    """Index of the 20 ms packet with the last sample above -40 dB of the utterance's peak."""


class Mouth:
    """Makes utterances at 8 kHz."""

    def __init__(self, synthesiser: Synthesiser) -> None:
        self._synthesiser = synthesiser

    async def prepare(self, text: str) -> Utterance:
        """Synthesise `text` completely, as a person knows what to say before saying it."""
        pcm = await self._synthesiser.speak(text, SAMPLE_RATE)
        return Utterance(text, pcm, max(0, last_audible_sample(pcm)) // FRAME_SAMPLES)
