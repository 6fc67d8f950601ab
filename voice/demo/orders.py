"""What a customer orders or changes: doing the same twice leaves the same as doing it once."""

from __future__ import annotations

import datetime

from voice.demo.offers import plan_named
from voice.demo.operator import Operator
from voice.identity import Caller
from voice.tools import Value

_VISITS_AT_A_TIME = 2
"""Technicians."""
_POST_DAYS = 3
_DAY = datetime.timedelta(days=1)
_SUNDAY = 6
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip


# A technician's visit


def book_technician(
    operator: Operator, caller: Caller, *, day: datetime.date, window: str
) -> dict[str, Value]:
    """Book a visit; an earlier one of the same customer is moved."""
    customer = _customer(caller)
    soonest = operator.today() + _DAY
    if day < soonest:
        return {"status": "too_early", "visit": _free_day(operator, customer, soonest, window)}
    free = _free_day(operator, customer, day, window)
    if free != day:
        return {"status": "closed" if day.weekday() == _SUNDAY else "full", "visit": free}
    operator.write(
        "INSERT INTO visit VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET day = excluded.day, part = excluded.part",
        *(customer, f"{day}", window),
    )
    return {"status": "booked", "visit": day}


def visit_booked(
    operator: Operator, caller: Caller, *, day: datetime.date, window: str
) -> dict[str, Value]:
    """What became of a booking."""
    wanted = (f"{day}", window)
    return {"status": "booked", "visit": day} if _visit(operator, caller) == wanted else {}


def get_visit(operator: Operator, caller: Caller) -> dict[str, Value]:
    """When the technician comes."""
    visit = _visit(operator, caller)
    if visit is None or datetime.date.fromisoformat(visit[0]) < operator.today():
        return {"status": "none"}
    return {"status": f"booked_{visit[1]}", "visit_day": datetime.date.fromisoformat(visit[0])}


def _visit(operator: Operator, caller: Caller) -> tuple[str, str] | None:
    return operator.row("SELECT day, part FROM visit WHERE customer_number = ?", _customer(caller))


def _free_day(operator: Operator, customer: str, day: datetime.date, part: str) -> datetime.date:
    """The first day from `day` on at which a technician is free in this part of it."""
    others = "SELECT count(*) FROM visit WHERE day = ? AND part = ? AND customer_number != ?"
    while (
        day.weekday() == _SUNDAY
        or operator.one(others, f"{day}", part, customer) >= _VISITS_AT_A_TIME
    ):
        day += _DAY
    return day


# A copy of a bill


def send_bill_copy(
    operator: Operator, caller: Caller, *, month: str, by: str, email: str = ""
) -> dict[str, Value]:
    """Send a bill once more, to the address in the books or the e-mail address that is named."""
    customer, wanted = _customer(caller), _month(operator, month)
    if wanted is None:
        return {"status": "no_bill"}
    sent_to = _sent_to(operator, customer, by, email)
    if not sent_to:
        return {"status": "no_email"}
    operator.write("INSERT OR IGNORE INTO bill_copy VALUES (?, ?, ?)", customer, wanted, sent_to)
    return _copy_sent(by)


def bill_copy_sent(
    operator: Operator, caller: Caller, *, month: str, by: str, email: str = ""
) -> dict[str, Value]:
    """What became of a copy."""
    customer = _customer(caller)
    sent = operator.one(
        "SELECT 1 FROM bill_copy WHERE customer_number = ? AND month = ? AND sent_to = ?",
        *(customer, _month(operator, month), _sent_to(operator, customer, by, email)),
    )
    return _copy_sent(by) if sent else {}


def _copy_sent(by: str) -> dict[str, Value]:
    if by == "email":
        return {"status": "sent_by_email"}
    return {"status": "sent_by_post", "post_days": _POST_DAYS}


def _sent_to(operator: Operator, customer: str, by: str, email: str) -> str:
    if by != "email":
        return by
    known = operator.one("SELECT email FROM contact WHERE customer_number = ?", customer)
    return email or str(known or "")


def _month(operator: Operator, name: str) -> str | None:
    """The month that is meant, as 2026-12; None where there is no bill of it."""
    months = operator.months_with_bill()
    relative = {"latest": months[0], "this_month": months[0], "last_month": months[1]}
    named = {_MONTHS[month.month - 1]: month for month in months}
    found = (relative | named).get(name)
    return f"{found:%Y-%m}" if found else None


# The postal address


def change_address(
    operator: Operator, caller: Caller, *, street: str, house: int, postcode: str
) -> dict[str, Value]:
    """Enter a new postal address; the postcode has to be one that the operator knows."""
    if operator.one("SELECT 1 FROM area WHERE postcode = ?", postcode) is None:
        return {"status": "unknown_postcode"}
    operator.write(
        "UPDATE contact SET street = ?, house = ?, postcode = ? WHERE customer_number = ?",
        *(street, house, postcode, _customer(caller)),
    )
    return {"status": "changed"}


def address_changed(
    operator: Operator, caller: Caller, *, street: str, house: int, postcode: str
) -> dict[str, Value]:
    """What became of a change of address."""
    known = operator.row(
        "SELECT street, house, postcode FROM contact WHERE customer_number = ?", _customer(caller)
    )
    return {"status": "changed"} if known == (street, house, postcode) else {}


# The plan


def change_plan(operator: Operator, caller: Caller, *, new_plan: str) -> dict[str, Value]:
    """Change the plan from the next month on; going back to the present one drops the change."""
    customer, plan = _customer(caller), plan_named(operator, new_plan)
    present = operator.plan(customer)
    if present == plan:
        operator.write("DELETE FROM plan_change WHERE customer_number = ?", customer)
        return {"status": "same", "new_price": plan.price}
    begins = _next_month(operator)
    operator.write(
        "INSERT INTO plan_change VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET plan = excluded.plan, valid_from = excluded.valid_from",
        *(customer, plan.name, f"{begins}"),
    )
    return {"status": "changed", "valid_from": begins, "new_price": plan.price}


def plan_changed(operator: Operator, caller: Caller, *, new_plan: str) -> dict[str, Value]:
    """What became of a change of plan."""
    plan = plan_named(operator, new_plan)
    found = operator.row(
        "SELECT valid_from FROM plan_change WHERE customer_number = ? AND plan = ?",
        *(_customer(caller), plan.name),
    )
    if found is None:
        return {}
    begins = datetime.date.fromisoformat(found[0])
    return {"status": "changed", "valid_from": begins, "new_price": plan.price}


def _next_month(operator: Operator) -> datetime.date:
    return (operator.today().replace(day=1) + 31 * _DAY).replace(day=1)


def _customer(caller: Caller) -> str:
    """Who has proved to be a customer; tools.py lets nobody else through."""
    if not caller.customer:
        raise LookupError("a verified caller has no customer number")
    return caller.customer
