"""Arrays that can be made again, kept in the user's cache: never needed; never used if damaged.

What they were made from has to be among them, for whoever reads them to compare.
"""

from __future__ import annotations

import logging
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]


def read_arrays(file: Path) -> Arrays:
    """All arrays of a file by their names; none where it is not there or not readable."""
    if not file.is_file():
        return {}
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as content:
            return dict(content)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError):
        log.warning("%s: not readable, and made anew", file)
        return {}


def write_arrays(file: Path, arrays: Arrays) -> None:
    """Whole or not at all; without a disk to write on they are only made again."""
    made: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as opened:
            made = Path(opened.name)
            np.savez(opened, allow_pickle=False, **arrays)
        made.replace(file)
    except OSError as error:
        log.warning("%s: cannot be kept: %s", file, error.strerror)
        if made is not None:
            made.unlink(missing_ok=True)
