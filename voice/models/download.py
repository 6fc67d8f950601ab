"""One file over HTTP: resumed where it stopped, and verified before it counts."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx2

from voice.errors import ModelError
from voice.models.errors import SourceUnavailable, WrongHash

Advance = Callable[[int], None]
"""Takes how many further bytes there are."""

_PARTIAL = 206
_RANGE_NOT_SATISFIABLE = 416


def download(
    client: httpx2.Client, url: str, target: Path, sha256: str | None, advance: Advance
) -> None:
    """Fetch `url` into `target`; what an earlier try left in `target`.part is gone on with.

    Raises SourceUnavailable when it cannot be had, WrongHash when it is something else.
    """
    part = target.with_name(target.name + ".part")
    try:
        _fetch(client, url, part, advance)
    except httpx2.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise SourceUnavailable(f"{httpx2.URL(url).host}: {reason}") from None
    except OSError as error:
        raise disk_error(part, error) from None
    if sha256 and hash_of(part) != sha256:
        part.unlink()
        raise WrongHash(f"{url}: its sha256 is not {sha256}")
    part.replace(target)


def _fetch(client: httpx2.Client, url: str, part: Path, advance: Advance) -> None:
    there = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == _RANGE_NOT_SATISFIABLE:
            advance(there)
            return
        response.raise_for_status()
        resumed = response.status_code == _PARTIAL
        if resumed:
            advance(there)
        with part.open("ab" if resumed else "wb") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                advance(len(chunk))


def hash_of(file: Path) -> str:
    """The file's sha256 in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def disk_error(place: Path, error: OSError) -> ModelError:
    """What is wrong with the disk, in one line."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(f"{place.parent}: the disk is full; what came so far is kept")
    return ModelError(f"{place}: {error.strerror or error}")
