"""What the town takes down or grants: asked for twice, it is there once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal

from voice.demo.municipality.almanac import OPEN
from voice.demo.municipality.town import Town
from voice.identity import Caller
from voice.tools import Value

_PERMIT_FEE = Decimal("48.00")
_PERMIT_DAYS = datetime.timedelta(days=365)
_COPY_FEE = Decimal("12.50")
_CERTIFICATE_DAYS = datetime.timedelta(days=9)
_REPAIR_DAYS = 5
_DAY = datetime.timedelta(days=1)
_HOUR = datetime.timedelta(hours=1)


# The parking permit


def apply_for_permit(town: Town, caller: Caller, *, zone: str, plate: str) -> dict[str, Value]:
    """Grant a resident a permit for a car, for a year."""
    until = town.one("SELECT valid_until FROM permit WHERE plate = ?", plate)
    if until is not None:
        return {"status": "has_one", "valid_until": datetime.date.fromisoformat(until)}
    valid = town.today() + _PERMIT_DAYS
    town.write("INSERT INTO permit VALUES (?, ?, ?, ?)", plate, zone, f"{valid}", caller.customer)
    return {"status": "granted", "fee": _PERMIT_FEE, "valid_until": valid}


def permit_granted(town: Town, caller: Caller, *, zone: str, plate: str) -> dict[str, Value]:
    """What became of an application."""
    until = town.one(
        "SELECT valid_until FROM permit WHERE plate = ? AND zone = ? AND resident_number = ?",
        *(plate, zone, caller.customer),
    )
    if until is None:
        return {}
    valid = datetime.date.fromisoformat(until)
    return {"status": "granted", "fee": _PERMIT_FEE, "valid_until": valid}


# The appointment at the registry


def book_registry(
    town: Town, caller: Caller, *, matter: str, day: datetime.date, at: datetime.time, phone: str
) -> dict[str, Value]:
    """Book an hour for one caller; the same caller may ask for it again."""
    wanted = datetime.datetime.combine(day, at)
    if not _is_open(wanted) or day <= town.today():
        return {"status": "closed", **_next_free(town, wanted)}
    if _phone_of(town, wanted) not in (None, phone):
        return {"status": "taken", **_next_free(town, wanted)}
    town.write(
        "INSERT INTO slot VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET matter = excluded.matter",
        *(f"{day}", f"{at:%H:%M}", matter, phone),
    )
    return {"status": "booked", "slot_day": day, "slot_time": at}


def slot_booked(
    town: Town, caller: Caller, *, matter: str, day: datetime.date, at: datetime.time, phone: str
) -> dict[str, Value]:
    """What became of a booking."""
    if _phone_of(town, datetime.datetime.combine(day, at)) != phone:
        return {}
    return {"status": "booked", "slot_day": day, "slot_time": at}


def _phone_of(town: Town, slot: datetime.datetime) -> str | None:
    found: str | None = town.one(
        "SELECT phone FROM slot WHERE day = ? AND at = ?", f"{slot:%Y-%m-%d}", f"{slot:%H:%M}"
    )
    return found


def _is_open(slot: datetime.datetime) -> bool:
    hours = OPEN["registry"].get(slot.weekday())
    return hours is not None and hours[0] <= slot.time() < hours[1]


def _next_free(town: Town, wanted: datetime.datetime) -> dict[str, Value]:
    slot = next(slot for slot in _slots(town, wanted) if _phone_of(town, slot) is None)
    return {"slot_day": slot.date(), "slot_time": slot.time()}


def _slots(town: Town, wanted: datetime.datetime) -> Iterator[datetime.datetime]:
    """The registry's whole hours from the wanted one on, and from tomorrow at the earliest."""
    tomorrow = datetime.datetime.combine(town.today() + _DAY, datetime.time())
    slot = max(wanted.replace(minute=0), tomorrow)
    while True:
        if _is_open(slot) and slot >= wanted:
            yield slot
        slot += _HOUR


# Reports


def report_light(town: Town, caller: Caller, *, street: str, lamp: str = "") -> dict[str, Value]:
    """Take down that a street light is broken, by the number on its pole if it is known."""
    known = town.report("light", street, lamp)
    number = known or town.add_report("light", street, lamp)
    status = "known" if known else "noted"
    return {"status": status, "report": number, "repair_days": _REPAIR_DAYS}


def light_reported(town: Town, caller: Caller, *, street: str, lamp: str = "") -> dict[str, Value]:
    """What became of a report."""
    number = town.report("light", street, lamp)
    return {"status": "noted", "report": number, "repair_days": _REPAIR_DAYS} if number else {}


def complain_of_noise(town: Town, caller: Caller, *, street: str, source: str) -> dict[str, Value]:
    """Take down a complaint about noise."""
    known = town.report("noise", street, source)
    number = known or town.add_report("noise", street, source)
    return {"status": "known" if known else "recorded", "case": number}


def noise_recorded(town: Town, caller: Caller, *, street: str, source: str) -> dict[str, Value]:
    """What became of a complaint."""
    number = town.report("noise", street, source)
    return {"status": "recorded", "case": number} if number else {}


# The marriage certificate


def order_certificate(
    town: Town, caller: Caller, *, married: datetime.date, copies: int
) -> dict[str, Value]:
    """Order copies of a resident's marriage certificate; once a day."""
    resident = caller.customer or ""
    known = town.one("SELECT married FROM resident WHERE resident_number = ?", resident)
    if known != f"{married}":
        return {"status": "not_married_here"}
    town.write(
        "INSERT INTO certificate VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET copies = excluded.copies",
        *(resident, f"{town.today()}", copies),
    )
    return _ordered(town, copies)


def certificate_ordered(
    town: Town, caller: Caller, *, married: datetime.date, copies: int
) -> dict[str, Value]:
    """What became of an order."""
    found = town.one(
        "SELECT copies FROM certificate WHERE resident_number = ? AND ordered = ?",
        *(caller.customer, f"{town.today()}"),
    )
    return _ordered(town, copies) if found == copies else {}


def _ordered(town: Town, copies: int) -> dict[str, Value]:
    arrives = town.today() + _CERTIFICATE_DAYS
    return {"status": "ordered", "total": _COPY_FEE * copies, "arrives": arrives}
