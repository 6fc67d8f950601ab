"""One call's use of the recogniser: audio comes in, transcripts of the turn so far come out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from voice.audio import Pcm, Resampler
from voice.engine_queue import Priority
from voice.languages import Language
from voice.recognition.expectation import ANYTHING, Expectation
from voice.recognition.features import PADDING_SECONDS, RATE_HZ, windows
from voice.recognition.language_belief import LanguageBelief
from voice.recognition.partial_pace import PartialPace
from voice.recognition.stable_words import Partial, StableWords
from voice.recognition.transcript import Transcript, joined

PARTIAL_SECONDS = 10.0 - PADDING_SECONDS
"""What a partial transcript reads at a time: with its padding the shortest window in which
OpenAI's models read well, and so the cheapest."""
PIECE_SECONDS = 28.0
"""What is longer is read in pieces, each of them once, cut where it is quietest: the words of a
long turn are known soon after its end. Shorter pieces cost less, and lose words at their cuts."""
_LONGEST_SECONDS = 240
"""Of sound that nobody has read yet, only the end is kept."""


class RecognitionEngine(Protocol):
    """What a session needs of a recogniser."""

    @property
    def depth(self) -> int:
        """How many requests wait."""

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        """The words in a recording."""


class Recogniser(RecognitionEngine, Protocol):
    """What a call process needs of one, wherever it is at work."""

    @property
    def language(self) -> Language:
        """What it reads where it is not told, or cannot hear, what is spoken."""

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority = Priority.FINAL,
        expect: Expectation = ANYTHING,
        belief: LanguageBelief | None = None,
    ) -> Transcript:
        """The words in a recording; raises EngineBusy when too much waits."""

    @property
    def dialects(self) -> Mapping[str, str]:
        """The tags of the dialects that it tells apart, each with that of its language."""

    def session(self) -> RecognitionSession:
        """One call's use of the engine."""

    async def warm_up(self) -> None:
        """Make ready for the first call."""

    def close(self) -> None:
        """End the engine's threads; what waits is cancelled."""


class RecognitionSession:
    """Collects the audio of a turn and has it read; belongs to one call and one event loop."""

    def __init__(
        self,
        engine: RecognitionEngine,
        pace: PartialPace | None = None,
        dialects: Mapping[str, str] | None = None,
    ) -> None:
        """`pace` is the engine's, shared by all of its sessions."""
        self.pace = pace or PartialPace()
        self.dialects = dialects or {}
        """The tags of the dialects that the engine tells apart, each with that of its language."""
        self._engine = engine
        self.belief: LanguageBelief | None = None
        """What the caller speaks as far as is known from the turns before this one."""
        self._resampler: Resampler | None = None
        self._source_hz = 0
        self._chunks: list[Pcm] = []
        self._samples = 0
        self._fed = 0
        self._words = StableWords()
        self._open = 0
        """The sample at which what partial transcripts have yet to read begins."""
        self._partial_fed = -1
        self._pieces: list[Transcript] = []
        """Of what was read for good, and is not kept as sound any more."""
        self._before: tuple[list[Transcript], Pcm] = ([], np.zeros(0, np.int16))
        """The turn before: its pieces, and the sound behind them."""
        self._closing = asyncio.Lock()
        self._final: tuple[int, Expectation, Transcript] | None = None

    @property
    def audio_seconds(self) -> float:
        """How much audio the turn has so far."""
        return self._samples / RATE_HZ + sum(piece.audio_seconds for piece in self._pieces)

    @property
    def has_piece(self) -> bool:
        """Whether there is a piece to be read by `read_piece`."""
        return self._samples > PIECE_SECONDS * RATE_HZ

    @property
    def has_words(self) -> bool:
        """Whether there are words in what was read so far."""
        return bool(self._words.partial.text) or any(piece.text for piece in self._pieces)

    def last(self, seconds: float) -> Pcm:
        """The end of the turn so far, at RATE_HZ: so much of it, or what there is."""
        return self._audio()[-round(seconds * RATE_HZ) :]

    def start(self, pre_roll: Pcm, sample_rate: int = 8000) -> None:
        """A new turn, beginning with audio from before its speech was noticed."""
        before = self._pieces, self._audio()
        self.reset()
        self._before = before
        self.feed(pre_roll, sample_rate)

    def rejoin(self) -> None:
        """The turn goes on with the one before it; both are read as one."""
        pieces, audio = self._before
        self._before = [], audio[:0]
        self._pieces = pieces + self._pieces
        self._chunks.insert(0, audio)
        self._samples += len(audio)
        self._fed += len(audio)
        self._open = 0
        self._words = StableWords()

    def feed(self, pcm: Pcm, sample_rate: int) -> None:
        """More audio of the turn, at any rate; microseconds."""
        if self._resampler is None or sample_rate != self._source_hz:
            self._keep(self._resampler.flush() if self._resampler else None)
            self._resampler, self._source_hz = Resampler(sample_rate, RATE_HZ), sample_rate
        self._keep(self._resampler.push(pcm))

    @property
    def words(self) -> Partial:
        """The turn so far, as last read."""
        return self._words.partial

    async def partial(self) -> Partial | None:
        """Read the turn so far once more; None where nothing is new, or more urgent work waits.

        No more than PARTIAL_SECONDS are read: of a longer turn what was read before is cut off at
        a quiet place, and its words are stable. Raises EngineBusy when the engine gave way to
        more urgent work.
        """
        if self._partial_fed == self._fed or self._engine.depth > 0:
            return None
        words, fed, pieces = self._words, self._fed, len(self._pieces)
        audio = self._audio()[self._open :]
        _, piece = next(windows(audio, PARTIAL_SECONDS))
        transcript = await self._transcribe(piece, Priority.PARTIAL, ANYTHING)
        if words is not self._words or pieces != len(self._pieces):
            return None  # the turn is over, or what was read is
        if len(piece) < len(audio):
            self._open += len(piece)
            words.close(transcript.text)
        else:
            self._partial_fed = fed
            words.hear(transcript.text)
        return words.partial

    async def read_piece(self, priority: Priority = Priority.SPECULATIVE) -> Transcript | None:
        """Read the first piece of a turn that has become long; None while it is not.

        Raises EngineBusy when too much waits: nothing is lost, and it can be read later.
        """
        async with self._closing:
            audio, words = self._audio(), self._words
            _, piece = next(windows(audio, PIECE_SECONDS))
            if len(piece) == len(audio):
                return None
            heard = await self._transcribe(piece, priority, ANYTHING)
            if words is not self._words:
                return None  # the turn is over
            self._pieces.append(heard)
            self._chunks = [self._audio()[len(piece) :]]
            self._samples -= len(piece)
            self._open = max(0, self._open - len(piece))
            return heard

    async def finalise(
        self, speculative: bool = False, expect: Expectation = ANYTHING
    ) -> Transcript:
        """All audio of the turn so far, read carefully; speculative where it may go on.

        Nothing is read twice: without new audio the same transcript comes back at once. It counts
        as a hypothesis for `words`, whose stable part it cannot change. Raises EngineBusy when too
        much waits.
        """
        known = self._final
        if known and known[:2] == (self._fed, expect):
            return known[2]
        priority = Priority.SPECULATIVE if speculative else Priority.FINAL
        while await self.read_piece(priority):
            pass
        fed, words, pieces = self._fed, self._words, list(self._pieces)
        last = await self._transcribe(self._audio(), priority, expect)
        transcript = joined([*pieces, last])
        self._final = (fed, expect, transcript)
        words.hear(transcript.text, whole_turn=True)
        return transcript

    def reset(self) -> None:
        """Forget the turn."""
        self._resampler = None
        self._chunks.clear()
        self._samples = 0
        self._fed += 1
        self._words = StableWords()
        self._open = 0
        self._pieces = []
        self._final = None

    def _keep(self, pcm: Pcm | None) -> None:
        if pcm is None or not len(pcm):
            return
        self._chunks.append(pcm)
        self._samples += len(pcm)
        self._fed += len(pcm)
        while self._samples - len(self._chunks[0]) >= _LONGEST_SECONDS * RATE_HZ:
            dropped = len(self._chunks.pop(0))
            self._samples -= dropped
            self._open = max(0, self._open - dropped)

    def _audio(self) -> Pcm:
        """All of the turn that is kept."""
        audio = np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int16)
        self._chunks = [audio] if len(audio) else []
        return audio

    async def _transcribe(self, pcm: Pcm, priority: Priority, expect: Expectation) -> Transcript:
        return await self._engine.transcribe(
            pcm, RATE_HZ, priority=priority, expect=expect, belief=self.belief
        )
