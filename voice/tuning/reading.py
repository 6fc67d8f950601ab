"""Reading speech with a model as calls do, whatever language its token stands for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from voice.audio import Pcm, resample
from voice.errors import ModelError
from voice.recognition import folder
from voice.recognition.features import PADDING_SECONDS, RATE_HZ, mel, windows
from voice.recognition.loops import without_echo, without_loop

_BATCH = 8
_BEAM = 5
_PIECES_PER_SECOND = 12
_PIECES_AT_LEAST = 12
_MOST_PIECES = 220
_POSITIONS_PER_SECOND = 50


@dataclass(frozen=True)
class Read:
    """What a model made of some speech."""

    text: str
    log_probability: float
    """Sum over the pieces and the ends of windows."""
    pieces: int
    """These, counted."""

    @property
    def mean_log_probability(self) -> float:
        """Of a piece, the ends included."""
        return self.log_probability / max(1, self.pieces)


@dataclass(frozen=True)
class TimedWord:
    """A word of a text, and when it is said, in seconds."""

    text: str
    start: float
    end: float


class ReferenceReader:
    """A model in CTranslate2's form that writes what it hears; for several threads at once."""

    def __init__(
        self, model: Path, token: str, *, device: str = "cpu", compute_type: str = "int8",
        threads: int = 1,
    ) -> None:  # fmt: skip
        """`token` is Whisper's code for the language, `threads` how much is read at once.

        Raises ModelError where the model does not know the token.
        """
        loaded = folder.load(model, workers=threads, compute_type=compute_type, device=device)
        if loaded.silence is not None:
            raise ModelError(f"{model}: reads short windows; its base is tuned")
        self._model: ctranslate2.models.Whisper = loaded.whisper.model
        self._extractor = loaded.whisper.feature_extractor
        self._description = loaded.description
        self._threads = threads
        self._loaded, self.folder = loaded, model
        self._speak(token)

    def _speak(self, token: str) -> None:
        self.tokenizer = _tokenizer(self._loaded, self.folder, token)
        self.prompt: list[int] = [*self.tokenizer.sot_sequence, self.tokenizer.no_timestamps]

    def in_language(self, token: str) -> ReferenceReader:
        """The same model, another language; raises ModelError."""
        other = copy(self)
        other._speak(token)
        return other

    @property
    def longest_seconds(self) -> float:
        """Of speech in a window."""
        return self._description.longest_window_seconds

    def window(self, pcm: Pcm, sample_rate: int) -> NDArray[np.float32]:
        """Mel frames of one window, shape (bins, frames), a whole number of seconds long."""
        wide = resample(pcm, sample_rate, RATE_HZ)
        least = self._description.minimum_window_seconds
        whole = max(least, math.ceil(len(wide) / RATE_HZ + PADDING_SECONDS))
        frames: NDArray[np.float32] = mel(wide, self._extractor, whole)[0]
        return frames

    def encode(self, window: NDArray[Any]) -> NDArray[np.float32]:
        """Encoder states of mel frames, shape (positions of 20 ms, width)."""
        frames = np.ascontiguousarray(window[None], np.float32)
        view = ctranslate2.StorageView.from_array(frames)
        states: NDArray[np.float32] = np.array(self._model.encode(view, to_cpu=True))[0]
        return states.astype(np.float32)

    def read(self, states: Sequence[NDArray[Any]]) -> list[str]:
        """The words in windows, greedily; those of the same length are read together."""
        order = sorted(range(len(states)), key=lambda number: len(states[number]))
        batches = [
            same[first : first + _BATCH]
            for _, found in groupby(order, key=lambda number: len(states[number]))
            for same in [list(found)]
            for first in range(0, len(same), _BATCH)
        ]
        texts = [""] * len(states)
        with ThreadPoolExecutor(self._threads) as pool:
            read = pool.map(lambda batch: self._search([states[n] for n in batch], 1), batches)
            for batch, found in zip(batches, read, strict=True):
                for number, one in zip(batch, found, strict=True):
                    texts[number] = one.text
        return texts

    def timed(self, pcm: Pcm, sample_rate: int, text: str) -> list[TimedWord]:
        """When each word of a text is said in one window, by the decoder's attention."""
        window = self.window(pcm, sample_rate)
        view = ctranslate2.StorageView.from_array(self.encode(window)[None])
        ids = self.tokenizer.encode(f" {text}")
        (aligned,) = self._model.align(view, self.tokenizer.sot_sequence, [ids], window.shape[1])
        pieces = np.array([piece for piece, _ in aligned.alignments])
        times = np.array([time for _, time in aligned.alignments]) / _POSITIONS_PER_SECOND
        starts = times[np.flatnonzero(np.diff(pieces, prepend=-1))]
        words, groups = self.tokenizer.split_to_word_tokens([*ids, self.tokenizer.eot])
        found: list[TimedWord] = []
        first = 0
        for word, group in zip(words[:-1], groups[:-1], strict=True):
            last = min(first + len(group), len(starts) - 1)
            if found and not word.startswith(" "):  # a mark behind a word belongs to it
                word, begin = found[-1].text + word, found.pop().start
            else:
                begin = float(starts[first])
            found.append(TimedWord(word.strip(), begin, float(starts[last])))
            first = last
        return found

    def hear(self, recordings: Iterable[tuple[Pcm, int]]) -> Iterator[Read]:
        """The words in recordings (samples, Hz) of any length, with a beam, in their order."""
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(self._heard, recordings)

    def _heard(self, recording: tuple[Pcm, int]) -> Read:
        wide = resample(*recording, RATE_HZ)
        least = self._description.minimum_window_seconds
        found = [
            self._search([self.encode(mel(window, self._extractor, least)[0])], _BEAM)[0]
            for _, window in windows(wide, self.longest_seconds)
        ]
        return Read(
            " ".join(one.text for one in found if one.text),
            sum(one.log_probability for one in found),
            sum(one.pieces for one in found),
        )

    def _search(self, states: Sequence[NDArray[Any]], beam_size: int) -> list[Read]:
        together = np.stack([one.astype(np.float32) for one in states])
        seconds = together.shape[1] / _POSITIONS_PER_SECOND
        most = min(_MOST_PIECES, _PIECES_AT_LEAST + int(_PIECES_PER_SECOND * seconds))
        results = self._model.generate(
            ctranslate2.StorageView.from_array(together),
            [self.prompt] * len(together),
            beam_size=beam_size,
            length_penalty=self._description.length_penalty,
            max_length=2 * most,  # CTranslate2 allows half of it for new pieces
            return_scores=True,
            suppress_blank=False,
            suppress_tokens=[-1],
        )
        return [self._read(result, most) for result in results]

    def _read(self, result: Any, most: int) -> Read:
        pieces = result.sequences_ids[0]
        known = [piece for piece in pieces if piece < self.tokenizer.eot]
        said = without_echo(without_loop(known) if len(known) >= most else known)
        length = max(1, len(pieces))
        log_probability = result.scores[0] * length**self._description.length_penalty
        return Read(self.tokenizer.decode(said).strip(), float(log_probability), length)


def _tokenizer(loaded: folder.LoadedWhisper, model: Path, token: str) -> Tokenizer:
    whisper = loaded.whisper
    try:
        known = Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, "transcribe", token)
    except ValueError:
        known = None
    if known is None or (whisper.model.is_multilingual and known.language is None):
        raise ModelError(f"{model}: has no token {token}; --token names one that it has")
    return known
