"""Every row that a call changed is found."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from voice.evaluation.database_changes import changes, snapshot


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "operator.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE sims (number TEXT PRIMARY KEY, blocked INTEGER)")
        connection.execute("CREATE TABLE bills (id INTEGER PRIMARY KEY, cents INTEGER)")
        connection.executemany("INSERT INTO sims VALUES (?, ?)", [("a", 0), ("b", 0)])
        connection.execute("INSERT INTO bills VALUES (7, 4217)")
    return path


def write(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statement)


def test_nothing_changed(database: Path) -> None:
    assert changes(snapshot(database), snapshot(database)) == []


@pytest.mark.parametrize(
    ("statement", "table", "columns"),
    [
        ("UPDATE sims SET blocked = 1 WHERE number = 'b'", "sims", {"blocked"}),
        ("DELETE FROM bills", "bills", {"id", "cents"}),
        ("INSERT INTO sims VALUES ('c', 0)", "sims", {"number", "blocked"}),
    ],
)
def test_one_row_changed(database: Path, statement: str, table: str, columns: set[str]) -> None:
    before = snapshot(database)
    write(database, statement)
    (change,) = changes(before, snapshot(database))
    assert (change.table, set(change.columns)) == (table, columns)


def test_a_new_table_is_a_change(database: Path) -> None:
    before = snapshot(database)
    write(database, "CREATE TABLE notes AS SELECT 'x' AS text")
    assert [change.table for change in changes(before, snapshot(database))] == ["notes"]
