"""Whether the files of keys and passwords are kept from everybody else on the machine."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from voice.doctor.finding import Finding
from voice.settings import Settings

_NAMES = frozenset(["key", "key_file", "password_file", "file"])
"""What settings call a file that holds a secret."""


def secret_files(settings: Settings) -> Iterator[Finding]:
    """One finding for each that others may read; one that is not there is told where it is used."""
    for key, file in _named("", settings):
        try:
            open_to_all = (
                file.stat().st_mode & stat.S_IROTH and file.parent.stat().st_mode & stat.S_IXOTH
            )
        except OSError:
            continue
        if open_to_all:
            found = f"{file} may be read by everybody on this machine"
            yield Finding("advice", key, found, f"run `chmod o= {file}`")


def _named(key: str, value: object) -> Iterator[tuple[str, Path]]:
    """All such files at and below a place of the settings, with the key of each."""
    if isinstance(value, Path) and key.rpartition(".")[2] in _NAMES:
        yield key, value
    inner: Iterator[tuple[object, object]] = iter(())
    if isinstance(value, BaseModel):
        inner = iter(value)
    elif isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = iter(enumerate(value))
    for name, one in inner:
        yield from _named(f"{key}.{name}".lstrip("."), one)
