"""Values as people write and say them, by num2words and lists of its own: none of the product."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal

from num2words import num2words

MONTHS: Mapping[str, Sequence[str]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
}  # fmt: skip
WEEKDAYS: Mapping[str, Sequence[str]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
Value = Decimal | datetime.date | int | str


def said(value: Value, tag: str, style: int) -> str:
    """A value in one of the ways of a language; amounts with their currency."""
    match value:
        case Decimal():
            ways = _amount(value, tag)
        case datetime.date():
            ways = _date(value, tag)
        case int():
            ways = [str(value), num2words(value, lang=tag)]
        case _:
            ways = [str(value)]
    return ways[style % len(ways)]


def _amount(value: Decimal, tag: str) -> list[str]:
    euros, cents = int(value), int(value * 100) % 100
    plain = f"{value:,.2f}"
    words, small = num2words(euros, lang=tag), num2words(cents, lang=tag)
    if tag == "fr":
        plain = plain.replace(",", "\u00a0").replace(".", ",")
        ways = [f"{plain} euros", f"{plain} €", f"{plain} EUR"]
        split = [f"{words} euros et {small} centimes", f"{euros} euros et {cents} centimes"]
    else:
        ways = [f"{plain} euros", f"€{plain}", f"{plain} EUR", f"EUR {plain}"]
        split = [f"{words} euros and {small} cents", f"{euros} euros and {cents} cents"]
    return [*ways, *split] if cents else [*ways, f"{words} euros"]


def _date(date: datetime.date, tag: str) -> list[str]:
    month, weekday = MONTHS[tag][date.month - 1], WEEKDAYS[tag][date.weekday()]
    if tag == "fr":
        first = date.day == 1
        day = "1er" if first else str(date.day)
        words = "premier" if first else num2words(date.day, lang="fr")
        short = f"{day} {month}"
        return [short, f"{short} {date.year}", f"{words} {month}", f"{weekday} {short}"]
    ordinal, words = num2words(date.day, to="ordinal_num"), num2words(date.day, to="ordinal")
    return [
        f"{date.day} {month}", f"{month} {ordinal}", f"the {ordinal} of {month}",
        f"{month} {date.day}", f"the {words} of {month}", f"{date.day} {month} {date.year}",
        f"{weekday}, {date.day} {month}",
    ]  # fmt: skip
