"""The speech engine: one voice, loaded once, shared by all calls of the process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm, resample
from voice.engine_queue import EngineQueue, Priority, QueueFactory, next_part
from voice.engine_work import note_work
from voice.errors import ModelError
from voice.languages import Piece
from voice.speech import lexicon, silences
from voice.speech.cache import CACHED_CLAUSES, ClauseCache
from voice.speech.clause import SpokenClause, SpokenWord
from voice.speech.growing_sound import GrowingSound
from voice.speech.lexicon import Lexicon
from voice.speech.pieces import pieces_of, timed, words_of
from voice.speech.piper_voice import LoadedVoice, Sentence, SentenceToMake
from voice.speech.sound_to_come import SoundToCome
from voice.speech.word_timing import SoundGroup, Span, share_time, time_words

TOLERANCE_DB: Final = 2.0
"""A portion may be so much louder or softer than other speech; what goes beyond is taken back."""
MOST_CORRECTION_DB: Final = 6.0
PORTION: Final = 250
"""Characters that are synthesised at once; longer text lets others in between."""
REFERENCE: Final = "Thank you for calling, how can I help you? No, the bill has not been paid."


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
    """Samples at the voice's rate and the time of each word in them."""

    samples: NDArray[np.float32]
    spans: tuple[Span, ...]


class Speaker(Protocol):
    """What a call needs of a voice, wherever it is at work."""

    @property
    def depth(self) -> int:
        """How many portions of text wait."""

    def close(self) -> None:
        """End the engine's threads; what waits is cancelled."""

    def forget(self) -> None:
        """Empty the cache; what was kept for good stays."""

    async def keep(self, text: str, sample_rate: int = 8000) -> None:
        """Speak `text` now and keep its sound for good."""

    async def synthesise(
        self,
        text: str,
        sample_rate: int = 8000,
        priority: Priority = Priority.FINAL,
        pace: float = 1.0,
        whole: bool = True,
    ) -> SpokenClause:
        """Speech of `text` at `sample_rate` Hz; raises EngineBusy when too much waits.

        `pace`: how long it takes, in parts of what the voice needs by itself: 1.25 is slower.
        Unless it is to be `whole`, it may come while all but its beginning is still to come.
        """


class PiperSpeaker:
    """Speaks clauses with one Piper voice on the engine's own threads."""

    def __init__(
        self,
        voice: LoadedVoice,
        lexicon: Lexicon,
        *,
        workers: int = 1,
        capacity: int = 64,
        cached: int = CACHED_CLAUSES,
        make_queue: QueueFactory = EngineQueue,
    ) -> None:
        self._voice = voice
        self._lexicon = lexicon
        self._gain = _levelling_gain(voice)
        self._queue = make_queue("speech", workers, capacity)
        self._cache = ClauseCache(cached)

    @classmethod
    def load(
        cls,
        voice: str | Path,
        *,
        workers: int = 1,
        capacity: int = 64,
        pronunciations: Path | None = None,
        cached: int = CACHED_CLAUSES,
        threads: int = 1,
        make_queue: QueueFactory = EngineQueue,
    ) -> PiperSpeaker:
        """An embedded voice by name, a folder or an ONNX file with its JSON beside it.

        `pronunciations` is a lexicon file; without it the voice's own `lexicon.toml` is used.
        So many short clauses at most are `cached`; `threads` are those of each worker.
        Raises ModelError for a missing or damaged voice, ConfigError for a bad lexicon.
        """
        loaded, folder = LoadedVoice.load(voice, threads)
        own = folder / lexicon.FILE_NAME
        path = pronunciations or (own if own.exists() else None)
        words = Lexicon.load(path) if path else Lexicon()
        return cls(
            loaded, words, workers=workers, capacity=capacity, cached=cached, make_queue=make_queue
        )

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
        self._cache.forget()

    async def keep(self, text: str, sample_rate: int = 8000) -> None:
        """Speak `text` now and keep its sound for good: it is there even if the voice fails."""
        self._cache.keep(await self.synthesise(text, sample_rate, Priority.BATCH))

    async def synthesise(
        self,
        text: str,
        sample_rate: int = 8000,
        priority: Priority = Priority.FINAL,
        pace: float = 1.0,
        whole: bool = True,
    ) -> SpokenClause:
        """Speech of `text` at `sample_rate` Hz; text without anything to say gives no samples.

        Short texts without figures are cached, each pace by itself: the phrases that every call
        says. Figures belong to one caller and are not kept. Raises EngineBusy when too much waits.
        """
        if (known := self._cache.find(text, sample_rate, pace)) is not None:
            return known
        if len(text) > PORTION:
            clause = await self._in_portions(text, sample_rate, priority, pace)
        elif whole or not self._queue.in_real_time:
            work = partial(self._at_once, text, sample_rate, pace)
            clause = await self._queue.run(work, priority=priority)
        else:
            return await self._begun(text, sample_rate, priority, pace)
        self._cache.note(clause)
        return clause

    async def _begun(
        self, text: str, sample_rate: int, priority: Priority, pace: float
    ) -> SpokenClause:
        """The clause, or what there is of it once that can be heard."""
        loop = asyncio.get_running_loop()
        begun: asyncio.Future[SpokenClause] = loop.create_future()
        to_come = SoundToCome(loop)

        def hand_over(clause: SpokenClause) -> None:
            loop.call_soon_threadsafe(_settle, begun, clause)

        work = partial(self._from_its_beginning, text, sample_rate, pace, to_come, hand_over)
        whole = asyncio.ensure_future(self._queue.run(work, priority=priority))
        whole.add_done_callback(self._note)
        to_come.comes_from(whole)
        try:
            await asyncio.wait((begun, whole), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            whole.cancel()
            raise
        return begun.result() if begun.done() else whole.result()

    def _note(self, whole: asyncio.Future[SpokenClause]) -> None:
        if not (whole.cancelled() or whole.exception()):
            self._cache.note(whole.result())

    def _at_once(self, text: str, sample_rate: int, pace: float) -> SpokenClause:
        """Runs on the engine's thread, as everything below does."""
        portions = self._portions(text)
        spoken = [self._speak(portion, pace) for portion in portions]
        return self._assemble(text, portions, spoken, sample_rate, pace)

    def _from_its_beginning(
        self,
        text: str,
        sample_rate: int,
        pace: float,
        to_come: SoundToCome,
        begun: Callable[[SpokenClause], object],
    ) -> SpokenClause:
        """The whole clause; `begun` is given it as soon as it can be heard, if that is sooner."""
        portions = self._portions(text)
        sentences = self._sentences(portions, pace)
        if not sentences:
            return self._at_once(text, sample_rate, pace)
        sound = self._growing(portions[0], sentences, sample_rate)
        if sound is None:
            speech = self._joined(portions[0], [sentence.made() for sentence in sentences])
            return self._assemble(text, portions, [speech], sample_rate, pace)
        groups = [group.later(-sound.cut_seconds) for group in sentences[0].groups]
        spans = _spans(portions[0], groups, sound.seconds)
        words = list(timed(text, portions[0].pieces, spans))
        clause = _clause(text, portions, words, sound.pcm, sample_rate, pace)
        unheard = len(sound.pcm) - len(clause.pcm)
        to_come.reaches(sound.ready - unheard)
        begun(replace(clause, to_come=to_come))
        for ready in sound.grow():
            to_come.reaches(ready - unheard)
            next_part()
        note_work("clause", 1)
        note_work("second", sound.seconds)
        return clause

    def _sentences(self, portions: list[_Portion], pace: float) -> list[SentenceToMake]:
        """What is to be said, if that is all in one portion and can be made part by part."""
        if len(portions) != 1:
            return []
        return list(self._voice.sentences(portions[0].spoken, pace))

    def _growing(
        self, portion: _Portion, sentences: list[SentenceToMake], sample_rate: int
    ) -> GrowingSound | None:
        if len(sentences) != 1:
            return None
        pause = silences.pause_after(portion.spoken)
        rates = self._voice.sample_rate, sample_rate
        return GrowingSound.begun(sentences[0], self._gain, pause, rates)

    async def _in_portions(
        self, text: str, sample_rate: int, priority: Priority, pace: float
    ) -> SpokenClause:
        """Other calls get their turn between the portions."""
        run = partial(self._queue.run, priority=priority)
        portions = await run(self._portions, text)
        spoken = [await run(self._speak, portion, pace) for portion in portions]
        return await run(self._assemble, text, portions, spoken, sample_rate, pace)

    def _portions(self, text: str) -> list[_Portion]:
        """The pieces of the text in portions that are not too long."""
        portions: list[list[Piece]] = [[]]
        length = 0
        for piece in pieces_of(text, self.language):
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

    def _speak(self, portion: _Portion, pace: float) -> _Speech:
        return self._joined(portion, list(self._voice.speak(portion.spoken, pace)))

    def _joined(self, portion: _Portion, sentences: list[Sentence]) -> _Speech:
        rate = self._voice.sample_rate
        parts: list[NDArray[np.float32]] = []
        groups = []
        moved = 0.0
        for number, sentence in enumerate(sentences, 1):
            last = number == len(sentences)
            pause = silences.pause_after(portion.spoken if last else ".")
            kept, cut = silences.trim(sentence.samples * self._gain, rate, pause)
            groups += [group.later(moved - cut) for group in sentence.groups]
            parts.append(kept)
            moved += len(kept) / rate
        note_work("clause", 1)
        note_work("second", moved)
        samples = np.concatenate([np.zeros(0, np.float32), *parts])
        return _Speech(_evened(samples, rate), _spans(portion, groups, moved))

    def _assemble(
        self,
        text: str,
        portions: list[_Portion],
        spoken: list[_Speech],
        sample_rate: int,
        pace: float,
    ) -> SpokenClause:
        words: list[SpokenWord] = []
        moved = 0.0
        for portion, speech in zip(portions, spoken, strict=True):
            words += timed(text, portion.pieces, speech.spans, moved)
            moved += len(speech.samples) / self._voice.sample_rate
        samples = np.concatenate([np.zeros(0, np.float32), *(part.samples for part in spoken)])
        pcm: Pcm = np.rint(samples * 32767).clip(-32767, 32767).astype(np.int16)
        pcm = resample(pcm, self._voice.sample_rate, sample_rate) if len(pcm) else pcm
        return _clause(text, portions, words, pcm, sample_rate, pace)


def _spans(portion: _Portion, groups: list[SoundGroup], seconds: float) -> tuple[Span, ...]:
    """When each word of a portion sounds, which takes so long with the pause at its end."""
    words = words_of(portion.pieces)
    sounding = max(0.0, seconds - silences.pause_after(portion.spoken))
    return tuple(time_words(words, groups) or share_time(words, 0.0, sounding))


def _clause(
    text: str,
    portions: list[_Portion],
    words: list[SpokenWord],
    pcm: Pcm,
    sample_rate: int,
    pace: float,
) -> SpokenClause:
    """From where it is heard at that rate."""
    beginning = pcm[:sample_rate]
    unheard = silences.onset((beginning / 32767).astype(np.float32), sample_rate)
    earlier = tuple(word.earlier(1000 * unheard / sample_rate) for word in words)
    said = " ".join(portion.spoken for portion in portions)
    return SpokenClause(text, said, pcm[unheard:], sample_rate, earlier, pace=pace)


def _settle(future: asyncio.Future[SpokenClause], clause: SpokenClause) -> None:
    if not future.done():
        future.set_result(clause)


def _evened(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """A lone word, which voices say softly, nearly as loud as a sentence."""
    level = silences.speech_level(samples, sample_rate)
    if level <= 0:
        return samples
    apart = 20 * float(np.log10(level)) - silences.LEVEL_DBFS
    beyond = apart - float(np.clip(apart, -TOLERANCE_DB, TOLERANCE_DB))
    correction = float(np.clip(-beyond, -MOST_CORRECTION_DB, MOST_CORRECTION_DB))
    return samples * np.float32(10 ** (correction / 20))


def _levelling_gain(voice: LoadedVoice) -> float:
    """What brings the voice to its level; raises ModelError if it makes no sound."""
    sentences: list[Sentence] = list(voice.speak(REFERENCE))
    samples = np.concatenate([np.zeros(0, np.float32), *(part.samples for part in sentences)])
    level = silences.speech_level(samples, voice.sample_rate)
    if level <= 0 or not np.isfinite(level):
        raise ModelError("the voice makes no sound")
    return silences.levelling_gain(level)
