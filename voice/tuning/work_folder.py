"""The folder in which a run goes on after an interruption."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from voice.errors import VoiceError

_MARKS = "plan"


@contextmanager
def work_folder(folder: Path, of: Mapping[str, object]) -> Iterator[None]:
    """There until what is made in it is done.

    `of` is all on which its files depend, by what it is called when another one was there before
    ("another base"): that raises VoiceError, as does a folder that cannot be made.
    """
    marks = {name: f"{_mark(told)} {name}" for name, told in of.items()}
    file = folder / _MARKS
    try:
        if file.exists():
            before = file.read_text("utf-8", "replace").splitlines()
            for name, mark in marks.items():
                if mark not in before:
                    raise VoiceError(f"{folder}: holds a run of {name}; remove it, or choose --out")
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(marks.values()), "utf-8")
    except OSError as error:
        raise VoiceError(f"{folder}: {error.strerror}") from None
    yield
    shutil.rmtree(folder)


def _mark(told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()
