"""Tables in text files as corpora publish them: CSV, TSV with and without a header."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from voice.evaluation.recordings.text_files import encoding_of
from voice.tuning.speech_data.utterance import CorpusError

_LONGEST_CELL = 1 << 20


def table(file: Path, columns: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row; tabs part the cells of `.tsv`, commas those of others.

    `columns` names those of a file without a header. A row that lacks cells has them empty.
    Raises CorpusError.
    """
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with file.open(encoding=encoding_of(file), newline="") as lines:
            if file.suffix.lower() == ".tsv":
                rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            else:
                rows = csv.reader(lines)
            names = list(columns) or next(rows, [])
            for cells in rows:
                if any(cells):
                    padded = [*cells, *[""] * (len(names) - len(cells))]
                    yield rows.line_num, dict(zip(names, padded, strict=False))
    except OSError as error:
        raise CorpusError(f"{file}: {error.strerror}") from None
    except (UnicodeError, csv.Error) as error:
        raise CorpusError(f"{file}: no table of text: {error}") from None


def pairs(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, first word and the rest of each line, as Kaldi's files are written.

    Raises CorpusError.
    """
    try:
        with file.open(encoding=encoding_of(file)) as lines:
            for number, line in enumerate(lines, 1):
                key, *rest = line.strip().split(maxsplit=1)[:2] or [""]
                if key:
                    yield number, key, rest[0] if rest else ""
    except OSError as error:
        raise CorpusError(f"{file}: {error.strerror}") from None
    except UnicodeError:
        raise CorpusError(f"{file}: neither UTF-8 nor Windows-1252") from None


def first_of(row: dict[str, str], *names: str) -> str:
    """The first of these cells that holds something."""
    return next((value.strip() for name in names if (value := row.get(name) or "").strip()), "")


def number_of(text: str) -> float | None:
    """A positive number; None where there is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None
