"""Where a run leaves what it makes, and the folder in which it goes on after an interruption."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voice.errors import VoiceError
from voice.models.entries import ModelName

_MARKS = "plan"
_NAME = TypeAdapter[str](ModelName)
_FULL_BYTES = 1 << 20
"""With less that is free, a write that failed did so because the disk is full."""


def require_name(out: Path) -> None:
    """Raises VoiceError where a model cannot be called as the folder `out`."""
    try:
        _NAME.validate_python(out.name)
    except ValidationError:
        raise VoiceError(
            f"--out {out}: its last part becomes the model's name: letters, digits, . _ + and -"
        ) from None


def require_empty(out: Path, but: Collection[str] = ()) -> None:
    """Raises VoiceError where the folder `out` holds anything but files of these names."""
    try:
        held = sorted({file.name for file in out.iterdir()} - {*but}) if out.exists() else []
    except OSError as error:
        raise VoiceError(f"--out {out}: {error.strerror}") from None
    if held:
        raise VoiceError(f"--out {out}: holds {held[0]} already; remove it, or name a new folder")


@contextmanager
def work_folder(folder: Path, of: Mapping[str, object]) -> Iterator[None]:
    """There until what is made in it is done.

    `of` is all on which its files depend, by what it is called when another one was there before
    ("another base"): that raises VoiceError, as do a folder that cannot be made, one in which
    another run is under way, and a disk that is full.
    """
    marks = {name: f"{mark_of(told)} {name}" for name, told in of.items()}
    file = folder / _MARKS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("a+", encoding="utf-8", errors="replace") as plan:
            fcntl.flock(plan, fcntl.LOCK_EX | fcntl.LOCK_NB)
            plan.seek(0)
            before = plan.read().splitlines()
            for name, mark in marks.items():
                if before and mark not in before:
                    raise VoiceError(f"{folder}: holds a run of {name}; remove it, or choose --out")
            plan.truncate(0)
            plan.write("\n".join(marks.values()))
            plan.flush()
            yield
            shutil.rmtree(folder)
    except BlockingIOError:
        raise VoiceError(f"{folder}: another run is under way there") from None
    except OSError as error:
        raise VoiceError(f"{folder}: {_reason(folder, error)}") from None


def mark_of(told: object) -> str:
    """What tells one thing from another, by all that `repr` says of it."""
    return hashlib.sha256(repr(told).encode(errors="surrogatepass")).hexdigest()


def _reason(folder: Path, error: OSError) -> str:
    if folder.exists() and shutil.disk_usage(folder).free < _FULL_BYTES:
        return "the disk is full; with more room the same command goes on"
    place = f"{error.filename}: " if error.filename not in (None, str(folder)) else ""
    return f"{place}{error.strerror or error}"
