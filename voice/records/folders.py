"""One folder a call: `call.flac` (stereo: caller left, assistant right) and `events.jsonl`."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from voice.errors import ConfigError

RECORDING = "call.flac"
EVENTS = "events.jsonl"
_FULL = (errno.ENOSPC, errno.EDQUOT)

RESERVE_BYTES = 16 << 20
"""What must be free before a recording is begun, and said to be made: about fifteen minutes."""


def check_room(directory: Path) -> None:
    """Whether a call's records can be written there; raises OSError with the system's reason."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=directory) as file:
        os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)


def check_directory(directory: Path | None) -> None:
    """Refuse a `records.directory` that cannot be written at the start; raises ConfigError.

    One that is full is not refused: calls are answered without being recorded, as when the disk
    becomes full later, until there is room.
    """
    try:
        if directory is not None:
            check_room(directory)
    except OSError as error:
        if error.errno not in _FULL:
            raise ConfigError(f"records.directory: {directory}: {error.strerror}") from None


def call_folder(directory: Path, call_id: str) -> Path:
    """Where a call's records lie; whatever the id holds, inside `directory`."""
    name = "".join(
        character if character.isalnum() or character in "-_@." else "_" for character in call_id
    ).lstrip(".")
    return directory / (name[:120] or "call")


def call_folders(directory: Path) -> Iterator[tuple[Path, float]]:
    """Each folder that holds a call and nothing else, with the wall time of its last change."""
    for name in folders_in(directory):
        if (changed := call_changed(directory / name)) is not None:
            yield directory / name, changed


def folders_in(directory: Path) -> list[str]:
    """The names of all folders that may hold a call; links are not followed."""
    if not directory.is_dir():
        return []
    with os.scandir(directory) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]


def call_changed(folder: Path) -> float | None:
    """When a call's folder last changed, as wall time; None for one with other files in it."""
    try:
        files = list(folder.iterdir())
        if files and all(file.name in (RECORDING, EVENTS) for file in files):
            return max(file.lstat().st_mtime for file in files)
    except FileNotFoundError:  # deleted meanwhile
        pass
    return None
