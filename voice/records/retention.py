"""Retention: the records of calls that are old enough are deleted, and it is said which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voice.errors import VoiceError
from voice.records.folders import call_folders

_DAY = 86_400.0


@dataclass(frozen=True)
class Deleted:
    """A call whose records are gone."""

    call: str
    age_days: float
    size_bytes: int


def delete_old(
    directory: Path, keep_days: float, now: float, dry_run: bool = False
) -> list[Deleted]:
    """Delete the calls that have not changed for `keep_days`; `now` is UTC seconds.

    With `dry_run` nothing is deleted. Raises VoiceError when a folder cannot be read or deleted.
    """
    deleted: list[Deleted] = []
    try:
        for folder, changed in sorted(call_folders(directory)):
            age = (now - changed) / _DAY
            if age <= keep_days:
                continue
            size = sum(file.lstat().st_size for file in folder.iterdir())
            if not dry_run:
                for file in folder.iterdir():
                    file.unlink()
                folder.rmdir()
            deleted.append(Deleted(folder.name, age, size))
    except OSError as error:
        raise VoiceError(f"{error.filename}: {error.strerror}") from None
    return deleted
