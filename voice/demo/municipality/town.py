"""The town's books: residents, what they owe and ordered, and what was reported."""

from __future__ import annotations

import datetime
import sqlite3

from voice.demo.database import Database, cents
from voice.demo.municipality.residents import seeded_residents
from voice.demo.pins import hash_pin

_FOUND = (("umbrella", 20), ("keys", 34), ("bicycle", 12), ("scarf", 41), ("wallet", 27))
"""What lies in the lost property office, and for how many days still."""
_FIRST_REPORT = 3101


class Town(Database):
    """The database of the town of Brackenford."""

    owner = "the town"
    probe = "SELECT resident_number, pin_hash FROM resident LIMIT 1"
    schema = f"""
CREATE TABLE resident (
    resident_number TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    pin_hash BLOB NOT NULL, married TEXT NOT NULL
) STRICT;
CREATE TABLE instalment (
    resident_number TEXT PRIMARY KEY REFERENCES resident (resident_number),
    amount_cents INTEGER NOT NULL, payable_by TEXT NOT NULL
) STRICT;
CREATE TABLE permit (
    plate TEXT PRIMARY KEY, zone TEXT NOT NULL, valid_until TEXT NOT NULL,
    resident_number TEXT NOT NULL REFERENCES resident (resident_number)
) STRICT;
CREATE TABLE certificate (
    resident_number TEXT NOT NULL REFERENCES resident (resident_number), ordered TEXT NOT NULL,
    copies INTEGER NOT NULL, PRIMARY KEY (resident_number, ordered)
) STRICT;
CREATE TABLE slot (
    day TEXT NOT NULL, at TEXT NOT NULL, matter TEXT NOT NULL, phone TEXT NOT NULL,
    PRIMARY KEY (day, at)
) STRICT;
CREATE TABLE report (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, street TEXT NOT NULL,
    what TEXT NOT NULL, UNIQUE (kind, street, what)
) STRICT;
INSERT INTO sqlite_sequence VALUES ('report', {_FIRST_REPORT - 1});
CREATE TABLE found (item TEXT PRIMARY KEY, fetch_by TEXT NOT NULL) STRICT;
"""

    @classmethod
    def enter(cls, books: sqlite3.Connection, seed: int, today: datetime.date) -> None:
        """The residents of a seed, and what was found."""
        for person in seeded_residents(seed, today):
            key = person.resident_number
            books.execute(
                "INSERT INTO resident VALUES (?, ?, ?, ?, ?)",
                (key, person.number, person.name, hash_pin(person.pin), f"{person.married}"),
            )
            books.execute(
                "INSERT INTO instalment VALUES (?, ?, ?)",
                (key, cents(person.instalment), f"{person.payable_by}"),
            )
        books.executemany(
            "INSERT INTO found VALUES (?, ?)",
            [(item, f"{today + datetime.timedelta(days=days)}") for item, days in _FOUND],
        )

    def customer_of(self, number: str) -> str | None:
        """The resident number that a telephone number belongs to."""
        found = self.one("SELECT resident_number FROM resident WHERE number = ?", number)
        return str(found) if found else None

    def pin_hash(self, customer_number: str) -> bytes | None:
        """The hash of a resident's PIN."""
        found: bytes | None = self.one(
            "SELECT pin_hash FROM resident WHERE resident_number = ?", customer_number
        )
        return found

    def report(self, kind: str, street: str, what: str) -> int | None:
        """The number of a report, if there is one."""
        found: int | None = self.one(
            "SELECT number FROM report WHERE kind = ? AND street = ? AND what = ?",
            *(kind, street, what),
        )
        return found

    def add_report(self, kind: str, street: str, what: str) -> int:
        """Note a report; the number that it has from now on."""
        self.write(
            "INSERT OR IGNORE INTO report (kind, street, what) VALUES (?, ?, ?)",
            *(kind, street, what),
        )
        number = self.report(kind, street, what)
        assert number is not None, "it was just written"
        return number
