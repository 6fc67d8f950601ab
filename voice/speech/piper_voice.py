"""One loaded Piper voice: text to samples with the time of each word gap; not thread-aware."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from piper import AudioChunk, PiperConfig, PiperVoice, SynthesisConfig
from piper.config import PhonemeType

from voice.errors import ModelError
from voice.onnx_models import ONNX_ERRORS, open_session
from voice.piper_files import PiperFiles, find_voice
from voice.speech.vits_halves import Frames, VitsHalves
from voice.speech.word_timing import SoundGroup

_PLAIN: Final = SynthesisConfig(normalize_audio=False)
"""Piper would scale each sentence by itself, so that a short "No." shouts."""
_NO_SOUNDS: Final = frozenset(" ^$_ˈˌː.,;:!?¡¿—…\"'«»“”()-")
_ERRORS: Final = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
_NO_SPEECH: Final[tuple[type[Exception], ...]] = (*_ERRORS, *ONNX_ERRORS)


@dataclass(frozen=True)
class Sentence:
    """A stretch of speech: samples -1 to 1, and the groups of sounds if the voice reports them."""

    samples: NDArray[np.float32]
    groups: tuple[SoundGroup, ...]


@dataclass(frozen=True)
class SentenceToMake:
    """A sentence of which it is known when each sound is to be heard, but no sample is made."""

    frames: Frames
    halves: VitsHalves
    groups: tuple[SoundGroup, ...]

    @property
    def length(self) -> int:
        """Samples."""
        return int(self.frames.shape[2]) * self.halves.samples_per_frame

    def made(self) -> Sentence:
        """All of it."""
        return Sentence(self.samples(0, self.length), self.groups)

    def samples(self, start: int, end: int) -> NDArray[np.float32]:
        """Those from `start` to `end`, the same whatever else is made of it."""
        each = self.halves.samples_per_frame
        first = start // each
        samples = self.halves.samples(self.frames, first, -(-end // each))
        return samples[start - first * each : end - first * each]


class _Encoder:
    """To Piper a session that makes silence; keeps what samples can be made of."""

    def __init__(self, halves: VitsHalves) -> None:
        self._halves = halves
        self.frames: list[Frames] = []

    def run(self, _: object, given: Mapping[str, Any]) -> list[NDArray[np.float32]]:
        """As a session's: samples, and how many frames each phoneme takes."""
        frames, durations = self._halves.encode(given)
        self.frames.append(frames)
        return [np.zeros(1, np.float32), durations]


class LoadedVoice:
    """A Piper voice in memory."""

    def __init__(self, voice: PiperVoice, halves: VitsHalves | None = None) -> None:
        """`halves`: of the voice's network, where it can be taken apart; then they speak."""
        self._voice = voice
        self._halves = halves
        self.sample_rate: int = voice.config.sample_rate
        """Hertz of the samples that it makes."""

    @property
    def language(self) -> str:
        """What it speaks, as the first part of a BCP 47 tag."""
        return str(self._voice.config.espeak_voice).partition("-")[0]

    @classmethod
    def load(cls, name: str | Path, threads: int = 1) -> tuple[LoadedVoice, Path]:
        """A voice by embedded name, folder or ONNX file, and the folder; raises ModelError.

        A clause is spoken by so many `threads`.
        """
        files = find_voice(name)
        model, config = files.model, _config(files)
        halves = VitsHalves.open(model, threads)
        if halves is not None:
            config = replace(config, hop_length=halves.samples_per_frame)
        session = halves.encoder if halves else open_session(model, threads)
        needed = {entry.name for entry in session.get_inputs()}
        if not {"input", "input_lengths", "scales"} <= needed:
            raise ModelError(f"{model}: is not a Piper voice: its inputs are {sorted(needed)}")
        voice = cls(PiperVoice(session=session, config=config), halves)
        try:
            list(voice.speak("Ready."))
        except _NO_SPEECH as error:
            raise ModelError(f"{model}: the voice cannot speak: {_brief(error)}") from None
        return voice, model.parent

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Sentence]:
        """The sentences of `text`; none when it holds nothing to say.

        `pace`: how long it takes, in parts of what the voice needs by itself (its length scale).
        """
        if self._halves is not None:
            yield from (sentence.made() for sentence in self.sentences(text, pace))
            return
        for chunk in self._chunks(self._voice, text, pace):
            samples = np.nan_to_num(chunk.audio_float_array).astype(np.float32).reshape(-1)
            yield Sentence(samples, tuple(_groups(chunk)))

    def sentences(self, text: str, pace: float = 1.0) -> Iterator[SentenceToMake]:
        """The same before their samples are made; none of a voice that cannot be taken apart."""
        if self._halves is None:
            return
        encoder = _Encoder(self._halves)
        voice = PiperVoice(session=encoder, config=self._voice.config)
        for chunk in self._chunks(voice, text, pace):
            yield SentenceToMake(encoder.frames[-1], self._halves, tuple(_groups(chunk)))

    def _chunks(self, voice: PiperVoice, text: str, pace: float) -> Iterable[AudioChunk]:
        config = _PLAIN
        if pace != 1.0:
            config = replace(_PLAIN, length_scale=voice.config.length_scale * pace)
        return voice.synthesize(text, config, include_alignments=True)


def _config(files: PiperFiles) -> PiperConfig:
    path = f"{files.model}.json"
    try:
        config = PiperConfig.from_dict(files.settings)
    except _ERRORS as error:
        raise ModelError(f"{path}: is not a Piper voice's JSON: {_brief(error)}") from None
    if config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):
        kind = config.phoneme_type.value
        raise ModelError(f"{path}: phonemes of type {kind} are not supported, only espeak and text")
    if not config.phoneme_id_map:
        raise ModelError(f"{path}: has no phoneme_id_map")
    return config


def _groups(chunk: AudioChunk) -> Iterator[SoundGroup]:
    """Sounds between word gaps; pauses belong to no group."""
    time, start, end, sounds = 0.0, 0.0, 0.0, 0
    for part in chunk.phoneme_alignments or ():
        seconds = part.num_samples / chunk.sample_rate
        if part.phoneme not in _NO_SOUNDS:
            start = time if not sounds else start
            end = time + seconds
            sounds += 1
        elif part.phoneme == "ː" and sounds:
            end = time + seconds
        elif part.phoneme == " " and sounds:
            yield SoundGroup(sounds, start, end)
            sounds = 0
        time += seconds
    if sounds:
        yield SoundGroup(sounds, start, end)


def _brief(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:160]}" if lines else type(error).__name__
