"""Books in SQLite, opened anew for each piece of work: any thread and process may use them."""

from __future__ import annotations

import datetime
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from voice.errors import ConfigError

_BUSY_SECONDS = 2.0
_Sql = str | int | bytes | None


class Database:
    """What the books of all fictional companies have in common; each adds tables and entries."""

    schema: ClassVar[str]
    probe: ClassVar[str]
    """A query that only books of this kind can answer."""
    owner: ClassVar[str]
    """Whose books they are, in messages."""

    def __init__(
        self, path: Path, today: Callable[[], datetime.date] = datetime.date.today
    ) -> None:
        self.path = path
        self.today = today
        """The day on which something is looked up or done."""

    @classmethod
    def create(cls, path: Path, seed: int, today: datetime.date | None = None) -> Self:
        """Write new books with the entries of `seed`; raises ConfigError if it cannot."""
        day = today or datetime.date.today()
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with closing(sqlite3.connect(part)) as books, books:
                books.executescript(cls.schema)
                cls.enter(books, seed, day)
            part.replace(path)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"{path}: the database cannot be written: {error}") from None
        return cls(path, (lambda: day) if today else datetime.date.today)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Existing books; raises ConfigError when they are none of this kind."""
        if not path.is_file():
            raise ConfigError(f"{path}: there is no database")
        books = cls(path)
        try:
            books.row(cls.probe)
        except sqlite3.Error as error:
            raise ConfigError(f"{path}: not a database of {cls.owner}: {error}") from None
        return books

    @classmethod
    def enter(cls, books: sqlite3.Connection, seed: int, today: datetime.date) -> None:
        """Write the first entries."""
        raise NotImplementedError

    def one(self, query: str, *values: _Sql) -> Any:
        """The first value of the first row; None where there is no row."""
        found = self.row(query, *values)
        return found[0] if found else None

    def row(self, query: str, *values: _Sql) -> tuple[Any, ...] | None:
        """The first row."""
        with self.books() as books:
            found: tuple[Any, ...] | None = books.execute(query, values).fetchone()
            return found

    def write(self, statement: str, *values: _Sql) -> int:
        """Carry out one change; how many rows it concerned."""
        with self.books() as books, books:
            return books.execute(statement, values).rowcount

    @contextmanager
    def books(self) -> Iterator[sqlite3.Connection]:
        """A connection for some statements that belong together."""
        with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS)) as books:
            yield books


def cents(amount: Any) -> int:
    """An amount as the books hold it."""
    return int(amount * 100)
