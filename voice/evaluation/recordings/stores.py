"""Recordings in an object store (`s3://`, `gs://`, `https://` ...), by fsspec."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import fsspec

from voice.audio import AudioFileError
from voice.errors import VoiceError
from voice.evaluation.batch import NotExamined
from voice.network import is_allowed

_ON_THIS_MACHINE = ("file", "local", "memory")


class StoreError(NotExamined):
    """A store gives nothing away; it may another time."""


def is_url(place: str) -> bool:
    """Whether it is not the path of a file."""
    return "://" in place


def require_allowed(url: str, allow: Sequence[str]) -> None:
    """Raise VoiceError unless the settings let out who asks the store for it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _ON_THIS_MACHINE and not is_allowed(host, allow):
        raise VoiceError(f"{url}: [network] allow does not name {host or 'its host'}")


def files_below(url: str) -> list[str]:
    """The paths of all files of a folder, relative to it, sorted; raises StoreError."""
    with _answering(url):
        system, root = fsspec.url_to_fs(url)
        found = system.find(root)
    return sorted(posixpath.relpath(file, root) for file in found)


@contextmanager
def on_this_machine(place: str) -> Iterator[Path]:
    """The file at a path, or a copy of the one at a URL, as long as the context lasts.

    Raises AudioFileError where nothing is there, StoreError where the store gives nothing.
    """
    if not is_url(place):
        yield Path(place)
        return
    with TemporaryDirectory(prefix="voice-recording-") as folder:
        copy = Path(folder) / (posixpath.basename(urlsplit(place).path) or "sound")
        with _answering(place):
            system, path = fsspec.url_to_fs(place)
            system.get_file(path, str(copy))
        try:
            yield copy
        except AudioFileError as error:
            raise AudioFileError(str(error).replace(str(copy), place)) from None


@contextmanager
def _answering(url: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise AudioFileError(f"{url}: no such file") from None
    except ValueError as error:  # of a protocol that nobody knows
        raise VoiceError(f"{url}: {error}") from None
    except Exception as error:  # noqa: BLE001 - each store's library has errors of its own
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StoreError(f"{url}: cannot be fetched: {reason}") from None
