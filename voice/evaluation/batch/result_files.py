"""The results of a run, one small file each: written once, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from voice.errors import VoiceError

_PER_FOLDER = 1000


class ResultFiles:
    """Results by the indices of their tasks; they are JSON, which nobody looks into here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, index: int) -> bool:
        """Whether this task was examined before."""
        return self.file(index).exists()

    def write(self, index: int, result: str) -> None:
        """Keep a result; raises VoiceError when the disk does not take it."""
        write_whole(self.file(index), [result, "\n"])

    def file(self, index: int) -> Path:
        """Where the result of a task lies."""
        return self._folder / f"{index // _PER_FOLDER:04d}" / f"{index:07d}.json"

    def remove(self) -> None:
        """Only what a run has written: a folder named by mistake keeps all else."""
        for file in self._folder.glob("[0-9]*/[0-9]*.json*"):
            file.unlink()


def write_whole(file: Path, parts: Iterable[str]) -> None:
    """Write a file, whole or not at all; raises VoiceError when the disk does not take it."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", errors="backslashreplace") as writing:
            writing.writelines(parts)
            writing.flush()
            os.fsync(writing.fileno())
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise VoiceError(f"{file}: cannot be written: {error.strerror}") from None
