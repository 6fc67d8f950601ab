"""One loaded Piper voice: text to samples with the time of each word gap; not thread-aware."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from piper import AudioChunk, PiperConfig, PiperVoice, SynthesisConfig
from piper.config import PhonemeType

from voice.errors import ModelError
from voice.onnx_models import ONNX_ERRORS, open_session
from voice.piper_files import PiperFiles, find_voice
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


class LoadedVoice:
    """A Piper voice in memory."""

    def __init__(self, voice: PiperVoice) -> None:
        self._voice = voice
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
        session = open_session(model, threads)
        needed = {entry.name for entry in session.get_inputs()}
        if not {"input", "input_lengths", "scales"} <= needed:
            raise ModelError(f"{model}: is not a Piper voice: its inputs are {sorted(needed)}")
        voice = cls(PiperVoice(session=session, config=config))
        try:
            list(voice.speak("Ready."))
        except _NO_SPEECH as error:
            raise ModelError(f"{model}: the voice cannot speak: {_brief(error)}") from None
        return voice, model.parent

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Sentence]:
        """The sentences of `text`; none when it holds nothing to say.

        `pace`: how long it takes, in parts of what the voice needs by itself (its length scale).
        """
        config = _PLAIN
        if pace != 1.0:
            config = replace(_PLAIN, length_scale=self._voice.config.length_scale * pace)
        for chunk in self._voice.synthesize(text, config, include_alignments=True):
            samples = np.nan_to_num(chunk.audio_float_array).astype(np.float32).reshape(-1)
            yield Sentence(samples, tuple(_groups(chunk)))


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
