"""Which recordings are evaluated: a folder of sound files, or a table that names them.

A manifest is CSV (also as Excel writes it), TSV or JSONL. Columns with a meaning: `path` (relative
to the manifest, or a URL of an object store), `text` (what the caller said), `goal` and
`caller_number`. All others, such as `dialect`, are groups.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from voice.errors import VoiceError
from voice.evaluation.callers import MASKED
from voice.evaluation.recordings.sound_files import ENDINGS, is_sound
from voice.evaluation.recordings.stores import is_url
from voice.evaluation.recordings.text_files import encoding_of
from voice.events import CallStarted, from_json

MANIFEST_ENDINGS = (".csv", ".tsv", ".jsonl")
OWN_FILES = ("call.flac", "call.wav")
"""What a recorded call's own folder holds, beside `events.jsonl`."""
_MEANINGS = ("path", "text", "goal", "caller_number")
_LONGEST_CELL = 1 << 20
_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=(.)\s*", re.IGNORECASE)
"""What Excel understands, and some programs write, before the header."""
_HALF = re.compile(r"[\ud800-\udfff]")
_WORKBOOKS = (".xlsx", ".xls", ".ods")


class ManifestError(VoiceError):
    """A manifest cannot be used."""


@dataclass(frozen=True)
class ListedRecording:
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
    url: str = ""
    """Where an object store has it; `path` is only its name then."""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return self.url or str(self.path.absolute())

    def to_json(self) -> str:
        """One line, for a worker that may run elsewhere."""
        return json.dumps({**asdict(self), "path": str(self.path.absolute())})

    @classmethod
    def from_json(cls, line: str) -> ListedRecording:
        """What `to_json` wrote."""
        values = json.loads(line)
        return cls(**{**values, "path": Path(values["path"])})


def read_recordings(place: Path) -> Iterator[ListedRecording]:
    """The recordings of a folder or manifest, one by one; raises ManifestError."""
    if place.is_dir():
        return _in_folder(place)
    if not place.exists():
        raise ManifestError(f"{place}: no such file or folder")
    if place.suffix.lower() in _WORKBOOKS:
        raise ManifestError(f"{place}: a workbook; save the table as CSV (UTF-8) and name that")
    if place.suffix.lower() not in MANIFEST_ENDINGS:
        kinds = ", ".join(MANIFEST_ENDINGS)
        raise ManifestError(f"{place}: expected a folder or a manifest ({kinds})")
    return _in_manifest(place)


def _in_manifest(file: Path) -> Iterator[ListedRecording]:
    try:
        with file.open(encoding=encoding_of(file), newline="") as lines:
            rows = _json_rows if file.suffix.lower() == ".jsonl" else _table_rows
            index = -1
            for index, (line, row) in enumerate(rows(file, lines)):
                yield _recording(file, index, line, row)
            if index < 0:
                raise ManifestError(f"{file}: names no recordings")
    except UnicodeError:
        raise ManifestError(f"{file}: not UTF-8, UTF-16 or Windows-1252") from None
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}") from None


def _table_rows(file: Path, lines: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    first, before = lines.readline(), 0
    stated = _SEPARATOR_LINE.fullmatch(first)
    if stated:
        first, before = lines.readline(), 1
    rows = chain([first], lines)
    if file.suffix.lower() == ".tsv":
        table = csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        # In a name of a column no separator is to be expected: the most frequent one is it.
        table = csv.reader(
            rows,
            delimiter=stated[1] if stated else max(_SEPARATORS, key=first.count),
            strict=True,  # a quote that is not closed takes all rows up to the next one
        )
    header = [_column(name) for name in _cells(file, table, before + 1) or []]
    if "path" not in header:
        found = ", ".join(header) or "none"
        raise ManifestError(f"{file}: line {before + 1}: no column path (found {found})")
    if twice := {name for name in header if header.count(name) > 1}:
        column = min(twice)
        raise ManifestError(f"{file}: line {before + 1}: column {column} stands there twice")
    while (cells := _cells(file, table, table.line_num + before + 1)) is not None:
        if not any(cells):
            continue
        line = table.line_num + before
        if len(cells) != len(header):
            raise ManifestError(f"{file}: line {line}: {len(cells)} cells, expected {len(header)}")
        yield line, dict(zip(header, cells, strict=True))


def _cells(file: Path, table: Iterator[list[str]], line: int) -> list[str] | None:
    """Those of the next row, which begins there; None behind the last. Raises ManifestError."""
    try:
        return next(table, None)
    except csv.Error as error:
        raise ManifestError(f"{file}: line {line}: {error}: a quote that is not closed?") from None


def _column(name: str) -> str:
    """Columns with a meaning are found however they are capitalised; others keep their names."""
    plain = name.strip()
    known = plain.lower().replace(" ", "_")
    return known if known in _MEANINGS else plain


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
        if _HALF.search("".join(map(str, row.values()))):
            raise ManifestError(f"{file}: line {number}: half of a character (\\ud800 to \\udfff)")
        yield (
            number,
            {_column(name): str(value) for name, value in row.items() if value is not None},
        )


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _recording(file: Path, index: int, line: int, row: dict[str, str]) -> ListedRecording:
    name = row.get("path", "").strip()
    if not name:
        raise ManifestError(f"{file}: line {line}: path is empty")
    if "\0" in name:
        raise ManifestError(f"{file}: line {line}: path holds a zero byte")
    groups = {key: value.strip() for key, value in row.items() if key not in _MEANINGS}
    goal, number = row.get("goal") or None, row.get("caller_number") or None
    if is_url(name):
        sound = Path(name.rpartition("/")[2])
        return ListedRecording(index, name, sound, row.get("text"), groups, goal, number, url=name)
    path = file.parent / name
    if "\\" in name and not path.exists():
        path = file.parent / name.replace("\\", "/")
    own = _own_folder(path, name, index) if path.is_dir() else None
    if own is not None:
        text = row.get("text", own.text)
        return replace(
            own, text=text, groups=groups, goal=goal, caller_number=number or own.caller_number
        )
    text = row.get("text", text_beside(path))
    return ListedRecording(index, name, path, text, groups, goal, number)


def _in_folder(folder: Path) -> Iterator[ListedRecording]:
    found = False
    for index, (path, name) in enumerate(_sounds(folder, "")):
        found = True
        own = _own_folder(path, name, index) if path.is_dir() else None
        yield own or ListedRecording(index, name, path, text_beside(path))
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
        elif is_sound(entry.name):
            yield Path(entry.path), f"{prefix}{entry.name}"


def text_beside(path: Path) -> str | None:
    """The reference in a .txt of the same name."""
    file = path.with_suffix(".txt")
    try:
        return file.read_text(encoding=encoding_of(file)).strip() if file.is_file() else None
    except UnicodeError:
        raise ManifestError(f"{file}: not UTF-8, UTF-16 or Windows-1252") from None
    except OSError as error:
        raise ManifestError(f"{file}: {error.strerror}") from None


def _own_folder(folder: Path, name: str, index: int) -> ListedRecording | None:
    """A folder that `voice serve` or `voice demo` left; None when it is none."""
    sound = next((folder / file for file in OWN_FILES if (folder / file).is_file()), None)
    if sound is None or not (folder / "events.jsonl").is_file():
        return None
    text = text_beside(sound)
    if text is None:
        text = _said_in_report(folder / "report.json")
    return ListedRecording(index, name, sound, text, {}, None, _number_of(folder), own=True)


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
