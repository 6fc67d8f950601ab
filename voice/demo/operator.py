"""The operator's books in SQLite."""

from __future__ import annotations

import datetime
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from voice.demo.customers import Customer, Plan, seeded_customers
from voice.demo.pins import hash_pin
from voice.errors import ConfigError

_SCHEMA = """
CREATE TABLE plan (
    name TEXT PRIMARY KEY, data_gb INTEGER NOT NULL, price_cents INTEGER NOT NULL
) STRICT;
CREATE TABLE customer (
    customer_number TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    pin_hash BLOB NOT NULL, plan TEXT NOT NULL REFERENCES plan (name)
) STRICT;
CREATE TABLE bill (
    customer_number TEXT PRIMARY KEY REFERENCES customer (customer_number),
    status TEXT NOT NULL CHECK (status IN ('open', 'paid', 'overdue')),
    amount_cents INTEGER NOT NULL, due_date TEXT NOT NULL
) STRICT;
CREATE TABLE sim (
    customer_number TEXT PRIMARY KEY REFERENCES customer (customer_number),
    status TEXT NOT NULL CHECK (status IN ('active', 'blocked'))
) STRICT;
"""
_BUSY_SECONDS = 2.0


@dataclass(frozen=True)
class Bill:
    """A customer's last bill."""

    status: str
    amount: Decimal
    due_date: datetime.date


class Operator:
    """Opens the database anew for each piece of work, so that any thread and process may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, seed: int, today: datetime.date | None = None) -> Operator:
        """Write a new database with the customers of `seed`; raises ConfigError if it cannot."""
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with closing(sqlite3.connect(part)) as books, books:
                books.executescript(_SCHEMA)
                _enter(books, seeded_customers(seed, today or datetime.date.today()))
            part.replace(path)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"{path}: the database cannot be written: {error}") from None
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> Operator:
        """An existing database; raises ConfigError when it is none of ours."""
        if not path.is_file():
            raise ConfigError(f"{path}: there is no database")
        operator = cls(path)
        try:
            with operator._books() as books:
                books.execute("SELECT number, pin_hash FROM customer LIMIT 1").fetchall()
        except sqlite3.Error as error:
            raise ConfigError(f"{path}: not a database of the operator: {error}") from None
        return operator

    def customer_of(self, number: str) -> str | None:
        """The customer number that a telephone number belongs to."""
        return self._one("SELECT customer_number FROM customer WHERE number = ?", number)

    def pin_hash(self, customer_number: str) -> bytes | None:
        """The hash of a customer's PIN."""
        found = self._row(
            "SELECT pin_hash FROM customer WHERE customer_number = ?", customer_number
        )
        return found[0] if found else None

    def bill(self, customer_number: str) -> Bill | None:
        """A customer's last bill."""
        found = self._row(
            "SELECT status, amount_cents, due_date FROM bill WHERE customer_number = ?",
            customer_number,
        )
        if found is None:
            return None
        status, cents, due = found
        return Bill(status, Decimal(cents) / 100, datetime.date.fromisoformat(due))

    def plan(self, customer_number: str) -> Plan | None:
        """A customer's plan."""
        found = self._row(
            "SELECT plan.name, data_gb, price_cents FROM plan JOIN customer ON plan.name = plan"
            " WHERE customer_number = ?",
            customer_number,
        )
        return Plan(found[0], found[1], Decimal(found[2]) / 100) if found else None

    def block_sim(self, customer_number: str) -> bool:
        """Block a customer's SIM card; False when it is blocked already."""
        with self._books() as books, books:
            changed = books.execute(
                "UPDATE sim SET status = 'blocked' WHERE customer_number = ? AND status = 'active'",
                (customer_number,),
            )
            return changed.rowcount == 1

    def is_blocked(self, customer_number: str) -> bool:
        """Whether a customer's SIM card is blocked."""
        status = self._one("SELECT status FROM sim WHERE customer_number = ?", customer_number)
        return status == "blocked"

    def unblock_sim(self, customer_number: str) -> None:
        """Make a customer's SIM card active again."""
        with self._books() as books, books:
            books.execute(
                "UPDATE sim SET status = 'active' WHERE customer_number = ?", (customer_number,)
            )

    def _one(self, query: str, value: str) -> str | None:
        found = self._row(query, value)
        return str(found[0]) if found else None

    def _row(self, query: str, value: str) -> tuple[Any, ...] | None:
        with self._books() as books:
            found: tuple[Any, ...] | None = books.execute(query, (value,)).fetchone()
            return found

    @contextmanager
    def _books(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS)) as books:
            yield books


def _enter(books: sqlite3.Connection, customers: list[Customer]) -> None:
    for person in customers:
        plan, key = person.plan, person.customer_number
        books.execute(
            "INSERT OR IGNORE INTO plan VALUES (?, ?, ?)",
            (plan.name, plan.data_gb, int(plan.price * 100)),
        )
        books.execute(
            "INSERT INTO customer VALUES (?, ?, ?, ?, ?)",
            (key, person.number, person.name, hash_pin(person.pin), plan.name),
        )
        books.execute(
            "INSERT INTO bill VALUES (?, ?, ?, ?)",
            (key, person.bill_status, int(person.amount * 100), person.due_date.isoformat()),
        )
        books.execute("INSERT INTO sim VALUES (?, 'active')", (key,))
