"""What customers order or change stands in the books once, and can be looked up afterwards."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.demo.conftest import STRANGER, TODAY, outcome, run, verified
from voice.demo import Customer, Operator
from voice.demo.customers import PLANS
from voice.demo.tools import tools_of
from voice.evaluation.database_changes import snapshot
from voice.identity import Caller

FRIDAY = datetime.date(2026, 12, 4)
SUNDAY = datetime.date(2026, 12, 6)
VISIT = {"day": FRIDAY, "window": "morning"}
COPY = {"month": "october", "by": "post"}
ADDRESS = {"street": "rue des Lilas", "house": 14, "postcode": "20140"}


@pytest.fixture
def caller(customers: list[Customer]) -> Caller:
    return verified(customers[0])


@pytest.mark.parametrize(
    ("tool", "arguments", "table"),
    [
        ("book_technician", VISIT, "visit"),
        ("send_bill_copy", COPY, "bill_copy"),
        ("change_address", ADDRESS, "contact"),
    ],
)
async def test_a_change_made_twice_is_made_once(
    operator: Operator, caller: Caller, tool: str, arguments: dict[str, Any], table: str
) -> None:
    tools, before = tools_of(operator), snapshot(operator.path)
    assert await outcome(tools, tool, caller, **arguments) == {}
    first = await run(tools, tool, caller, **arguments)
    after = snapshot(operator.path)
    assert {name for name in after if after[name] != before[name]} == {table}
    assert await run(tools, tool, caller, **arguments) == first
    assert snapshot(operator.path) == after
    assert await outcome(tools, tool, caller, **arguments) == first


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("book_technician", VISIT), ("send_bill_copy", COPY), ("change_address", ADDRESS),
        ("change_plan", {"new_plan": "smart"}), ("get_visit", {}),
    ],
)  # fmt: skip
async def test_nobody_orders_for_somebody_else(
    operator: Operator, customers: list[Customer], tool: str, arguments: dict[str, Any]
) -> None:
    before = snapshot(operator.path)
    for liar in (STRANGER, Caller(customers[0].number, customers[0].customer_number)):
        with pytest.raises(PermissionError):
            await run(tools_of(operator), tool, liar, **arguments)
    assert snapshot(operator.path) == before


async def test_a_visit_is_told_and_moved(operator: Operator, caller: Caller) -> None:
    tools = tools_of(operator)
    assert await run(tools, "get_visit", caller) == {"status": "none"}
    await run(tools, "book_technician", caller, **VISIT)
    told = await run(tools, "get_visit", caller)
    assert told == {"status": "booked_morning", "visit_day": FRIDAY}
    later = FRIDAY + datetime.timedelta(days=4)
    await run(tools, "book_technician", caller, day=later, window="evening")
    told = await run(tools, "get_visit", caller)
    assert told == {"status": "booked_evening", "visit_day": later}


@pytest.mark.parametrize(
    ("day", "status", "offered"),
    [
        (TODAY, "too_early", datetime.date(2026, 12, 1)),
        (SUNDAY, "closed", datetime.date(2026, 12, 7)),
    ],
)
async def test_a_day_on_which_nobody_comes_books_nothing(
    operator: Operator, caller: Caller, day: datetime.date, status: str, offered: datetime.date
) -> None:
    said = await run(tools_of(operator), "book_technician", caller, day=day, window="morning")
    assert said == {"status": status, "visit": offered}
    assert await run(tools_of(operator), "get_visit", caller) == {"status": "none"}


async def test_when_all_technicians_are_out_the_next_day_is_offered(
    operator: Operator, customers: list[Customer]
) -> None:
    tools = tools_of(operator)
    for person in customers[:2]:
        said = await run(tools, "book_technician", verified(person), **VISIT)
        assert said["status"] == "booked"
    said = await run(tools, "book_technician", verified(customers[2]), **VISIT)
    assert said == {"status": "full", "visit": FRIDAY + datetime.timedelta(days=1)}


@pytest.mark.parametrize(
    ("month", "entered"),
    [
        ("latest", "2026-11"), ("this_month", "2026-11"), ("last_month", "2026-10"),
        ("october", "2026-10"), ("june", "2026-06"),
    ],
)  # fmt: skip
async def test_the_month_of_a_bill_is_the_last_one_of_that_name(
    operator: Operator, caller: Caller, month: str, entered: str
) -> None:
    await run(tools_of(operator), "send_bill_copy", caller, month=month, by="post")
    assert operator.row("SELECT month, sent_to FROM bill_copy") == (entered, "post")


async def test_a_bill_of_long_ago_is_not_there(operator: Operator, caller: Caller) -> None:
    said = await run(tools_of(operator), "send_bill_copy", caller, month="may", by="post")
    assert said == {"status": "no_bill"}


async def test_a_copy_goes_to_the_address_in_the_books_or_to_the_one_that_is_said(
    operator: Operator, customers: list[Customer]
) -> None:
    tools = tools_of(operator)
    without = next(person for person in customers if not person.email)
    asked: dict[str, Any] = {"month": "latest", "by": "email"}
    assert await run(tools, "send_bill_copy", verified(without), **asked) == {"status": "no_email"}
    for person, said in ((customers[0], ""), (without, "new@example.org")):
        sent = await run(tools, "send_bill_copy", verified(person), **asked, email=said)
        assert sent == {"status": "sent_by_email"}
    with operator.books() as books:
        sent_to = {row[0] for row in books.execute("SELECT sent_to FROM bill_copy")}
    assert sent_to == {customers[0].email, "new@example.org"}


async def test_an_unknown_postcode_changes_no_address(operator: Operator, caller: Caller) -> None:
    before = snapshot(operator.path)
    wrong = {**ADDRESS, "postcode": "99999"}
    said = await run(tools_of(operator), "change_address", caller, **wrong)
    assert said == {"status": "unknown_postcode"}
    assert snapshot(operator.path) == before


async def test_a_plan_changes_with_the_month_and_back_again(
    operator: Operator, customers: list[Customer]
) -> None:
    tools, caller, own = tools_of(operator), verified(customers[0]), customers[0].plan
    other = next(plan for plan in PLANS if plan != own)
    changed = await run(tools, "change_plan", caller, new_plan=other.name.lower())
    assert changed == {
        "status": "changed",
        "valid_from": datetime.date(2026, 12, 1),
        "new_price": other.price,
    }
    assert await outcome(tools, "change_plan", caller, new_plan=other.name) == changed
    assert (await run(tools, "get_plan", caller))["plan"] == own.name, "until the month is over"
    kept = await run(tools, "change_plan", caller, new_plan=own.name)
    assert kept == {"status": "same", "new_price": own.price}
    assert operator.row("SELECT * FROM plan_change") is None


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"area": "harbour"}, {"status": "outage", "hours": 3}),
        ({"postcode": "20160"}, {"status": "outage", "hours": 2}),
        ({"area": "ashdown"}, {"status": "none"}),
        ({"postcode": "99999"}, {"status": "unknown_area"}),
    ],
)
async def test_outages_are_known_by_area_and_postcode(
    operator: Operator, where: dict[str, str], said: dict[str, object]
) -> None:
    assert await run(tools_of(operator), "check_outage", STRANGER, **where) == said


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("spain", {"status": "as_at_home"}),
        (
            "kenya",
            {
                "status": "charged",
                "minute_price": Decimal("1.49"),
                "megabyte_price": Decimal("1.10"),
            },
        ),
        ("australia", {"status": "not_offered"}),
    ],
)
async def test_roaming_costs_what_the_table_says(
    operator: Operator, country: str, said: dict[str, object]
) -> None:
    assert await run(tools_of(operator), "get_roaming", STRANGER, country=country) == said


async def test_the_plans_are_told_with_their_prices(operator: Operator) -> None:
    tools = tools_of(operator)
    found = await run(tools, "list_plans", STRANGER)
    assert (found["smallest"], found["largest"]) == ("Basic", "Premium")
    for plan in PLANS:
        offer = await run(tools, "get_offer", STRANGER, new_plan=plan.name.lower())
        assert (offer["offer_data"], offer["offer_price"]) == (plan.data_gb, plan.price)
