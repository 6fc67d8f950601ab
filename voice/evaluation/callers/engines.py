"""The caller's own recogniser and voice, loaded in its own process."""

from __future__ import annotations

from pathlib import Path

from voice.audio import Pcm
from voice.engine_queue import EngineQueue, QueueFactory
from voice.recognition import WhisperRecogniser
from voice.speech import PiperSpeaker


class EngineEars:
    """A recogniser as a caller uses it."""

    def __init__(self, model: str | Path, make_queue: QueueFactory = EngineQueue) -> None:
        """Load `model`; raises ModelError."""
        self._recogniser = WhisperRecogniser.load(model, make_queue=make_queue)

    async def read(self, pcm: Pcm, sample_rate: int) -> str:
        """The words in the samples."""
        return (await self._recogniser.transcribe(pcm, sample_rate)).text


class EngineMouth:
    """A voice as a caller uses it."""

    def __init__(self, voice: str | Path, make_queue: QueueFactory = EngineQueue) -> None:
        """Load `voice`; raises ModelError."""
        self._speaker = PiperSpeaker.load(voice, make_queue=make_queue)

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        """The samples of `text`."""
        return (await self._speaker.synthesise(text, sample_rate=sample_rate)).pcm
