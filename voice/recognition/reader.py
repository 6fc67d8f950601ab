"""Reads a recording as one language or dialect, with the model that was made for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from voice.audio import Pcm, frame_levels, resample, silence
from voice.engine_queue import Priority, next_part
from voice.engine_steps import Steps
from voice.languages import Language, spoken_numbers
from voice.recognition import features, folder
from voice.recognition.decoding import Decoder, WindowReading
from voice.recognition.encoding import Encoded, Encoder
from voice.recognition.expectation import ANYTHING, Expectation
from voice.recognition.noise import is_noise
from voice.recognition.pauses import shortened
from voice.recognition.transcript import Transcript, Word

_SAMPLES_PER_MS = features.RATE_HZ // 1000
_SHORTEST_SECONDS = 0.1
_OTHER_TEMPOS = (0.93, 1.07)
_AUDIBLE_DBFS = -57.0
"""Audio of which no 100 ms is louder than this holds no words."""


class WindowedAudio:
    """Audio at 16 kHz that is to be read; an encoder makes states of each window once."""

    def __init__(self, pcm: Pcm, longest_pause_seconds: float = 0.0) -> None:
        """Longer pauses are shortened before it is read; 0: none."""
        self.seconds = len(pcm) / features.RATE_HZ
        self._spoken = shortened(pcm, longest_pause_seconds)
        self._encoded: dict[tuple[Encoder, int, int], Encoded] = {}

    @property
    def audible(self) -> bool:
        """Whether there is enough of it, and loud enough, to hold words."""
        return self.seconds >= _SHORTEST_SECONDS and _audible(self._spoken.pcm)

    def windows(self, longest_seconds: float) -> Iterator[tuple[int, Pcm]]:
        """Its pieces that may hold words: (first sample, samples)."""
        for first, window in features.windows(self._spoken.pcm, longest_seconds):
            if len(window) >= _SHORTEST_SECONDS * features.RATE_HZ:
                yield first, window

    def groups(self) -> list[tuple[int, Pcm]]:
        """What was said between pauses, if there were any: (first sample, samples)."""
        groups = [(first, group) for first, group in self._spoken.groups if _audible(group)]
        return groups if len(groups) > 1 else []

    def placed(self, first: int, word: Word) -> Word:
        """A word of the window that begins with sample `first`, by its place in the whole."""
        start_ms, end_ms = (
            self._spoken.original(first + ms * _SAMPLES_PER_MS) // _SAMPLES_PER_MS
            for ms in (word.start_ms, word.end_ms)
        )
        return replace(word, start_ms=start_ms, end_ms=end_ms)

    def encoded(self, encoder: Encoder, first: int, window: Pcm) -> Encoded:
        """What the encoder makes of the window that begins with sample `first`."""
        key = encoder, first, len(window)
        known = self._encoded.get(key)
        if known is None:
            next_part()
            known = self._encoded[key] = encoder.encode(window)
        return known


class Reader:
    """One way of reading; may be used by several threads at once."""

    def __init__(
        self, loaded: folder.LoadedWhisper, encoder: Encoder, spoken: Language, beam_size: int
    ) -> None:
        """Raises UnknownLanguage when the model does not know the language."""
        self.language = spoken
        self._encoder = encoder
        self._decoder = Decoder(loaded, spoken, beam_size)
        self._description = loaded.description

    def read(
        self, recording: WindowedAudio, priority: Priority, expect: Expectation
    ) -> Steps[Transcript]:
        """The words of the recording.

        Where so many digits are expected and that is not what was read, it is read group by group,
        too: digits after a pause have less to do with those before it than a model expects.
        """
        windows = recording.windows(self._description.longest_window_seconds)
        whole = yield from self._read(recording, windows, priority, expect)
        if not expect.digits or self._is_number(whole, expect):
            return whole
        groups = yield from self._read(recording, recording.groups(), priority, ANYTHING)
        holds_number = any(spoken_numbers(groups.text, self.language.reader))
        return groups if holds_number else whole

    def _is_number(self, heard: Transcript, expect: Expectation) -> bool:
        """Whether it is just the number that was expected, or a sentence that tells it."""
        figures = expect.meaning(heard.text, self.language)
        if figures is None:
            return expect.is_told_in(heard.text, self.language)
        return expect.is_whole(figures) and not heard.doubtful

    def _read(
        self,
        recording: WindowedAudio,
        windows: Iterable[tuple[int, Pcm]],
        priority: Priority,
        expect: Expectation,
    ) -> Steps[Transcript]:
        readings: list[WindowReading] = []
        for first, window in windows:
            encoded = recording.encoded(self._encoder, first, window)
            if priority is Priority.PARTIAL:
                next_part()
                reading = yield from self._decoder.read_quickly(encoded)
            else:
                reading = yield from self._read_window(window, encoded, expect)
            if is_noise(reading, window, self._description):
                reading = replace(reading, text="")
            words = tuple(recording.placed(first, word) for word in reading.words)
            readings.append(replace(reading, words=words))
        return self._joined(readings, recording.seconds)

    def nothing(self, seconds: float) -> Transcript:
        """Of a recording without words."""
        return self._joined([], seconds)

    def _read_window(
        self, window: Pcm, encoded: Encoded, expect: Expectation
    ) -> Steps[WindowReading]:
        reading = yield from self._decoder.read(encoded, expect)
        if math.exp(reading.mean_log_probability) >= self._description.doubt_below:
            return reading
        longest = folder.LONGEST_WINDOW_SECONDS * features.RATE_HZ
        for tempo in _OTHER_TEMPOS:
            if len(window) / tempo <= longest:
                again = yield from self._read_at(tempo, window, expect)
                reading = max(reading, again, key=_credit)
        return reading

    def _read_at(self, tempo: float, window: Pcm, expect: Expectation) -> Steps[WindowReading]:
        """The window as if it had been spoken so many times as fast."""
        next_part()
        changed = resample(window, round(1000 * tempo), 1000)
        reading = yield from self._decoder.read(self._encoder.encode(changed), expect)
        words = tuple(
            replace(word, start_ms=round(word.start_ms * tempo), end_ms=round(word.end_ms * tempo))
            for word in reading.words
        )
        return replace(reading, words=words)

    def _joined(self, readings: list[WindowReading], seconds: float) -> Transcript:
        spoken = [reading for reading in readings if reading.text]
        nobody = min((reading.no_speech_probability for reading in readings), default=1.0)
        if not spoken:
            return Transcript("", 0.0, self.language.tag, nobody, seconds)
        pieces = sum(reading.pieces + 1 for reading in spoken)
        mean = sum(reading.log_probability for reading in spoken) / pieces
        description = self._description
        certainty = description.confidence_slope * mean + description.confidence_offset
        certain = math.exp(min(0.0, certainty))
        words = tuple(word for reading in spoken for word in reading.words)
        text = " ".join(reading.text for reading in spoken)
        doubtful = any(reading.doubtful for reading in spoken)
        return Transcript(
            text, certain, self.language.tag, nobody, seconds, words, doubtful, certainty
        )


def _credit(reading: WindowReading) -> tuple[bool, float]:
    """Of what was expected, a sure answer at one tempo counts more than doubt at the others."""
    return not reading.doubtful, reading.mean_log_probability


def _audible(pcm: Pcm) -> bool:
    padded = np.concatenate([pcm, silence(-len(pcm) % (features.RATE_HZ // 10))])
    levels = frame_levels(padded.astype(np.int16), features.RATE_HZ, 100)
    return bool(levels.max() > _AUDIBLE_DBFS)
