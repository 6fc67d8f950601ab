"""The town's first residents, made from a seed: the same seed, the same books."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal

RESIDENT_DIGITS = 6
_NAMES = (
    "Martha Quill", "Luc Perrin", "Yusuf Demir", "Grace Otieno", "Camille Rousset", "Oliver Strand",
    "Ines Carvalho", "Fatou Diallo",
)  # fmt: skip
_FIRST_NUMBER = 353_1_555_0301
_PAID = ("Oliver Strand",)
_YEARS_MARRIED = range(1, 30)


@dataclass(frozen=True)
class Resident:
    """A resident as the books are opened; the PIN is here and with the resident, nowhere else."""

    resident_number: str
    number: str
    """Telephone number, E.164 digits without the plus."""
    name: str
    pin: str
    instalment: Decimal
    """Euros of tax; zero where all is paid."""
    payable_by: datetime.date
    married: datetime.date
    """The day of the wedding in this town."""


def seeded_residents(seed: int, today: datetime.date) -> list[Resident]:
    """The residents of a seed."""
    choices = random.Random(f"residents {seed}")
    numbers = choices.sample(range(10 ** (RESIDENT_DIGITS - 1), 10**RESIDENT_DIGITS), len(_NAMES))
    return [
        Resident(
            resident_number=str(numbers[index]),
            number=str(_FIRST_NUMBER + index),
            name=name,
            pin=f"{choices.randrange(10_000):04d}",
            instalment=Decimal(0 if name in _PAID else choices.randint(4_000, 60_000)) / 100,
            payable_by=today + datetime.timedelta(days=choices.randint(8, 60)),
            married=datetime.date(
                today.year - choices.choice(_YEARS_MARRIED),
                choices.randint(1, 12),
                choices.randint(1, 28),
            ),
        )
        for index, name in enumerate(_NAMES)
    ]
