"""What the operator tells anybody: its network, its prices abroad, its plans."""

from __future__ import annotations

from decimal import Decimal

from voice.demo.customers import Plan
from voice.demo.operator import Operator
from voice.identity import Caller
from voice.tools import Value


def check_outage(
    operator: Operator, caller: Caller, *, postcode: str = "", area: str = ""
) -> dict[str, Value]:
    """Whether the network is down in an area, by its name or its postcode."""
    hours = operator.one(
        "SELECT outage_hours FROM area WHERE name = ? OR postcode = ?", area, postcode
    )
    if hours is None:
        return {"status": "unknown_area"}
    return {"status": "outage", "hours": hours} if hours else {"status": "none"}


def get_roaming(operator: Operator, caller: Caller, *, country: str) -> dict[str, Value]:
    """What a minute and a megabyte cost in a country."""
    found = operator.row(
        "SELECT minute_cents, megabyte_cents FROM roaming WHERE country = ?", country
    )
    if found is None:
        return {"status": "not_offered"}
    minute, megabyte = (Decimal(price) / 100 for price in found)
    if not (minute or megabyte):
        return {"status": "as_at_home"}
    return {"status": "charged", "minute_price": minute, "megabyte_price": megabyte}


def get_offer(operator: Operator, caller: Caller, *, new_plan: str) -> dict[str, Value]:
    """What one of the plans gives, and its price."""
    plan = plan_named(operator, new_plan)
    return {"status": "offered", "offer_data": plan.data_gb, "offer_price": plan.price}


def list_plans(operator: Operator, caller: Caller) -> dict[str, Value]:
    """The cheapest and the dearest plan."""
    query = "SELECT name, price_cents FROM plan ORDER BY price_cents"
    smallest, largest = operator.row(query), operator.row(f"{query} DESC")
    assert smallest and largest, "the operator sells plans"
    return {
        "status": "found",
        "smallest": smallest[0],
        "smallest_price": Decimal(smallest[1]) / 100,
        "largest": largest[0],
        "largest_price": Decimal(largest[1]) / 100,
    }


def plan_named(operator: Operator, name: str) -> Plan:
    """A plan by its name, in whatever case; raises LookupError when there is none."""
    found = operator.row(
        "SELECT name, data_gb, price_cents FROM plan WHERE name = ? COLLATE NOCASE", name
    )
    if found is None:
        raise LookupError("there is no such plan")
    return Plan(found[0], found[1], Decimal(found[2]) / 100)
