"""What the town tells: opening hours, collections, lost property, and a resident's tax."""

from __future__ import annotations

import datetime
from decimal import Decimal

from voice.demo.municipality.almanac import BULKY, OPEN, next_bulky, next_emptied
from voice.demo.municipality.town import Town
from voice.identity import Caller
from voice.tools import Value


def look_up_hours(
    town: Town, caller: Caller, *, place: str, when: datetime.date | None = None
) -> dict[str, Value]:
    """When a place is open, today or on another day."""
    day = when or town.today()
    hours = OPEN[place].get(day.weekday())
    if hours is None:
        return {"status": "closed", "day": day}
    return {"status": "open", "day": day, "opens": hours[0], "closes": hours[1]}


def next_collection(town: Town, caller: Caller, *, street: str, bin: str) -> dict[str, Value]:
    """When a street's bin is emptied next; bulky waste is fetched where it was ordered."""
    if bin == BULKY:
        return {"status": "by_order", "next_day": next_bulky(town.today())}
    return {"status": "known", "next_day": next_emptied(street, bin, town.today())}


def find_lost(town: Town, caller: Caller, *, item: str) -> dict[str, Value]:
    """Whether something lies in the lost property office."""
    until = town.one("SELECT fetch_by FROM found WHERE item = ?", item)
    if until is None:
        return {"status": "not_found"}
    return {"status": "found", "fetch_by": datetime.date.fromisoformat(until)}


def get_instalment(town: Town, caller: Caller) -> dict[str, Value]:
    """A resident's next instalment of tax."""
    found = town.row(
        "SELECT amount_cents, payable_by FROM instalment WHERE resident_number = ?",
        caller.customer or "",
    )
    if found is None:
        raise LookupError("a verified caller pays no tax")
    if not found[0]:
        return {"status": "paid"}
    due = datetime.date.fromisoformat(found[1])
    return {"status": "due", "instalment": Decimal(found[0]) / 100, "payable_by": due}
