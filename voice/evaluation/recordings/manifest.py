"""Which recordings are evaluated: a folder of sound files, or a table that names them.

A manifest is CSV, TSV or JSONL. Columns with a meaning: `path` (relative to the manifest), `text`
(what the caller said), `goal` and `caller_number`. All others, such as `dialect`, are groups.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from voice.errors import VoiceError
from voice.evaluation.callers import MASKED
from voice.evaluation.recordings.sound_files import ENDINGS
from voice.events import CallStarted, from_json

DELIMITERS = {".csv": ",", ".tsv": "\t"}
MANIFEST_ENDINGS = (*DELIMITERS, ".jsonl")
OWN_FILES = ("call.flac", "call.wav")
"""What a recorded call's own folder holds, beside `events.jsonl`."""
_MEANINGS = ("path", "text", "goal", "caller_number")
_LONGEST_CELL = 1 << 20


class ManifestError(VoiceError):
    """A manifest cannot be used."""


@dataclass(frozen=True)
class Recording:
    """One recorded call, or a caller's side of one."""

    index: int
    """Its place in the manifest, from 0."""
    name: str
    """As the manifest names it."""
    path: Path
    text: str | None = None
    """What the caller said; None where nobody wrote it down."""
    groups: dict[str, str] = field(default_factory=dict)
    goal: str | None = None
    caller_number: str | None = None
    own: bool = False
    """A folder of our own records: the caller is left, the greeting is part of its time."""


def read_recordings(place: Path) -> Iterator[Recording]:
    """The recordings of a folder or manifest, one by one; raises ManifestError."""
    if place.is_dir():
        return _in_folder(place)
    if not place.exists():
        raise ManifestError(f"{place}: no such file or folder")
    if place.suffix.lower() not in MANIFEST_ENDINGS:
        kinds = ", ".join(MANIFEST_ENDINGS)
        raise ManifestError(f"{place}: expected a folder or a manifest ({kinds})")
    return _in_manifest(place)


def _in_manifest(file: Path) -> Iterator[Recording]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = _json_rows if file.suffix.lower() == ".jsonl" else _table_rows
            for index, (line, row) in enumerate(rows(file, lines)):
                yield _recording(file, index, line, row)
    except UnicodeDecodeError as error:
        raise ManifestError(f"{file}: not UTF-8 (byte {error.start}: {error.reason})") from None
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}") from None
    except csv.Error as error:
        raise ManifestError(f"{file}: {error}") from None


def _table_rows(file: Path, lines: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    delimiter = DELIMITERS[file.suffix.lower()]
    csv.field_size_limit(_LONGEST_CELL)
    if delimiter == ",":
        table = csv.reader(lines, delimiter=delimiter)
    else:
        table = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    header = [name.strip() for name in next(table, [])]
    if "path" not in header:
        raise ManifestError(f"{file}: line 1: no column path (found {', '.join(header) or 'none'})")
    if twice := {name for name in header if header.count(name) > 1}:
        raise ManifestError(f"{file}: line 1: column {sorted(twice)[0]} stands there twice")
    for cells in table:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise ManifestError(
                f"{file}: line {table.line_num}: {len(cells)} cells, expected {len(header)}"
            )
        yield table.line_num, dict(zip(header, cells, strict=True))


def _json_rows(file: Path, lines: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
        except ValueError as error:
            raise ManifestError(f"{file}: line {number}: not JSON: {error}") from None
        if not isinstance(row, dict) or not all(map(_is_plain, row.values())):
            raise ManifestError(f"{file}: line {number}: expected an object of plain values")
        yield number, {name: str(value) for name, value in row.items() if value is not None}


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _recording(file: Path, index: int, line: int, row: dict[str, str]) -> Recording:
    name = row.get("path", "").strip()
    if not name:
        raise ManifestError(f"{file}: line {line}: path is empty")
    path = file.parent / name
    groups = {key: value.strip() for key, value in row.items() if key not in _MEANINGS}
    goal, number = row.get("goal") or None, row.get("caller_number") or None
    own = _own_folder(path, name, index) if path.is_dir() else None
    if own is not None:
        text = row.get("text", own.text)
        return replace(
            own, text=text, groups=groups, goal=goal, caller_number=number or own.caller_number
        )
    text = row.get("text", _text_beside(path))
    return Recording(index, name, path, text, groups, goal, number)


def _in_folder(folder: Path) -> Iterator[Recording]:
    found = False
    for index, (path, name) in enumerate(_sounds(folder, "")):
        found = True
        own = _own_folder(path, name, index) if path.is_dir() else None
        yield own or Recording(index, name, path, _text_beside(path))
    if not found:
        raise ManifestError(f"{folder}: no sound files there ({' '.join(ENDINGS)})")


def _sounds(folder: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    """Sound files and folders of our own records, in the order of their names."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise ManifestError(f"{folder}: {error.strerror}") from None
    names = {entry.name for entry in entries}
    if "events.jsonl" in names and names.intersection(OWN_FILES):
        yield folder, prefix.rstrip("/") or folder.name
        return
    for entry in entries:
        if entry.is_dir():
            yield from _sounds(Path(entry.path), f"{prefix}{entry.name}/")
        elif Path(entry.name).suffix.lower() in ENDINGS:
            yield Path(entry.path), f"{prefix}{entry.name}"


def _text_beside(path: Path) -> str | None:
    """The reference in a .txt of the same name."""
    file = path.with_suffix(".txt")
    try:
        return file.read_text(encoding="utf-8-sig").strip() if file.is_file() else None
    except UnicodeDecodeError:
        raise ManifestError(f"{file}: not UTF-8") from None
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}") from None


def _own_folder(folder: Path, name: str, index: int) -> Recording | None:
    """A folder that `voice serve` or `voice demo` left; None when it is none."""
    sound = next((folder / file for file in OWN_FILES if (folder / file).is_file()), None)
    if sound is None or not (folder / "events.jsonl").is_file():
        return None
    text = _text_beside(sound)
    if text is None:
        text = _said_in_report(folder / "report.json")
    return Recording(index, name, sound, text, {}, None, _number_of(folder), own=True)


def _number_of(folder: Path) -> str | None:
    try:
        with (folder / "events.jsonl").open(encoding="utf-8") as lines:
            first = from_json(lines.readline())
    except (OSError, ValueError):
        return None
    return first.caller_number if isinstance(first, CallStarted) else None


def _said_in_report(file: Path) -> str | None:
    """What the simulated caller said, from the report of `voice demo`; secrets were muted."""
    try:
        turns: Iterable[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["turns"]
        said = [str(turn["reference"]) for turn in turns]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return " ".join(text for text in said if text != MASKED)
