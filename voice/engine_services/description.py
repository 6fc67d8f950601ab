"""What a service has: said of ours, read of another's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel
from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice

from voice.engine_services.errors import ServiceFailed

RECOGNITION, RESPONSE, SPEECH = "recognition", "response", "speech"
PROGRAM = "voice"
"""How our services call themselves: they are told, and tell, more than the protocol has."""
_HASHED = "sha256:"
_BY = Attribution(name="Voice", url="")


@dataclass(frozen=True)
class Served:
    """A model or a voice as it is offered to others."""

    name: str
    sha256: str
    languages: tuple[str, ...]
    """Tags; dialects that are told apart among them."""

    @property
    def version(self) -> str:
        """What others tell it from another model by."""
        return _HASHED + self.sha256


def described(name: str, weights: Path, languages: Sequence[str]) -> Served:
    """A model or voice of the settings; reads its weights whole, for the hash. Raises OSError."""
    with weights.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Served(called(name), sha256, tuple(languages))


def called(name: str) -> str:
    """What a model or voice of the settings, which may be a path, is called among services."""
    return Path(name).name.removesuffix(".onnx")


def info(model: Served, voices: Iterable[Served]) -> Info:
    """What a client is told that asks what there is."""
    read = AsrModel(model.name, _BY, True, None, model.version, list(model.languages))
    spoken = [
        TtsVoice(voice.name, _BY, True, None, voice.version, list(voice.languages))
        for voice in voices
    ]
    return Info(
        asr=[AsrProgram(PROGRAM, _BY, True, None, None, [read])],
        tts=[TtsProgram(PROGRAM, _BY, True, None, None, spoken)],
    )


class _Model(BaseModel):
    name: str
    installed: bool = True
    version: str | None = None
    languages: list[str] = []


class _Program(BaseModel):
    name: str
    models: list[_Model] = []
    voices: list[_Model] = []


class ServiceOffer(BaseModel):
    """What another service says it has; of a field that it leaves out, nothing."""

    asr: list[_Program] = []
    tts: list[_Program] = []

    def found(
        self, engine: str, languages: Sequence[str], wanted: str, hashes: Sequence[str]
    ) -> Offered:
        """The model or voice for these languages, by preference the one with the name `wanted`.

        Raises ServiceFailed when there is none, or one whose hash is none of `hashes`.
        """
        programs = self.asr if engine == RECOGNITION else self.tts
        fitting = [
            Offered(
                model.name,
                _sha256(model),
                program.name == PROGRAM,
                languages[0],
                model.name == wanted,
            )
            for program in programs
            for model in (*program.models, *program.voices)
            if model.installed and all(_speaks(model.languages, tag) for tag in languages)
        ]
        if not fitting:
            raise ServiceFailed(f"it offers no {engine} of {', '.join(languages)}")
        chosen = next((one for one in fitting if one.wanted), fitting[0])
        if hashes and chosen.sha256 not in hashes:
            raise ServiceFailed(f"its model {chosen.name!a} is none of engines.models")
        return chosen


@dataclass(frozen=True)
class Offered:
    """The model or voice of a service that is used."""

    name: str
    sha256: str
    """Empty where the service tells none."""
    ours: bool
    """The service is one of ours."""
    tag: str
    """Of the language for which it was looked for, or the first of them."""
    wanted: bool
    """It has the name that was looked for."""


def _sha256(model: _Model) -> str:
    version = model.version or ""
    return version.removeprefix(_HASHED) if version.startswith(_HASHED) else ""


def _speaks(languages: Sequence[str], tag: str) -> bool:
    """Whether a tag, or the language that it is of, is among others' tags (en_US for en)."""
    tags = [known.replace("_", "-").lower() for known in languages]
    return any(known == tag.lower() or known.startswith(f"{tag.lower()}-") for known in tags)
