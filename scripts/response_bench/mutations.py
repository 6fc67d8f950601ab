"""Right answers made wrong: one figure, unit, currency, month, field or name is another."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from response_bench.said import Value, said

_OTHER_MONEY = {"euros": "dollars", "€": "$", "EUR": "USD"}
_OTHER_UNITS = {
    "en": {
        "gigabytes": ("days", "SIM cards", "euros"), "gigs": ("weeks",), "GB": ("MB",),
        "days": ("weeks", "SIM cards", "gigabytes"),
    },
    "fr": {
        "gigaoctets": ("jours", "cartes SIM", "euros"), "Go": ("Mo",),
        "jours": ("semaines", "cartes SIM", "gigaoctets"),
    },
}  # fmt: skip
_PERIODS = {"en": {"month": "day"}, "fr": {"mois": "jour"}}
_NAMES = ("Family", "Basic", "Student", "Premium", "Smart")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Mutation:
    """A wrong answer."""

    kind: str
    text: str


def filled(answer: str, values: Mapping[str, Value], tag: str, style: int) -> str:
    """A right answer; each slot is said in a way of its own."""
    ways = {slot: said(values[slot], tag, style + n) for n, slot in enumerate(slots(answer))}
    return _SLOT.sub(lambda found: ways[found[1]], answer)


def slots(answer: str) -> list[str]:
    """The names of an answer's slots."""
    return _SLOT.findall(answer)


def mutations(
    answer: str,
    values: Mapping[str, Value],
    others: Mapping[str, Value],
    tag: str,
    style: int,
    choices: random.Random,
) -> Iterator[Mutation]:
    """What an answer may be turned into; `others` are values that were given as well."""
    for slot in dict.fromkeys(slots(answer)):
        for kind, value in _changed(values[slot], others, slot, choices):
            yield Mutation(kind, filled(answer, {**values, slot: value}, tag, style))
    right = filled(answer, values, tag, style)
    for kind, table in (("unit", _OTHER_UNITS[tag]), ("period", _PERIODS[tag])):
        for word, instead in table.items():
            for other in instead if isinstance(instead, tuple) else (instead,):
                changed = re.sub(rf"\b{word}\b", other, right)
                if changed != right:
                    yield Mutation(kind, changed)
    for word, other in _OTHER_MONEY.items():
        if word in right:
            yield Mutation("currency", right.replace(word, other))


def _changed(
    value: Value, others: Mapping[str, Value], slot: str, choices: random.Random
) -> Iterator[tuple[str, Value]]:
    match value:
        case Decimal():
            digits = list(str(value))
            place = choices.choice([n for n, digit in enumerate(digits) if digit.isdigit()])
            digits[place] = str((int(digits[place]) + choices.randint(1, 9)) % 10)
            changed = Decimal("".join(digits))
            yield "digit", changed if changed != value else value + 1
        case datetime.date():
            yield "day", value + datetime.timedelta(days=choices.choice([-3, -1, 1, 2, 9]))
            month = (value.month + choices.randint(0, 10)) % 12 + 1
            yield "month", value.replace(day=min(value.day, 28), month=month)
        case int():
            yield "digit", value + choices.choice([1, 2, 10])
        case _:
            yield "name", choices.choice([name for name in _NAMES if name != value])
    for key, other in others.items():
        if key != slot and type(other) is type(value) and other != value:
            yield "field", other
