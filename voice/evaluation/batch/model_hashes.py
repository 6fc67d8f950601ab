"""Which models a run works with: those of its workers have to be the same, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from voice.errors import VoiceError
from voice.model_folders import ModelKind, find_model
from voice.models.download import hash_of

_SHOWN = 12
"""Digits of a hash in a message."""


@dataclass(frozen=True)
class ModelHash:
    """A model by the name or path under which each machine finds its own copy."""

    kind: ModelKind
    name: str
    sha256: str
    """Over the names and hashes of its files."""

    @classmethod
    def of(cls, kind: ModelKind, name: str) -> ModelHash:
        """That of this machine; raises VoiceError when it is not there."""
        place = Path(find_model(kind, name))
        files = [place] if place.is_file() else sorted(
            file for file in place.rglob("*") if file.is_file()
        )  # fmt: skip
        if not files:
            raise VoiceError(f"{name}: there is no such model")
        digest = hashlib.sha256()
        try:
            for file in files:
                digest.update(f"{file.relative_to(place)} {hash_of(file)}\n".encode())
        except OSError as error:
            raise VoiceError(f"{name}: {error.filename}: {error.strerror}") from None
        return cls(kind, name, digest.hexdigest())


def hashes_of(models: Iterable[tuple[ModelKind, str]]) -> list[ModelHash]:
    """Those of the models that lie on this machine, each once: a server's has no files."""
    return [
        ModelHash.of(kind, name)
        for kind, name in dict.fromkeys(models)
        if Path(find_model(kind, name)).exists()
    ]


def require_same(models: Iterable[ModelHash]) -> None:
    """Raise VoiceError when one of these is not what this machine has."""
    for wanted in models:
        found = ModelHash.of(wanted.kind, wanted.name)
        if found != wanted:
            raise VoiceError(
                f"{wanted.name}: another model's hash: {found.sha256[:_SHOWN]}... there, "
                f"{wanted.sha256[:_SHOWN]}... is needed"
            )
