"""Voices of callers that are no Piper voices: Kokoro's, natural and slow, and hibari's.

A suite names them `kokoro:af_heart` or `hibari:heart`. Their packages are the extra `callers`;
Kokoro's model and its voices are pulled from the catalogue, hibari's voice is in its package.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from voice.audio import Pcm
from voice.errors import ModelError
from voice.model_folders import ModelKind
from voice.models import Catalogue, ModelStore

MODEL, VOICES = "kokoro-82m", "kokoro-82m-voices"
_MODEL_FILE = "model.onnx"
_STYLE = (-1, 1, 256)
"""Of a voice's file: a vector for each number of phonemes."""
_BRITISH = "b"
"""How the names of British voices begin."""
_SAMPLE_RATE = 24_000
_SEED = 1


@dataclass(frozen=True)
class NaturalVoice:
    """One of them, and how it is to speak."""

    engine: str
    name: str
    accent: str = ""
    """Kokoro's: the espeak-ng voice by whose sounds it reads; empty: its own."""
    speed: float = 1.0

    def require_known(self) -> None:
        """Raise ValueError where there is no such voice, or it cannot do what is asked."""
        known = _engine(self.engine).names()
        if self.name not in known:
            there = ", ".join(known)
            raise ValueError(f"no voice {self.name!r} of {self.engine}; there are: {there}")
        if self.accent and self.engine != "kokoro":
            raise ValueError(f"accent: {self.engine} reads by a dictionary of its own")

    def require_installed(self) -> None:
        """Raise ModelError where its package or its files are missing."""
        engine = _engine(self.engine)
        try:
            importlib.import_module(engine.module)
        except ModuleNotFoundError:
            raise ModelError(
                f"{self.engine}:{self.name} needs {engine.package}: pip install 'voice[callers]'"
            ) from None
        for _, model in self.models:
            ModelStore().path(model)

    @property
    def models(self) -> Sequence[tuple[ModelKind, str]]:
        """What it is read from of the catalogue."""
        return [("tts_voices", model) for model in _engine(self.engine).models]

    @property
    def made_of(self) -> tuple[str, ...]:
        """All that its sound depends on but the sentence; raises ModelError."""
        engine = _engine(self.engine)
        version = importlib.metadata.version(engine.package)
        files = [str(sorted(ModelStore().record(model).files.items())) for _, model in self.models]
        return (self.engine, self.name, self.accent, str(self.speed), version, *files)

    def load(self) -> Speak:
        """What speaks; raises ModelError."""
        self.require_installed()
        return _engine(self.engine).load(self)


def natural_voice(voice: str, accent: str, speed: float) -> NaturalVoice | None:
    """The voice that a suite means; None where it means a Piper voice."""
    engine, separator, name = voice.partition(":")
    if not separator or engine not in _ENGINES:
        return None
    return NaturalVoice(engine, name, accent, speed)


Speak = Callable[[str], tuple[Pcm, int]]
"""The samples of a sentence, and their rate in Hz."""


class _Engine(Protocol):
    @property
    def package(self) -> str: ...

    @property
    def module(self) -> str: ...

    @property
    def models(self) -> Sequence[str]: ...

    def names(self) -> Sequence[str]: ...

    def load(self, voice: NaturalVoice) -> Speak: ...


class _Kokoro:
    """Kokoro-82M by ONNX Runtime: 0.4 to 0.8 times as fast as speech on one core."""

    package, module = "kokoro-onnx", "kokoro_onnx"
    models = (MODEL, VOICES)

    def names(self) -> Sequence[str]:
        """The English ones."""
        return [Path(file.path).stem for file in Catalogue.shipped().models[VOICES].files]

    def load(self, voice: NaturalVoice) -> Speak:
        """See NaturalVoice."""
        # Loaded only now: the command line knows the voices, too.
        from kokoro_onnx import Kokoro

        from voice.onnx_models import open_session

        session = open_session(ModelStore().path(MODEL) / _MODEL_FILE)
        file = ModelStore().path(VOICES) / f"{voice.name}.bin"
        style = np.fromfile(file, np.float32).reshape(_STYLE)
        with tempfile.NamedTemporaryFile(suffix=".npy") as own:
            np.save(own, style)
            own.flush()
            kokoro = Kokoro.from_session(session, own.name)
        accent = voice.accent or ("en-gb" if voice.name.startswith(_BRITISH) else "en-us")

        def speak(text: str) -> tuple[Pcm, int]:
            samples, rate = kokoro.create(text, style, speed=voice.speed, lang=accent)
            return _whole(samples), rate

        return speak


class _Hibari:
    """hibari: a hundred times as fast as speech."""

    package, module = "hibari-tts", "hibari"
    models = ()

    def names(self) -> Sequence[str]:
        """That in its package; others it would fetch."""
        return ["heart"]

    def load(self, voice: NaturalVoice) -> Speak:
        """See NaturalVoice."""
        from hibari import Hibari

        speaker = Hibari(voice=voice.name)

        def speak(text: str) -> tuple[Pcm, int]:
            return _whole(speaker(text, speed=voice.speed, seed=_SEED)), _SAMPLE_RATE

        return speak


_ENGINES: dict[str, _Engine] = {"kokoro": _Kokoro(), "hibari": _Hibari()}


def _engine(name: str) -> _Engine:
    return _ENGINES[name]


def _whole(samples: Any) -> Pcm:
    """Of floats from -1 to 1."""
    whole: Pcm = np.rint(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    return whole
