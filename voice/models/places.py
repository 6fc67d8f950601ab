"""A folder, or a zip, wheel or tar file, that holds the files of a model.

Paths of an archive are names to look for and never lead anywhere; links in it are not followed.
"""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from voice.errors import ModelError

_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError)


class ModelPlace(Protocol):
    """Files are named by their path from the model's folder, wherever that lies in the place."""

    path: Path

    def names(self) -> list[str]:
        """Of the files that lie in a folder directly, or of all in an archive."""

    def has(self, path: str) -> bool:
        """Whether there is such a regular file."""

    def size(self, path: str) -> int:
        """Bytes; raises ModelError when the file is not there."""

    def open(self, path: str) -> IO[bytes]:
        """Raises ModelError when the file is not there, OSError."""


class _Folder:
    """Files may lie in the folder itself where the model has folders of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return [file.name for file in self.path.iterdir() if file.is_file()]

    def has(self, path: str) -> bool:
        return self._file(path).is_file()

    def size(self, path: str) -> int:
        return self._require(path).stat().st_size

    def open(self, path: str) -> IO[bytes]:
        return self._require(path).open("rb")

    def _file(self, path: str) -> Path:
        file = self.path / path
        return file if file.is_file() else self.path / Path(path).name

    def _require(self, path: str) -> Path:
        if not self.has(path):
            raise ModelError(f"{self.path}: {path} is not there")
        return self._file(path)


class _Archive:
    def __init__(
        self, path: Path, sizes: Mapping[str, int], opened_member: Callable[[str], IO[bytes]]
    ) -> None:
        self.path = path
        self._sizes = sizes
        self._opened_member = opened_member

    def names(self) -> list[str]:
        return [name.rpartition("/")[2] for name in self._sizes]

    def has(self, path: str) -> bool:
        return self._member(path) is not None

    def size(self, path: str) -> int:
        return self._sizes[self._require(path)]

    def open(self, path: str) -> IO[bytes]:
        member = self._require(path)
        try:
            return self._opened_member(member)
        except RuntimeError as error:  # encrypted, or packed in a way that Python does not know
            raise ModelError(f"{self.path}: {error}") from None

    def _member(self, path: str) -> str | None:
        """The one with the fewest folders in front."""
        found = [name for name in self._sizes if f"/{name}".endswith(f"/{path}")]
        return min(found, key=len, default=None)

    def _require(self, path: str) -> str:
        name = self._member(path)
        if name is None:
            raise ModelError(f"{self.path}: {path} is not in it")
        return name


@contextmanager
def opened(path: Path) -> Iterator[ModelPlace]:
    """Raises ModelError when it is nothing of the kind, or damaged."""
    try:
        if path.is_dir():
            yield _Folder(path)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                files = [one for one in archive.infolist() if not one.is_dir()]
                yield _Archive(path, {one.filename: one.file_size for one in files}, archive.open)
        elif path.is_file() and tarfile.is_tarfile(path):
            with tarfile.open(path) as tar:
                sizes = {one.name: one.size for one in tar.getmembers() if one.isfile()}
                yield _Archive(path, sizes, lambda name: _opened(tar, name))
        elif path.exists():
            raise ModelError(f"{path}: neither a folder nor a zip, wheel or tar file")
        else:
            raise ModelError(f"{path}: no such file or folder")
    except _DAMAGED as error:
        raise ModelError(f"{path}: damaged: {error}") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise ModelError(f"{path}: damaged: {error}") from None  # bz2 and gzip say it so


def _opened(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(name)
    assert member is not None, "only regular files are asked for"
    return member
