"""One folder a call: `call.flac` (stereo: caller left, assistant right) and `events.jsonl`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

RECORDING = "call.flac"
EVENTS = "events.jsonl"


def call_folder(directory: Path, call_id: str) -> Path:
    """Where a call's records lie; whatever the id holds, inside `directory`."""
    name = "".join(
        character if character.isalnum() or character in "-_@." else "_" for character in call_id
    ).lstrip(".")
    return directory / (name[:120] or "call")


def call_folders(directory: Path) -> Iterator[tuple[Path, float]]:
    """Each folder that holds a call and nothing else, with the wall time of its last change.

    Links are not followed, and a folder with other files in it is not ours.
    """
    for folder in directory.iterdir() if directory.is_dir() else ():
        if folder.is_symlink() or not folder.is_dir():
            continue
        files = list(folder.iterdir())
        if files and all(file.name in (RECORDING, EVENTS) for file in files):
            yield folder, max(file.lstat().st_mtime for file in files)
