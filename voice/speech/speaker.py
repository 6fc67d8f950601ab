"""The speech engine: one voice, loaded once, shared by all calls of the process."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm, resample
from voice.engine_queue import EngineQueue, Priority, QueueFactory
from voice.engine_work import note_work
from voice.errors import ModelError
from voice.languages import Piece, as_written, language, languages
from voice.speech import lexicon, silences
from voice.speech.clause import SpokenClause, SpokenWord
from voice.speech.lexicon import Lexicon
from voice.speech.piper_voice import LoadedVoice, Sentence
from voice.speech.word_timing import Span, share_time, time_words

LEVEL_DBFS: Final = -23.0
"""Speech level (RMS while it sounds) that every voice is brought to, once and for all."""
LOUDEST_GAIN: Final = 30.0
TOLERANCE_DB: Final = 2.0
"""A portion may be so much louder or softer than LEVEL_DBFS; what goes beyond is taken back."""
MOST_CORRECTION_DB: Final = 6.0
CACHED_CLAUSES: Final = 128
LONGEST_CACHED: Final = 200
"""Characters; only short fixed phrases are kept."""
PORTION: Final = 250
"""Characters that are synthesised at once; longer text lets others in between."""
REFERENCE: Final = "Thank you for calling, how can I help you? No, the bill has not been paid."

_SPOKEN_WORD: Final = re.compile(r"\[\[.*?\]\]|\S+")
_FORBIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Me"))
_KEPT: Final = frozenset("°")


@dataclass(frozen=True)
class _Portion:
    """What is synthesised in one go."""

    start: int
    pieces: tuple[Piece, ...]

    @property
    def spoken(self) -> str:
        return " ".join(piece.spoken for piece in self.pieces)


@dataclass(frozen=True)
class _Speech:
    """Samples at the voice's rate and the time of each piece in them."""

    samples: NDArray[np.float32]
    spans: tuple[Span, ...]


class PiperSpeaker:
    """Speaks clauses with one Piper voice on the engine's own threads."""

    def __init__(
        self,
        voice: LoadedVoice,
        lexicon: Lexicon,
        *,
        workers: int = 1,
        capacity: int = 64,
        make_queue: QueueFactory = EngineQueue,
    ) -> None:
        self._voice = voice
        self._known = language(voice.language) if voice.language in languages() else None
        self._lexicon = lexicon
        self._gain = _levelling_gain(voice)
        self._queue = make_queue("speech", workers, capacity)
        self._cache: OrderedDict[tuple[str, int], SpokenClause] = OrderedDict()
        self._kept: dict[tuple[str, int], SpokenClause] = {}

    @classmethod
    def load(
        cls,
        voice: str | Path,
        *,
        workers: int = 1,
        capacity: int = 64,
        pronunciations: Path | None = None,
        make_queue: QueueFactory = EngineQueue,
    ) -> PiperSpeaker:
        """An embedded voice by name, a folder or an ONNX file with its JSON beside it.

        `pronunciations` is a lexicon file; without it the voice's own `lexicon.toml` is used.
        Raises ModelError for a missing or damaged voice, ConfigError for a bad lexicon.
        """
        loaded, folder = LoadedVoice.load(voice)
        own = folder / lexicon.FILE_NAME
        path = pronunciations or (own if own.exists() else None)
        words = Lexicon.load(path) if path else Lexicon()
        return cls(loaded, words, workers=workers, capacity=capacity, make_queue=make_queue)

    @property
    def language(self) -> str:
        """What the voice speaks, as the first part of a BCP 47 tag."""
        return self._voice.language

    @property
    def depth(self) -> int:
        """How many portions of text wait."""
        return self._queue.depth

    def close(self) -> None:
        """End the engine's threads; what waits is cancelled."""
        self._queue.close()

    def forget(self) -> None:
        """Empty the cache, as it is in a new process; what was kept for good stays."""
        self._cache.clear()

    async def keep(self, text: str, sample_rate: int = 8000) -> None:
        """Speak `text` now and keep its sound for good: it is there even if the voice fails."""
        self._kept[text, sample_rate] = await self.synthesise(text, sample_rate, Priority.BATCH)

    async def synthesise(
        self, text: str, sample_rate: int = 8000, priority: Priority = Priority.FINAL
    ) -> SpokenClause:
        """Speech of `text` at `sample_rate` Hz; text without anything to say gives no samples.

        Short texts without figures are cached: the phrases that every call says. Figures belong
        to one caller and are not kept. Raises EngineBusy when too much waits.
        """
        key = (text, sample_rate)
        if key in self._kept:
            return replace(self._kept[key], cached=True)
        if key in self._cache:
            self._cache.move_to_end(key)
            return replace(self._cache[key], cached=True)
        if len(text) <= PORTION:
            clause = await self._queue.run(self._at_once, text, sample_rate, priority=priority)
        else:
            clause = await self._in_portions(text, sample_rate, priority)
        if len(text) <= LONGEST_CACHED and not any(map(str.isdigit, text)):
            self._cache[key] = clause
            while len(self._cache) > CACHED_CLAUSES:
                self._cache.popitem(last=False)
        return clause

    def _at_once(self, text: str, sample_rate: int) -> SpokenClause:
        """Runs on the engine's thread, as everything below does."""
        portions = self._portions(text)
        return self._assemble(text, portions, list(map(self._speak, portions)), sample_rate)

    async def _in_portions(self, text: str, sample_rate: int, priority: Priority) -> SpokenClause:
        """Other calls get their turn between the portions."""
        run = partial(self._queue.run, priority=priority)
        portions = await run(self._portions, text)
        spoken = [await run(self._speak, portion) for portion in portions]
        return await run(self._assemble, text, portions, spoken, sample_rate)

    def _portions(self, text: str) -> list[_Portion]:
        """The pieces of the text in portions that are not too long."""
        clean = _speakable(text)
        known = self._known
        pieces = known.spoken_pieces(clean) if known else as_written(clean, 0, len(clean))
        portions: list[list[Piece]] = [[]]
        length = 0
        for piece in pieces:
            reading = self._lexicon.apply(piece.spoken)
            if not any(character.isalnum() for character in reading):
                continue
            shortened = replace(piece, spoken=reading[: 4 * PORTION])
            ends_sentence = portions[-1] and portions[-1][-1].spoken[-1] in ".!?"
            if length + len(reading) > PORTION or (ends_sentence and length > PORTION // 2):
                portions.append([])
                length = 0
            portions[-1].append(shortened)
            length += len(reading) + 1
        return [_Portion(part[0].start, tuple(part)) for part in portions if part]

    def _speak(self, portion: _Portion) -> _Speech:
        sentences = list(self._voice.speak(portion.spoken))
        rate = self._voice.sample_rate
        parts: list[NDArray[np.float32]] = []
        groups = []
        moved = 0.0
        for number, sentence in enumerate(sentences, 1):
            last = number == len(sentences)
            pause = silences.pause_after(portion.spoken if last else ".")
            kept, cut = silences.trim(sentence.samples * self._gain, rate, pause)
            groups += [
                replace(group, start=moved + group.start - cut, end=moved + group.end - cut)
                for group in sentence.groups
            ]
            parts.append(kept)
            moved += len(kept) / rate
        note_work("clause", 1)
        note_work("second", moved)
        samples = _evened(np.concatenate([np.zeros(0, np.float32), *parts]), rate)
        words = [_SPOKEN_WORD.findall(piece.spoken) for piece in portion.pieces]
        every = [word for piece_words in words for word in piece_words]
        sounding = max(0.0, moved - silences.pause_after(portion.spoken))
        spans = time_words(every, groups) or share_time(every, 0.0, sounding)
        return _Speech(samples, tuple(_spans_of_pieces(words, spans)))

    def _assemble(
        self, text: str, portions: list[_Portion], spoken: list[_Speech], sample_rate: int
    ) -> SpokenClause:
        words: list[SpokenWord] = []
        moved = 0.0
        for portion, speech in zip(portions, spoken, strict=True):
            for piece, (start, end) in zip(portion.pieces, speech.spans, strict=True):
                written = text[piece.start : piece.end]
                words.append(SpokenWord(written, 1000 * (moved + start), 1000 * (moved + end)))
            moved += len(speech.samples) / self._voice.sample_rate
        samples = np.concatenate([np.zeros(0, np.float32), *(part.samples for part in spoken)])
        pcm: Pcm = np.rint(samples * 32767).clip(-32767, 32767).astype(np.int16)
        pcm = resample(pcm, self._voice.sample_rate, sample_rate) if len(pcm) else pcm
        said = " ".join(portion.spoken for portion in portions)
        return SpokenClause(text, said, pcm, sample_rate, tuple(words))


def _speakable(text: str) -> str:
    """The text with a space for each character that no voice can say; positions stay."""
    return "".join(
        character
        if character in _KEPT
        or (unicodedata.category(character) not in _FORBIDDEN and character not in "[]")
        else " "
        for character in text
    )


def _spans_of_pieces(words: list[list[str]], spans: list[Span]) -> list[Span]:
    """From the first word of each piece to its last."""
    position = 0
    result: list[Span] = []
    for piece_words in words:
        own = spans[position : position + len(piece_words)]
        result.append((max(0.0, own[0][0]), own[-1][1]))
        position += len(piece_words)
    return result


def _evened(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """A lone word, which voices say softly, nearly as loud as a sentence."""
    level = silences.speech_level(samples, sample_rate)
    if level <= 0:
        return samples
    apart = 20 * float(np.log10(level)) - LEVEL_DBFS
    beyond = apart - float(np.clip(apart, -TOLERANCE_DB, TOLERANCE_DB))
    correction = float(np.clip(-beyond, -MOST_CORRECTION_DB, MOST_CORRECTION_DB))
    return samples * np.float32(10 ** (correction / 20))


def _levelling_gain(voice: LoadedVoice) -> float:
    """What brings the voice to LEVEL_DBFS; raises ModelError if it makes no sound."""
    sentences: list[Sentence] = list(voice.speak(REFERENCE))
    samples = np.concatenate([np.zeros(0, np.float32), *(part.samples for part in sentences)])
    level = silences.speech_level(samples, voice.sample_rate)
    if level <= 0 or not np.isfinite(level):
        raise ModelError("the voice makes no sound")
    return float(min(LOUDEST_GAIN, 10 ** (LEVEL_DBFS / 20) / level))
