"""A natural voice as a caller uses it: what it has said is kept."""

from __future__ import annotations

from voice.audio import Pcm, resample
from voice.engine_queue import EngineQueue, QueueFactory
from voice.evaluation.suites.kept_speech import RATE, KeptSpeech, key_of
from voice.evaluation.suites.natural_voices import NaturalVoice, Speak
from voice.speech import levelled


class KeptMouth:
    """A natural voice, which is loaded only for a sentence that nobody has kept."""

    def __init__(
        self, voice: NaturalVoice, kept: KeptSpeech, make_queue: QueueFactory = EngineQueue
    ) -> None:
        """Raises ModelError where it is not installed."""
        voice.require_installed()
        self._voice, self._made_of, self._kept = voice, voice.made_of, kept
        self._queue = make_queue("caller", 1, 1)
        self._speak: Speak | None = None

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        """The samples of `text`."""
        key = key_of(self._made_of, text)
        found = self._kept.find(key)
        if found is None:
            made = await self._queue.run(self._made, text)
            found = self._kept.keep(key, made)
        return resample(found, RATE, sample_rate)

    def _made(self, text: str) -> Pcm:
        if self._speak is None:
            self._speak = self._voice.load()
        pcm, rate = self._speak(text)
        return resample(levelled(pcm, rate), rate, RATE)
