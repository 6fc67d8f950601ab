"""The demonstration's operator as an examiner sees it: who calls, and what the books say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voice.demo import Customer, Operator
from voice.demo.customers import seeded_customers
from voice.evaluation.callers import Persona
from voice.evaluation.judge import Truth


@dataclass(frozen=True)
class KnownCustomer:
    """A customer who calls, and what is true of them."""

    name: str
    persona: Persona
    truth: Truth
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the books say, by the names `amount`, `due`, `plan` and `data`."""


def open_books(database: Path, seed: int) -> list[KnownCustomer]:
    """Write the operator's books anew, also under a running service, and return its customers."""
    today = datetime.date.today()
    Operator.create(database, seed, today)
    return known_customers(seed, today)


def known_customers(seed: int, today: datetime.date) -> list[KnownCustomer]:
    """Those in the books of this seed and day."""
    return [_known_customer(customer) for customer in seeded_customers(seed, today)]


def caller_of(customers: Sequence[KnownCustomer], seed: int) -> KnownCustomer:
    """The customer who calls in the run with this seed."""
    return customers[(seed - 1) % len(customers)]


def _known_customer(customer: Customer) -> KnownCustomer:
    persona = Persona(customer.number, customer.customer_number, customer.pin)
    plan = (customer.plan.name, f"{customer.plan.data_gb} gigabytes")
    truth = Truth(customer.customer_number, _balance(customer), plan)
    facts = {
        "amount": f"{customer.amount:.2f}",
        "due": f"{customer.due_date.day} {customer.due_date:%B}",
        "plan": customer.plan.name,
        "data": str(customer.plan.data_gb),
    }
    return KnownCustomer(customer.name, persona, truth, facts)


def _balance(customer: Customer) -> tuple[str, ...]:
    if customer.bill_status == "paid":
        return ("paid",)
    return f"{customer.amount:.2f} euros", f"{customer.due_date.day} {customer.due_date:%B}"
