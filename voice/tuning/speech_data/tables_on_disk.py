"""Tables of the `datasets` library on disk, as Parquet or Arrow files that hold their sounds.

An audio column is a structure of `bytes` and `path` (huggingface.co/docs/datasets, "Audio"):
the sound is in the table, or else in the file that `path` names. Needs pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from voice.errors import VoiceError
from voice.tuning.extra import of_extra

AUDIO = "audio"
PARQUET, ARROW = ".parquet", ".arrow"


class TableError(VoiceError):
    """A file is no table of speech."""


def rows_of(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and cells of each row; of the sound only its path. Raises TableError."""
    arrow = of_extra("pyarrow")
    try:
        number = 0
        for table in _pieces(file):
            for row in _without_sounds(table).to_pylist():
                yield number, row
                number += 1
    except (OSError, arrow.ArrowException) as error:
        raise TableError(f"{file}: no table of speech: {_first_line(error)}") from None


def embedded_sound(file: Path, row: int) -> bytes:
    """The sound of a row; raises TableError. Rows asked for in order are read quickly."""
    arrow = of_extra("pyarrow")
    try:
        first, cells = _sounds_around(file, row)
        found = cells[row - first].as_py()
    except (OSError, IndexError, arrow.ArrowException) as error:
        raise TableError(f"{file}: row {row + 1}: {_first_line(error)}") from None
    if not found or not found.get("bytes"):
        raise TableError(f"{file}: row {row + 1}: holds no sound")
    sound: bytes = found["bytes"]
    return sound


def _sounds_around(file: Path, row: int) -> tuple[int, Any]:
    """The sounds of the piece of a table that holds the row, and that piece's first row."""
    first = 0
    for index, rows in enumerate(_lengths(file)):
        if row < first + rows:
            return first, _piece_at(file, index)
        first += rows
    raise IndexError(f"the table has {first} rows")


@lru_cache(maxsize=2)
def _piece_at(file: Path, index: int) -> Any:
    if file.suffix == PARQUET:
        return _parquet(file).read_row_group(index, columns=[AUDIO]).column(AUDIO)
    return _arrow(file)[index].column(AUDIO)


@lru_cache(maxsize=8)
def _lengths(file: Path) -> tuple[int, ...]:
    if file.suffix == PARQUET:
        about = _parquet(file).metadata
        return tuple(about.row_group(index).num_rows for index in range(about.num_row_groups))
    return tuple(piece.num_rows for piece in _arrow(file))


def _pieces(file: Path) -> Iterator[Any]:
    """Pieces of a table, of a Parquet file without the bytes of the sounds."""
    if file.suffix == ARROW:
        for piece in _arrow(file):
            _require_sounds(piece.schema, file)
            yield piece
        return
    table = _parquet(file)
    _require_sounds(table.schema_arrow, file)
    columns = [f"{name}.path" if name == AUDIO else name for name in table.schema_arrow.names]
    for index in range(table.num_row_groups):
        yield table.read_row_group(index, columns=columns)


def _require_sounds(schema: Any, file: Path) -> None:
    """Raises TableError where the column of sounds, if there is one, holds something else."""
    kind = schema.field(AUDIO).type if AUDIO in schema.names else None
    names = {kind.field(place).name for place in range(kind.num_fields)} if kind else set()
    if kind is not None and not names >= {"bytes", "path"}:
        raise TableError(f"{file}: {AUDIO} is {kind}, expected a structure of bytes and path")


def _without_sounds(table: Any) -> Any:
    """The table with its sounds' paths in place of the sounds."""
    if AUDIO not in table.schema.names:
        return table
    place = table.schema.names.index(AUDIO)
    paths = table.column(AUDIO).combine_chunks().field("path")
    return table.set_column(place, AUDIO, paths)


def _parquet(file: Path) -> Any:
    return of_extra("pyarrow.parquet").ParquetFile(file)


def _arrow(file: Path) -> list[Any]:
    """The pieces of an Arrow stream, mapped into memory, as `save_to_disk` writes it."""
    arrow = of_extra("pyarrow")
    with arrow.ipc.open_stream(arrow.memory_map(str(file))) as stream:
        return [arrow.Table.from_batches([batch]) for batch in stream]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
