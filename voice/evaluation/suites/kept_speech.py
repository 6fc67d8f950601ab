"""Sentences of callers as sound, each made once and kept by what it was made of."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from voice.audio import Pcm, read_wav, write_wav
from voice.errors import VoiceError
from voice.user_folders import cache_directory

RATE = 8000
"""Hz: as callers are heard on the telephone."""


def kept_folder() -> Path:
    """This user's (XDG base directories)."""
    return cache_directory() / "callers"


def key_of(made_of: Sequence[str], text: str) -> str:
    """Of the sound of a text, spoken by what is `made_of` all this."""
    return hashlib.sha256(repr((*made_of, RATE, text)).encode()).hexdigest()


class KeptSpeech:
    """The sounds in a folder, at RATE, and in another one that is only read.

    For several processes at once.
    """

    def __init__(self, folder: Path, given: Path | None = None) -> None:
        self._folder = folder
        self._given = given

    def find(self, key: str) -> Pcm | None:
        """A sound; None where it is not there. Raises AudioFileError."""
        file = self._found(key)
        return read_wav(file)[0] if file else None

    def keep(self, key: str, pcm: Pcm) -> Pcm:
        """Keep a sound, unless there is one: that counts. Raises VoiceError.

        Kokoro does not speak twice in the same way.
        """
        file = self._folder / _place(key)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
                made = Path(scratch) / file.name
                write_wav(made, pcm, RATE)
                with suppress(FileExistsError):
                    os.link(made, file)
        except OSError as error:
            raise VoiceError(f"{file}: cannot be written: {error.strerror}") from None
        return read_wav(file)[0]

    def files(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Those that are there, as files for a folder of others, by their places in it."""
        found = {_place(key): self._found(key) for key in keys}
        return {place: file.read_bytes() for place, file in found.items() if file}

    def _found(self, key: str) -> Path | None:
        folders = [folder for folder in (self._given, self._folder) if folder]
        files = (folder / _place(key) for folder in folders)
        return next((file for file in files if file.exists()), None)


def _place(key: str) -> str:
    return f"{key[:2]}/{key}.wav"
