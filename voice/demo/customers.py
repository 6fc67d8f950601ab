"""The operator's first customers, made from a seed: the same seed, the same books."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from voice.demo.network import AREAS

CUSTOMER_DIGITS = 6
CUSTOMERS = 12
"""How many customers the operator has."""

_NAMES = (
    "Aoife Brennan", "Thomas Ward", "Priya Nair", "Helen Marsh", "Daniel Okafor", "Ruth Palmer",
    "Conor Byrne", "Sunita Rao", "George Fielding", "Maeve Doyle", "Peter Lane", "Anna Whitfield",
)  # fmt: skip
_FIRST_NUMBER = 353_1_555_0101


@dataclass(frozen=True)
class Plan:
    """What the operator sells."""

    name: str
    data_gb: int
    price: Decimal
    """Euros a month."""


PLANS = (
    Plan("Basic", 5, Decimal("9.99")),
    Plan("Smart", 20, Decimal("19.99")),
    Plan("Family", 50, Decimal("34.50")),
    Plan("Student", 15, Decimal("12.00")),
    Plan("Premium", 100, Decimal("49.90")),
    Plan("Classic", 10, Decimal("14.25")),
)


@dataclass(frozen=True)
class Address:
    """Where letters go."""

    street: str
    house: int
    postcode: str


_STREETS = (
    "Mill Lane", "rue des Tilleuls", "Harbour Road", "avenue de la Gare", "Chapel Street",
    "rue du Vieux Port",
)  # fmt: skip
_WITHOUT_EMAIL = ("Helen Marsh", "Peter Lane")

BillStatus = Literal["open", "paid", "overdue"]
_OPEN: BillStatus = "open"
_PAID: BillStatus = "paid"
_OVERDUE: BillStatus = "overdue"


@dataclass(frozen=True)
class Customer:
    """A customer as the books are opened; the PIN is here and with the customer, nowhere else."""

    customer_number: str
    number: str
    """Telephone number, E.164 digits without the plus."""
    name: str
    pin: str
    plan: Plan
    bill_status: BillStatus
    amount: Decimal
    due_date: datetime.date
    email: str
    """Empty where none is known."""
    address: Address


def seeded_customers(seed: int, today: datetime.date) -> list[Customer]:
    """The customers of a seed; most bills are open, the last two are paid and overdue."""
    choices = random.Random(seed)
    statuses = [_OPEN] * (CUSTOMERS - 2) + [_PAID, _OVERDUE]
    places = random.Random(f"addresses {seed}")
    numbers = choices.sample(range(10 ** (CUSTOMER_DIGITS - 1), 10**CUSTOMER_DIGITS), CUSTOMERS)
    return [
        Customer(
            customer_number=str(numbers[index]),
            number=str(_FIRST_NUMBER + index),
            name=name,
            pin=f"{choices.randrange(10_000):04d}",
            plan=choices.choice(PLANS),
            bill_status=status,
            amount=Decimal(choices.randint(950, 12_999)) / 100,
            due_date=today + datetime.timedelta(days=_days_to_pay(status, choices)),
            email=_email(name),
            address=Address(
                places.choice(_STREETS), places.randint(1, 120), places.choice(AREAS).postcode
            ),
        )
        for index, (name, status) in enumerate(zip(_NAMES, statuses, strict=True))
    ]


def _days_to_pay(status: BillStatus, choices: random.Random) -> int:
    days = choices.randint(5, 27)
    return days if status == "open" else -days


def _email(name: str) -> str:
    return "" if name in _WITHOUT_EMAIL else f"{name.lower().replace(' ', '.')}@example.com"
