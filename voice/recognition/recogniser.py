"""The engine: one Whisper model per process, shared by all calls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from voice.audio import Pcm, frame_levels, resample, silence
from voice.engine_queue import EngineQueue, Priority, QueueFactory, next_part
from voice.languages import Language
from voice.languages import language as default_language
from voice.recognition import features, folder
from voice.recognition.decoding import Decoder, Reading, confidence
from voice.recognition.encoding import Encoded, Encoder
from voice.recognition.expectation import ANYTHING, Expectation
from voice.recognition.language_belief import LanguageBelief
from voice.recognition.noise import is_noise
from voice.recognition.partial_pace import PartialPace
from voice.recognition.session import RecognitionSession
from voice.recognition.transcript import Transcript, Word

_SHORTEST_SECONDS = 0.1
_OTHER_TEMPOS = (0.93, 1.07)
_AUDIBLE_DBFS = -57.0
"""Audio of which no 100 ms is louder than this holds no words."""


class WhisperRecogniser:
    """Any Whisper model in CTranslate2's form behind a bounded queue; safe for all calls at once.

    Only the frames that there are go through a model that was trained so (the embedded ones say
    so in their `voice.json`); others get the window that they need.
    """

    def __init__(
        self,
        loaded: folder.LoadedWhisper,
        queue: EngineQueue,
        beam_size: int,
        languages: Sequence[Language] = (),
        workers: int = 1,
    ) -> None:
        spoken = tuple(languages) or (default_language(),)
        self._loaded = loaded
        self._encoder = Encoder(loaded)
        self._decoders = {one.tag: Decoder(loaded, one, beam_size) for one in spoken}
        self._queue = queue
        self._pace = PartialPace(workers)
        self.offered = tuple(self._decoders)
        """The tags of the languages that it is to read."""
        self.language = spoken[0]
        """What it reads where it is not told, or cannot hear, what is spoken."""

    @classmethod
    def load(
        cls,
        model: str | Path,
        *,
        workers: int = 1,
        capacity: int = 64,
        beam_size: int = 5,
        languages: Sequence[Language] = (),
        device: str = "cpu",
        compute_type: str = "int8",
        threads: int = 1,
        make_queue: QueueFactory = EngineQueue,
    ) -> WhisperRecogniser:
        """Open a folder, or an embedded or installed model by its name; raises ModelError.

        It reads `languages`, or the default one.
        """
        loaded = folder.load(
            model, workers=workers, compute_type=compute_type, device=device, threads=threads
        )
        queue = make_queue("recognition", workers, capacity)
        with ExitStack() as unless_made:
            unless_made.callback(queue.close)
            made = cls(loaded, queue, beam_size, languages, workers)
            unless_made.pop_all()
        return made

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._queue.depth

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority = Priority.FINAL,
        expect: Expectation = ANYTHING,
        belief: LanguageBelief | None = None,
    ) -> Transcript:
        """The words in a recording; raises EngineBusy when too much waits.

        With Priority.PARTIAL it is read greedily, once, and gives way to more urgent work between
        its parts (EngineBusy again).
        `belief`: what the speaker speaks as far as that is known; the language is then the one
        that is most probable with this recording. Without it, or by a model that knows but one,
        `language` is read. Cancelling the caller takes a waiting request out of the queue.
        """
        return await self._queue.run(self._read, pcm, sample_rate, priority, expect, belief,
                                     priority=priority)  # fmt: skip

    def session(self) -> RecognitionSession:
        """One call's use of the engine."""
        return RecognitionSession(self, self._pace)

    async def warm_up(self) -> None:
        """Decode once, so that the first caller waits no longer than the others."""
        noise = np.random.default_rng(0).normal(0, 300, features.RATE_HZ).astype(np.int16)
        await self.transcribe(noise, features.RATE_HZ, priority=Priority.BATCH)

    def close(self) -> None:
        """End the engine's threads; what waits is cancelled."""
        self._queue.close()

    def _read(
        self,
        pcm: Pcm,
        sample_rate: int,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        wide = resample(pcm, sample_rate, features.RATE_HZ)
        seconds = len(wide) / features.RATE_HZ
        if seconds < _SHORTEST_SECONDS or not _audible(wide):
            return Transcript("", 0.0, self.language.tag, 1.0, seconds)
        description = self._loaded.description
        parts: list[tuple[int, Reading]] = []
        known, decoder = None, self._decoders[self.language.tag]
        for first, window in features.windows(wide, description.longest_window_seconds):
            if len(window) < _SHORTEST_SECONDS * features.RATE_HZ:
                continue
            next_part()
            encoded = self._encoder.encode(window)
            if belief is not None and known is None and self._encoder.identifies:
                known = belief.after(self._encoder.languages(encoded), encoded.seconds)
                decoder = self._decoders[known.heard]
            if priority is Priority.PARTIAL:
                next_part()
                reading = decoder.read_quickly(encoded)
            else:
                reading = self._read_window(window, encoded, decoder, expect)
            if is_noise(reading, window, description):
                reading = replace(reading, text="")
            parts.append((first * 1000 // features.RATE_HZ, reading))
        heard = self._joined(parts, seconds)
        if known is None or not heard.text:
            return heard
        return replace(heard, language=known.heard, belief=known)

    def _read_window(
        self, window: Pcm, encoded: Encoded, decoder: Decoder, expect: Expectation
    ) -> Reading:
        reading = decoder.read(encoded, expect, with_words=True)
        if math.exp(reading.mean_log_probability) >= self._loaded.description.doubt_below:
            return reading
        longest = folder.LONGEST_WINDOW_SECONDS * features.RATE_HZ
        again = [
            self._read_at(tempo, window, decoder, expect)
            for tempo in _OTHER_TEMPOS
            if len(window) / tempo <= longest
        ]
        # Of what was expected, a sure answer at one tempo counts more than doubt at the others.
        return max((reading, *again), key=lambda one: (not one.doubtful, one.mean_log_probability))

    def _read_at(self, tempo: float, window: Pcm, decoder: Decoder, expect: Expectation) -> Reading:
        """The window as if it had been spoken so many times as fast."""
        next_part()
        changed = resample(window, round(1000 * tempo), 1000)
        reading = decoder.read(self._encoder.encode(changed), expect, with_words=True)
        words = tuple(
            replace(word, start_ms=round(word.start_ms * tempo), end_ms=round(word.end_ms * tempo))
            for word in reading.words
        )
        return replace(reading, words=words)

    def _joined(self, parts: list[tuple[int, Reading]], seconds: float) -> Transcript:
        spoken = [(at, reading) for at, reading in parts if reading.text]
        nobody = min((reading.no_speech_probability for _, reading in parts), default=1.0)
        if not spoken:
            return Transcript("", 0.0, self.language.tag, nobody, seconds)
        pieces = sum(reading.pieces + 1 for _, reading in spoken)
        mean = sum(reading.log_probability for _, reading in spoken) / pieces
        description = self._loaded.description
        certain = confidence(mean, description.confidence_slope, description.confidence_offset)
        words = tuple(
            Word(word.text, word.start_ms + at, word.end_ms + at, word.probability)
            for at, reading in spoken
            for word in reading.words
        )
        text = " ".join(reading.text for _, reading in spoken)
        doubtful = any(reading.doubtful for _, reading in spoken)
        return Transcript(text, certain, self.language.tag, nobody, seconds, words, doubtful)


def _audible(pcm: Pcm) -> bool:
    padded = np.concatenate([pcm, silence(-len(pcm) % (features.RATE_HZ // 10))])
    levels = frame_levels(padded.astype(np.int16), features.RATE_HZ, 100)
    return bool(levels.max() > _AUDIBLE_DBFS)
