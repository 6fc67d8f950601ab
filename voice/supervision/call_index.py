"""The index of past calls: a line of each call in the records directory, as far back as it goes.

It is filled in the background, the newest calls first, and follows what is added and deleted. It
lies in an SQLite file beside the records, so that a restart reads only what is new. The records are
what counts: a file that is missing, damaged or of another version is made anew.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from voice.records import call_changed, folders_in
from voice.supervision.call_search import CALLS_PER_PAGE, NEEDS_HELP, CallSearch, PastCall
from voice.supervision.masking import significant_digits

log = logging.getLogger(__name__)

REFRESH_SECONDS = 30.0
INDEX = ".calls.sqlite"
_VERSION = 1
_AT_ONCE = 10
"""Calls read in one go; searches come in between."""
_COLUMNS = """
    id TEXT PRIMARY KEY, number TEXT, mark BLOB, task TEXT, began REAL, duration_ms INTEGER,
    "end" TEXT, latency_ms INTEGER, trouble TEXT
"""
"""Of a call; of one that goes on nothing but the id, so that it is never found."""
_SCHEMA = f"""
    BEGIN IMMEDIATE;
    CREATE TABLE keys (key BLOB NOT NULL);
    CREATE TABLE calls ({_COLUMNS}) WITHOUT ROWID;
    CREATE INDEX calls_began ON calls (began);
    CREATE TABLE folders (
        id TEXT PRIMARY KEY, changed REAL NOT NULL, over INTEGER NOT NULL
    ) WITHOUT ROWID;
    INSERT INTO keys VALUES (x'{{key}}');
    PRAGMA user_version = {_VERSION};
    COMMIT;
"""
_FITTING = f"""
    FROM (
        SELECT * FROM calls WHERE id NOT IN (SELECT id FROM board)
        UNION ALL SELECT * FROM board
    )
    WHERE began >= :after AND began < :before AND :task IN ('', task)
        AND (:end IN ('', "end") OR (:end = '{NEEDS_HELP}' AND trouble <> '{{}}'))
        AND (:text = '' OR instr(number, :text) OR mark = :mark
             OR substr(lower(id), 1, length(:text)) = :text)
"""


class CallIndex:
    """`read` gives a call by the name of its folder, or None; close it in the end."""

    def __init__(self, directory: Path | None, read: Callable[[str], PastCall | None]) -> None:
        self._directory = directory
        self._read = read
        self._lock = threading.Lock()
        self._index = _opened(directory)
        self._index.execute(f"CREATE TEMP TABLE board ({_COLUMNS})")
        ((self._key,),) = self._index.execute("SELECT key FROM keys")
        self.unread = 0
        """Calls that are not in the index yet."""

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._index.close()

    async def run(self) -> None:
        """Keep up with the directory until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self) -> None:
        """Read what is new or has changed, forget what is gone."""
        if self._directory is None:
            return
        try:
            new = await asyncio.to_thread(self._changes, self._directory)
            for start in range(0, len(new), _AT_ONCE):
                self.unread = len(new) - start
                await asyncio.to_thread(self._take, new[start : start + _AT_ONCE])
        except (OSError, sqlite3.Error) as error:
            log.error("past calls cannot be read: %s", error)
        self.unread = 0

    def search(
        self, search: CallSearch, board: Iterable[PastCall] = (), running: Iterable[str] = ()
    ) -> dict[str, Any]:
        """One page of the calls that fit, the newest first; waits for the disk.

        Calls of the `board` count as they stand there, and those that are `running` not at all.
        """
        asked = {
            "text": search.text.lower(),
            "mark": self._mark(search.text),
            "after": search.after,
            "before": search.before,
            "task": search.task,
            "end": search.end,
        }
        with self._lock, self._index:
            self._index.execute("DELETE FROM board")
            self._put("board", board)
            rows = ((call_id,) for call_id in running)
            self._index.executemany("INSERT INTO board (id) VALUES (?)", rows)
            ((found,),) = self._index.execute(f"SELECT count(*) {_FITTING}", asked)
            pages = max(1, -(-found // CALLS_PER_PAGE))
            page = min(search.page, pages)
            newest = f"SELECT * {_FITTING} ORDER BY began DESC, id LIMIT :most OFFSET :first"
            window = {"most": CALLS_PER_PAGE, "first": (page - 1) * CALLS_PER_PAGE}
            shown = self._index.execute(newest, asked | window).fetchall()
        return {"calls": list(map(_row, shown)), "found": found, "page": page, "pages": pages}

    def _changes(self, directory: Path) -> list[tuple[str, float]]:
        """Folders to be read, the latest first, and when each has changed; forgets others."""
        with self._lock, self._index:
            known = {
                name: (changed, over)
                for name, changed, over in self._index.execute("SELECT * FROM folders")
            }
            there = set(folders_in(directory))
            gone = [(name,) for name in known.keys() - there]
            for table in ("folders", "calls"):
                self._index.executemany(f"DELETE FROM {table} WHERE id = ?", gone)
        new = []
        for name in there:
            at, over = known.get(name, (None, False))
            # A call that is over does not change any more.
            if not over and (changed := call_changed(directory / name)) not in (None, at):
                new.append((name, changed))
        return sorted(new, key=lambda entry: entry[1], reverse=True)

    def _take(self, folders: list[tuple[str, float]]) -> None:
        calls = [(self._read(name), name, changed) for name, changed in folders]
        over = [(name, changed, bool(call and call.has_end)) for call, name, changed in calls]
        with self._lock, self._index:
            self._index.executemany("INSERT OR REPLACE INTO folders VALUES (?, ?, ?)", over)
            self._put("calls", (call for call, _, _ in calls if call is not None))

    def _put(self, table: str, calls: Iterable[PastCall]) -> None:
        rows = (
            (
                call.id,
                call.number,
                self._mark(call.whole_number),
                call.task,
                call.began,
                call.duration_ms,
                call.end,
                call.latency_ms,
                json.dumps(dict(call.trouble)),
            )
            for call in calls
        )
        self._index.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?,?,?,?,?,?,?,?,?)", rows)

    def _mark(self, number: str) -> bytes | None:
        """Recognises a whole number without keeping it; None for none.

        Parts of it cannot be found: else the digits that are masked could be tried one by one.
        """
        digits = significant_digits(number)
        return blake2b(digits.encode(), key=self._key, digest_size=8).digest() if digits else None


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    """What a page learns of a call."""
    call_id, number, _mark, task, began, duration_ms, end, latency_ms, trouble = values
    return {
        "id": call_id,
        "number": number,
        "task": task,
        "began": began,
        "duration_ms": duration_ms,
        "end": end,
        "latency_ms": latency_ms,
        "trouble": json.loads(trouble),
    }


def _opened(directory: Path | None) -> sqlite3.Connection:
    """The index in the directory; one in memory where there is none, or it takes no file."""
    if directory is None:
        return _index(":memory:")
    file = directory / INDEX
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        try:
            return _index(str(file))
        except sqlite3.OperationalError:
            raise  # The file is not at fault.
        except sqlite3.DatabaseError as error:
            log.warning("the index of past calls is made anew: %s: %s", file, error)
        for part in ("", "-wal", "-shm"):
            file.with_name(file.name + part).unlink(missing_ok=True)
        file.touch(mode=0o600)
        return _index(str(file))
    except (OSError, sqlite3.Error) as error:
        log.error("the index of past calls is kept in memory: %s: %s", file, error)
        return _index(":memory:")


def _index(place: str) -> sqlite3.Connection:
    """Open the index, and make its tables where it is new; raises sqlite3.Error."""
    index = sqlite3.connect(place, check_same_thread=False)
    try:
        index.execute("PRAGMA journal_mode = WAL")
        index.execute("PRAGMA synchronous = NORMAL")
        ((version,),) = index.execute("PRAGMA user_version")
        if version == 0:
            index.executescript(_SCHEMA.format(key=secrets.token_hex(16)))
        elif version != _VERSION:
            raise sqlite3.DatabaseError("of another version")
    except sqlite3.Error:
        index.close()
        raise
    return index
