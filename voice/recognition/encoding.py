"""From samples to encoder states, and from these to the language that is spoken."""

from __future__ import annotations

from dataclasses import dataclass

import ctranslate2
import numpy as np

from voice.audio import Pcm
from voice.engine_work import note_work
from voice.recognition import features
from voice.recognition.folder import LoadedWhisper


@dataclass(frozen=True)
class Encoded:
    """A window as the decoder reads it, whatever the language."""

    states: ctranslate2.StorageView
    frames: int
    """Of 10 ms, padding included."""
    seconds: float
    """Of audio."""


class Encoder:
    """Encodes windows with one model; may be used by several threads at once."""

    def __init__(self, loaded: LoadedWhisper) -> None:
        self._model: ctranslate2.models.Whisper = loaded.whisper.model
        self._extractor = loaded.whisper.feature_extractor
        self._minimum_seconds = loaded.description.minimum_window_seconds
        self._silence = loaded.silence
        self.identifies: bool = self._model.is_multilingual
        """Whether it can tell languages apart."""

    def encode(self, window: Pcm) -> Encoded:
        """Encoder states of audio at 16 kHz; behind a short window those of silence."""
        mel = features.mel(window, self._extractor, self._minimum_seconds)
        frames, seconds = mel.shape[-1], len(window) / features.RATE_HZ
        note_work("frame", frames)
        view = ctranslate2.StorageView.from_array(mel)
        if self._silence is None:
            return Encoded(self._model.encode(view, to_cpu=False), frames, seconds)
        states = np.array(self._model.encode(view, to_cpu=True))
        behind = self._silence[None, states.shape[1] :]
        whole = ctranslate2.StorageView.from_array(np.concatenate([states, behind], axis=1))
        return Encoded(whole, frames, seconds)

    def languages(self, encoded: Encoded) -> dict[str, float]:
        """How probable each language is, by ISO 639 code: one step of the decoder."""
        (found,) = self._model.detect_language(encoded.states)
        return {token.strip("<|>"): float(probability) for token, probability in found}
