"""The operator's books: customers, what they pay, and what they have ordered."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from decimal import Decimal

from voice.demo.customers import PLANS, Customer, Plan, seeded_customers
from voice.demo.database import Database, cents
from voice.demo.network import AREAS, ROAMING
from voice.demo.pins import hash_pin

_BILLS_KEPT = 6
"""Months, this one among them."""


@dataclass(frozen=True)
class Bill:
    """A customer's last bill."""

    status: str
    amount: Decimal
    due_date: datetime.date


class Operator(Database):
    """The database of Larkfield Telecom."""

    owner = "the operator"
    probe = "SELECT number, pin_hash, postcode FROM customer JOIN contact LIMIT 1"
    schema = """
CREATE TABLE plan (
    name TEXT PRIMARY KEY, data_gb INTEGER NOT NULL, price_cents INTEGER NOT NULL
) STRICT;
CREATE TABLE customer (
    customer_number TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    pin_hash BLOB NOT NULL, plan TEXT NOT NULL REFERENCES plan (name)
) STRICT;
CREATE TABLE contact (
    customer_number TEXT PRIMARY KEY REFERENCES customer (customer_number),
    email TEXT NOT NULL, street TEXT NOT NULL, house INTEGER NOT NULL, postcode TEXT NOT NULL
) STRICT;
CREATE TABLE bill (
    customer_number TEXT PRIMARY KEY REFERENCES customer (customer_number),
    status TEXT NOT NULL CHECK (status IN ('open', 'paid', 'overdue')),
    amount_cents INTEGER NOT NULL, due_date TEXT NOT NULL
) STRICT;
CREATE TABLE bill_copy (
    customer_number TEXT NOT NULL REFERENCES customer (customer_number),
    month TEXT NOT NULL, sent_to TEXT NOT NULL, PRIMARY KEY (customer_number, month, sent_to)
) STRICT;
CREATE TABLE sim (
    customer_number TEXT PRIMARY KEY REFERENCES customer (customer_number),
    status TEXT NOT NULL CHECK (status IN ('active', 'blocked'))
) STRICT;
CREATE TABLE plan_change (
    customer_number TEXT PRIMARY KEY REFERENCES customer (customer_number),
    plan TEXT NOT NULL REFERENCES plan (name), valid_from TEXT NOT NULL
) STRICT;
CREATE TABLE visit (
    customer_number TEXT PRIMARY KEY REFERENCES customer (customer_number),
    day TEXT NOT NULL, part TEXT NOT NULL CHECK (part IN ('morning', 'afternoon', 'evening'))
) STRICT;
CREATE TABLE area (
    name TEXT PRIMARY KEY, postcode TEXT NOT NULL UNIQUE, outage_hours INTEGER NOT NULL
) STRICT;
CREATE TABLE roaming (
    country TEXT PRIMARY KEY, minute_cents INTEGER NOT NULL, megabyte_cents INTEGER NOT NULL
) STRICT;
"""

    @classmethod
    def enter(cls, books: sqlite3.Connection, seed: int, today: datetime.date) -> None:
        """The customers of a seed, the plans, and what is known of areas and countries."""
        books.executemany(
            "INSERT INTO plan VALUES (?, ?, ?)",
            [(plan.name, plan.data_gb, cents(plan.price)) for plan in PLANS],
        )
        books.executemany(
            "INSERT INTO area VALUES (?, ?, ?)",
            [(area.name, area.postcode, area.outage_hours) for area in AREAS],
        )
        books.executemany(
            "INSERT INTO roaming VALUES (?, ?, ?)",
            [(price.country, cents(price.minute), cents(price.megabyte)) for price in ROAMING],
        )
        for person in seeded_customers(seed, today):
            _enter(books, person)

    def customer_of(self, number: str) -> str | None:
        """The customer number that a telephone number belongs to."""
        found = self.one("SELECT customer_number FROM customer WHERE number = ?", number)
        return str(found) if found else None

    def pin_hash(self, customer_number: str) -> bytes | None:
        """The hash of a customer's PIN."""
        found: bytes | None = self.one(
            "SELECT pin_hash FROM customer WHERE customer_number = ?", customer_number
        )
        return found

    def bill(self, customer_number: str) -> Bill | None:
        """A customer's last bill."""
        found = self.row(
            "SELECT status, amount_cents, due_date FROM bill WHERE customer_number = ?",
            customer_number,
        )
        if found is None:
            return None
        status, amount, due = found
        return Bill(status, Decimal(amount) / 100, datetime.date.fromisoformat(due))

    def months_with_bill(self) -> list[datetime.date]:
        """The first days of the months of which there are bills, the latest first."""
        months = [self.today().replace(day=1)]
        while len(months) < _BILLS_KEPT:
            months.append((months[-1] - datetime.timedelta(days=1)).replace(day=1))
        return months

    def plan(self, customer_number: str) -> Plan | None:
        """A customer's plan."""
        found = self.row(
            "SELECT plan.name, data_gb, price_cents FROM plan JOIN customer ON plan.name = plan"
            " WHERE customer_number = ?",
            customer_number,
        )
        return Plan(found[0], found[1], Decimal(found[2]) / 100) if found else None

    def block_sim(self, customer_number: str) -> bool:
        """Block a customer's SIM card; False when it is blocked already."""
        changed = self.write(
            "UPDATE sim SET status = 'blocked' WHERE customer_number = ? AND status = 'active'",
            customer_number,
        )
        return changed == 1

    def is_blocked(self, customer_number: str) -> bool:
        """Whether a customer's SIM card is blocked."""
        status = self.one("SELECT status FROM sim WHERE customer_number = ?", customer_number)
        return bool(status == "blocked")

    def unblock_sim(self, customer_number: str) -> None:
        """Make a customer's SIM card active again."""
        self.write("UPDATE sim SET status = 'active' WHERE customer_number = ?", customer_number)


def _enter(books: sqlite3.Connection, person: Customer) -> None:
    key, address = person.customer_number, person.address
    books.execute(
        "INSERT INTO customer VALUES (?, ?, ?, ?, ?)",
        (key, person.number, person.name, hash_pin(person.pin), person.plan.name),
    )
    books.execute(
        "INSERT INTO contact VALUES (?, ?, ?, ?, ?)",
        (key, person.email, address.street, address.house, address.postcode),
    )
    books.execute(
        "INSERT INTO bill VALUES (?, ?, ?, ?)",
        (key, person.bill_status, cents(person.amount), person.due_date.isoformat()),
    )
    books.execute("INSERT INTO sim VALUES (?, 'active')", (key,))
