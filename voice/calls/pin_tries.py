"""How many PINs were tried: for each customer and from each source, over all calls.

Kept in a SQLite file that all call processes share and a restart does not empty. A try is entered
before the PIN is checked, so that calls at the same time cannot exceed the limit together, and
taken out again when the PIN was right. Entries older than an hour are deleted.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from voice.errors import ConfigError
from voice.foreign_code import ForeignError, error_note, off_loop

log = logging.getLogger(__name__)

Limit = Literal["customer", "source", "all"]
"""Whose tries are used up: those for this customer, from this source, or of the whole hour."""

WINDOW_SECONDS = 3600.0
CAPACITY = 100_000
"""Entries in an hour; beyond it nobody's PIN is tried, so that nobody can push entries out."""
_BUSY_SECONDS = 2.0
_THREADS = "pin tries"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS try (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, customer TEXT NOT NULL, source TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS try_at ON try (at);
CREATE INDEX IF NOT EXISTS try_customer ON try (customer);
CREATE INDEX IF NOT EXISTS try_source ON try (source);
"""


class TriesUsedUp(Exception):
    """No further PIN is tried for now; `limit` says on whose account."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.limit: Limit = limit


class PinTries:
    """Opens the file anew for each piece of work, off the event loop; `wall` gives UTC seconds."""

    def __init__(self, path: Path, per_hour: int, wall: Callable[[], float] = time.time) -> None:
        self._path = path
        self._per_hour = per_hour
        self._wall = wall

    def prepare(self) -> None:
        """Make the file where there is none; raises ConfigError when it cannot be used."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            with self._file():
                pass
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"identity.database: {self._path}: cannot be used: {error}") from None

    async def begin(self, customer: str, source: str) -> int:
        """Enter a try; its number is for `forgive`. Or raises TriesUsedUp, and enters nothing.

        Whether there is such a customer makes no difference. Raises ForeignError when the file
        cannot be used, as on a full disk: no PIN is tried that would not count.
        """
        try:
            return await off_loop(_THREADS, self._begin, customer, source)
        except sqlite3.Error as error:
            log.error("identity.database: %s: %s", self._path, error)
            raise ForeignError("identity.database", error_note(error)) from None

    async def forgive(self, number: int) -> None:
        """The PIN was right: the try does not count, unless the file cannot be used."""
        try:
            await off_loop(_THREADS, self._forgive, number)
        except sqlite3.Error as error:
            log.error("identity.database: %s: %s", self._path, error)

    def _begin(self, customer: str, source: str) -> int:
        now = self._wall()
        with self._file() as file:
            file.execute("DELETE FROM try WHERE at <= ?", (now - WINDOW_SECONDS,))
            # A clock that was set back must not make an hour longer than an hour.
            file.execute("UPDATE try SET at = ? WHERE at > ?", (now, now))
            used = self._used_up(file, customer, source)
            if used is None:
                entered = file.execute(
                    "INSERT INTO try (at, customer, source) VALUES (?, ?, ?)",
                    (now, customer, source),
                )
        if used is not None:
            raise TriesUsedUp(used)
        assert entered.lastrowid is not None
        return entered.lastrowid

    def _used_up(self, file: sqlite3.Connection, customer: str, source: str) -> Limit | None:
        def count(condition: str, *values: str) -> int:
            query = f"SELECT count(*) FROM try WHERE {condition}"
            return int(file.execute(query, values).fetchone()[0])

        if count("customer = ?", customer) >= self._per_hour:
            return "customer"
        if count("source = ?", source) >= self._per_hour:
            return "source"
        return "all" if count("true") >= CAPACITY else None

    def _forgive(self, number: int) -> None:
        with self._file() as file:
            file.execute("DELETE FROM try WHERE id = ?", (number,))

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        """The file, locked against other processes until the work is done."""
        connected = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        with closing(connected) as file, file:
            file.executescript(_SCHEMA)
            file.execute("BEGIN IMMEDIATE")
            yield file
