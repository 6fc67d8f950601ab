"""From encoder states to words: beam search, its limits, and what counts as nothing said."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import ctranslate2
import numpy as np
from faster_whisper.tokenizer import Tokenizer

from voice.engine_queue import next_part
from voice.engine_steps import Steps
from voice.engine_work import note_work
from voice.languages import DEFAULT, Language
from voice.recognition.encoding import Encoded
from voice.recognition.errors import UnknownLanguage
from voice.recognition.expectation import Expectation
from voice.recognition.expected import ExpectedAnswers
from voice.recognition.folder import LoadedWhisper
from voice.recognition.loops import without_echo, without_loop
from voice.recognition.search import WindowSearch
from voice.recognition.transcript import Word

_PIECES_PER_SECOND = 12
_PIECES_AT_LEAST = 12
_FRAME_MS = 20
_MOST_PIECES = 220


@dataclass(frozen=True)
class WindowReading:
    """What the model makes of one window."""

    text: str
    pieces: int
    log_probability: float
    """Sum over the pieces and the end."""
    no_speech_probability: float
    words: tuple[Word, ...]
    doubtful: bool = False
    """An answer of the expected kind, but which one is in doubt."""

    @property
    def mean_log_probability(self) -> float:
        """Of a piece, the end included."""
        return self.log_probability / (self.pieces + 1)


class Decoder:
    """Reads windows with one model; may be used by several threads at once."""

    def __init__(self, loaded: LoadedWhisper, language: Language, beam_size: int) -> None:
        """Raises UnknownLanguage when the model does not know it."""
        whisper = loaded.whisper
        self._model: ctranslate2.models.Whisper = whisper.model
        self._beam_size = beam_size
        self._length_penalty = loaded.description.length_penalty
        self._word_times = loaded.word_times
        self._greedy = loaded.greedy
        self._tokenizer = _tokenizer(loaded, language)
        self._prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        self._answers = ExpectedAnswers(self._model, self._tokenizer, language)

    def read(self, encoded: Encoded, expect: Expectation) -> Steps[WindowReading]:
        """The most likely text of a window, and its words where they are wanted."""
        reading, ids = yield from self._search(encoded, self._beam_size)
        if expect.kind != "anything":
            reading, ids = self._expected(encoded.states, expect, reading, ids)
        if not self._word_times or not ids:
            return reading
        return replace(reading, words=self._timed(encoded, ids))

    def read_quickly(self, encoded: Encoded) -> Steps[WindowReading]:
        """The words of a greedy search, without their times."""
        reading, _ = yield from self._search(encoded, beam_size=1)
        return reading

    def _expected(
        self,
        encoded: ctranslate2.StorageView,
        expect: Expectation,
        free: WindowReading,
        ids: list[int],
    ) -> tuple[WindowReading, list[int]]:
        """The reading as an answer of the expected kind, where it is one."""
        next_part()
        answer = self._answers.find(encoded, expect, ids, free.log_probability)
        if answer is None:
            return free, ids
        if answer.doubtful:
            return replace(free, doubtful=True), ids
        text = self._tokenizer.decode(answer.pieces).strip()
        reading = replace(
            free, text=text, pieces=len(answer.pieces), log_probability=answer.log_probability
        )
        return reading, answer.pieces

    def _search(self, encoded: Encoded, beam_size: int) -> Steps[tuple[WindowReading, list[int]]]:
        most = min(_MOST_PIECES, _PIECES_AT_LEAST + int(_PIECES_PER_SECOND * encoded.seconds))
        search = WindowSearch(
            self._model, encoded.states, self._prompt, beam_size, self._length_penalty, most,
            self._tokenizer.eot, self._tokenizer.no_speech, self._greedy,
        )  # fmt: skip
        found = yield from search.found()
        length, log_probability = len(found.pieces), found.log_probability
        note_work("token", length)
        ids = [piece for piece in found.pieces if piece < self._tokenizer.eot]
        said = without_echo(without_loop(ids[:most]) if len(ids) >= most else ids)
        log_probability *= (length - len(ids) + len(said)) / max(1, length)
        ids = said
        text = self._tokenizer.decode(ids).strip()
        return WindowReading(text, len(ids), log_probability, found.no_speech_probability, ()), ids

    def _timed(self, encoded: Encoded, ids: list[int]) -> tuple[Word, ...]:
        """Each word's place, by the decoder's attention."""
        sot, frames = self._tokenizer.sot_sequence, encoded.frames
        aligned = self._model.align(encoded.states, sot, [ids], frames)[0]
        pieces = np.array([piece for piece, _ in aligned.alignments])
        times = np.array([time for _, time in aligned.alignments])
        jumps = times[np.flatnonzero(np.diff(pieces, prepend=-1))]
        texts, groups = self._tokenizer.split_to_word_tokens([*ids, self._tokenizer.eot])
        words, first = [], 0
        for text, group in zip(texts[:-1], groups[:-1], strict=True):
            end = first + len(group)
            if end < len(jumps) and text.strip():
                probability = float(np.mean(aligned.text_token_probs[first:end]))
                start_ms, end_ms = int(jumps[first]) * _FRAME_MS, int(jumps[end]) * _FRAME_MS
                words.append(Word(text.strip(), start_ms, end_ms, min(1.0, probability)))
            first = end
        return tuple(words)


def _tokenizer(loaded: LoadedWhisper, language: Language) -> Tokenizer:
    """Raises UnknownLanguage when the model does not know it."""
    whisper = loaded.whisper
    refused = UnknownLanguage(
        f"recogniser {loaded.name}: does not know {language.name} ({language.tag}); "
        "`voice models list` shows which models do"
    )
    multilingual, dialect = whisper.model.is_multilingual, loaded.description.dialect
    made_for = dialect is not None and dialect.language == language.tag
    if not multilingual and language.code != DEFAULT and not made_for:
        raise refused  # Whisper's others are English only
    token = dialect.token if dialect and made_for else language.code
    try:
        known = Tokenizer(whisper.hf_tokenizer, multilingual, "transcribe", token)
    except ValueError:
        raise refused from None
    if multilingual and known.language is None:
        raise refused
    return known


def confidence(mean_log_probability: float, slope: float, offset: float) -> float:
    """0 to 1 from the mean log-probability of a piece."""
    return min(1.0, math.exp(min(0.0, slope * mean_log_probability + offset)))
