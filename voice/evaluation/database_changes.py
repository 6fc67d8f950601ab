"""What a call changed in an SQLite database: every row, before and after."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = tuple[tuple[str, Any], ...]
"""Column names and values, in the table's order."""
Snapshot = Mapping[str, Mapping[int, Row]]
"""Table name -> row id -> row."""


@dataclass(frozen=True)
class RowChange:
    """One row that was added (`before` None), removed (`after` None) or altered."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def columns(self) -> frozenset[str]:
        """The columns that differ; all of them for an added or removed row."""
        before, after = self.before or (), self.after or ()
        return frozenset(name for name, _ in set(before) ^ set(after))

    def concerns(self, column: str, value: object) -> bool:
        """Whether the row holds this value in the column, before or after."""
        return any((column, value) in (row or ()) for row in (self.before, self.after))


def snapshot(database: Path) -> Snapshot:
    """All rows of all tables."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {name: _rows(connection, name) for (name,) in names}


def changes(before: Snapshot, after: Snapshot) -> list[RowChange]:
    """Every difference between two snapshots."""
    found: list[RowChange] = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        found += [
            RowChange(table, old.get(row), new.get(row))
            for row in sorted(old.keys() | new.keys())
            if old.get(row) != new.get(row)
        ]
    return found


def _rows(connection: sqlite3.Connection, table: str) -> dict[int, Row]:
    quoted = table.replace('"', '""')
    cursor = connection.execute(f'SELECT rowid, * FROM "{quoted}"')
    names = [column[0] for column in cursor.description]
    return {int(row[0]): tuple(zip(names[1:], row[1:], strict=True)) for row in cursor}
