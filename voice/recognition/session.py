"""One call's use of the recogniser: audio comes in, transcripts of the turn so far come out."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from voice.audio import Pcm, Resampler
from voice.engine_queue import Priority
from voice.recognition.expectation import ANYTHING, Expectation
from voice.recognition.features import RATE_HZ
from voice.recognition.transcript import Transcript

_LONGEST_SECONDS = 60
"""Of a longer turn only the end is kept."""


class Engine(Protocol):
    """What a session needs of a recogniser."""

    @property
    def depth(self) -> int:
        """How many requests wait."""

    async def transcribe(
        self, pcm: Pcm, sample_rate: int, *, priority: Priority, expect: Expectation
    ) -> Transcript:
        """The words in a recording."""


class RecognitionSession:
    """Collects the audio of a turn and has it read; belongs to one call and one event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._resampler: Resampler | None = None
        self._source_hz = 0
        self._chunks: list[Pcm] = []
        self._samples = 0
        self._fed = 0
        self._partial: tuple[int, Transcript] | None = None
        self._final: tuple[int, Expectation, Transcript] | None = None

    @property
    def audio_seconds(self) -> float:
        """How much audio the turn has so far."""
        return self._samples / RATE_HZ

    def start(self, pre_roll: Pcm, sample_rate: int = 8000) -> None:
        """A new turn, beginning with audio from before its speech was noticed."""
        self.reset()
        self.feed(pre_roll, sample_rate)

    def feed(self, pcm: Pcm, sample_rate: int) -> None:
        """More audio of the turn, at any rate; microseconds."""
        if self._resampler is None or sample_rate != self._source_hz:
            self._keep(self._resampler.flush() if self._resampler else None)
            self._resampler, self._source_hz = Resampler(sample_rate, RATE_HZ), sample_rate
        self._keep(self._resampler.push(pcm))

    async def partial(self) -> Transcript | None:
        """The turn so far, or what was last known while more urgent work waits; None at first."""
        known = self._partial
        if (known and known[0] == self._fed) or self._engine.depth > 0:
            return known[1] if known else None
        fed = self._fed
        transcript = await self._read(Priority.PARTIAL, ANYTHING)
        self._partial = (fed, transcript)
        return transcript

    async def finalise(
        self, speculative: bool = False, expect: Expectation = ANYTHING
    ) -> Transcript:
        """All audio of the turn so far, read carefully; speculative where it may go on.

        Nothing is read twice: without new audio the same transcript comes back at once. Raises
        EngineBusy when too much waits.
        """
        known = self._final
        if known and known[:2] == (self._fed, expect):
            return known[2]
        fed = self._fed
        priority = Priority.SPECULATIVE if speculative else Priority.FINAL
        transcript = await self._read(priority, expect)
        self._final = (fed, expect, transcript)
        return transcript

    def reset(self) -> None:
        """Forget the turn."""
        self._resampler = None
        self._chunks.clear()
        self._samples = 0
        self._fed += 1
        self._partial = self._final = None

    def _keep(self, pcm: Pcm | None) -> None:
        if pcm is None or not len(pcm):
            return
        self._chunks.append(pcm)
        self._samples += len(pcm)
        self._fed += len(pcm)
        while self._samples - len(self._chunks[0]) >= _LONGEST_SECONDS * RATE_HZ:
            self._samples -= len(self._chunks.pop(0))

    async def _read(self, priority: Priority, expect: Expectation) -> Transcript:
        audio = np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int16)
        self._chunks = [audio] if len(audio) else []
        return await self._engine.transcribe(audio, RATE_HZ, priority=priority, expect=expect)
