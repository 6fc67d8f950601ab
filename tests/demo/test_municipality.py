"""The town's desk: what it tells, what it takes down, and that this happens once."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.demo.conftest import STRANGER, TODAY, outcome, run, verified
from voice.demo import CustomerDirectory, Operator
from voice.demo.municipality import Resident, Town, seeded_residents
from voice.demo.municipality.almanac import BINS, STREETS, next_emptied
from voice.demo.municipality.tools import DATABASE, load, tools_of
from voice.errors import ConfigError
from voice.evaluation.database_changes import snapshot
from voice.identity import Caller
from voice.settings import Demo, Settings

FRIDAY = datetime.date(2026, 12, 4)
TEN = datetime.time(10)
SLOT = {"matter": "passport", "day": FRIDAY, "at": TEN, "phone": "0855501122"}
PERMIT = {"zone": "north", "plate": "441902"}
LIGHT = {"street": "mill_lane", "lamp": "212"}
NOISE = {"street": "mill_lane", "source": "dog"}


def test_the_same_seed_makes_the_same_residents() -> None:
    assert seeded_residents(5, TODAY) == seeded_residents(5, TODAY)
    assert seeded_residents(5, TODAY) != seeded_residents(6, TODAY)


async def test_residents_prove_who_they_are_by_number_and_pin(
    town: Town, resident: Resident
) -> None:
    directory = CustomerDirectory(town)
    assert await directory.knows(Caller(resident.number)) == resident.resident_number
    said = Caller(None, resident.resident_number)
    assert await directory.verify_pin(said, resident.pin) is not None
    assert await directory.verify_pin(said, "x") is None


@pytest.mark.parametrize(
    ("tool", "arguments", "first", "again"),
    [
        ("apply_for_permit", PERMIT, "granted", "has_one"),
        ("book_registry", SLOT, "booked", "booked"),
        ("report_light", LIGHT, "noted", "known"),
        ("complain_of_noise", NOISE, "recorded", "known"),
    ],
)
async def test_what_is_asked_for_twice_is_there_once(
    town: Town, resident: Resident, tool: str, arguments: dict[str, Any], first: str, again: str
) -> None:
    tools, caller = tools_of(town), verified(resident)
    assert await outcome(tools, tool, caller, **arguments) == {}
    done = await run(tools, tool, caller, **arguments)
    after = snapshot(town.path)
    assert await outcome(tools, tool, caller, **arguments) == done
    repeated = await run(tools, tool, caller, **arguments)
    assert (done["status"], repeated["status"]) == (first, again)
    assert snapshot(town.path) == after


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_instalment", {}), ("apply_for_permit", PERMIT),
        ("order_certificate", {"married": FRIDAY, "copies": 1}),
    ],
)  # fmt: skip
async def test_strangers_get_nothing_of_a_resident(
    town: Town, tool: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(PermissionError):
        await run(tools_of(town), tool, STRANGER, **arguments)


@pytest.mark.parametrize(
    ("place", "day", "hours"),
    [
        ("town_hall", FRIDAY, ("09:00", "16:00")), ("pool", TODAY, ("07:00", "21:00")),
        ("museum", FRIDAY, ("11:00", "17:30")), ("library", TODAY, None),
    ],
)  # fmt: skip
async def test_opening_hours_are_those_of_the_day(
    town: Town, place: str, day: datetime.date, hours: tuple[str, str] | None
) -> None:
    told = await run(tools_of(town), "look_up_hours", STRANGER, place=place, when=day)
    if hours is None:
        assert told == {"status": "closed", "day": day}
    else:
        assert (f"{told['opens']:%H:%M}", f"{told['closes']:%H:%M}") == hours
    if day == TODAY:
        assert told == await run(tools_of(town), "look_up_hours", STRANGER, place=place)


@pytest.mark.parametrize("kind", BINS)
@pytest.mark.parametrize("street", STREETS)
def test_the_lorry_comes_on_one_weekday_and_every_so_many_weeks(street: str, kind: str) -> None:
    day = next_emptied(street, kind, TODAY)
    assert TODAY <= day < TODAY + datetime.timedelta(weeks=BINS[kind])
    assert day.weekday() < 5
    assert next_emptied(street, kind, day) == day
    following = next_emptied(street, kind, day + datetime.timedelta(days=1))
    assert following - day == datetime.timedelta(weeks=BINS[kind])


async def test_bulky_waste_is_fetched_on_a_friday_that_leaves_time(town: Town) -> None:
    told = await run(tools_of(town), "next_collection", STRANGER, street="mill_lane", bin="bulky")
    assert told == {"status": "by_order", "next_day": datetime.date(2026, 12, 11)}


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ({"at": datetime.time(19)}, (datetime.date(2026, 12, 7), datetime.time(9))),
        ({"day": TODAY}, (datetime.date(2026, 12, 1), datetime.time(9))),
        ({"day": datetime.date(2026, 12, 5)}, (datetime.date(2026, 12, 7), datetime.time(9))),
    ],
)
async def test_when_the_registry_is_closed_the_next_hour_is_offered(
    town: Town, asked: dict[str, Any], offered: tuple[datetime.date, datetime.time]
) -> None:
    before = snapshot(town.path)
    said = await run(tools_of(town), "book_registry", STRANGER, **{**SLOT, **asked})
    assert said == {"status": "closed", "slot_day": offered[0], "slot_time": offered[1]}
    assert snapshot(town.path) == before


async def test_an_hour_that_somebody_has_is_not_given_away(town: Town) -> None:
    tools = tools_of(town)
    await run(tools, "book_registry", STRANGER, **SLOT)
    said = await run(tools, "book_registry", STRANGER, **{**SLOT, "phone": "0855509999"})
    assert said == {"status": "taken", "slot_day": FRIDAY, "slot_time": datetime.time(11)}
    assert await outcome(tools, "book_registry", STRANGER, **SLOT) != {}


async def test_a_certificate_is_of_the_residents_own_wedding(
    town: Town, resident: Resident
) -> None:
    tools, caller = tools_of(town), verified(resident)
    wrong = resident.married + datetime.timedelta(days=1)
    said = await run(tools, "order_certificate", caller, married=wrong, copies=2)
    assert said == {"status": "not_married_here"}
    said = await run(tools, "order_certificate", caller, married=resident.married, copies=2)
    assert said["total"] == Decimal("25.00")
    asked = {"married": resident.married, "copies": 2}
    assert await outcome(tools, "order_certificate", caller, **asked) == said


async def test_the_instalment_is_what_the_books_say(town: Town) -> None:
    for person in seeded_residents(5, TODAY):
        told = await run(tools_of(town), "get_instalment", verified(person))
        if person.instalment:
            assert (told["instalment"], told["payable_by"]) == (
                person.instalment,
                person.payable_by,
            )
        else:
            assert told == {"status": "paid"}


async def test_lost_property_is_found_or_not(town: Town) -> None:
    tools = tools_of(town)
    found = await run(tools, "find_lost", STRANGER, item="umbrella")
    assert found == {"status": "found", "fetch_by": datetime.date(2026, 12, 20)}
    assert await run(tools, "find_lost", STRANGER, item="ring") == {"status": "not_found"}


def test_its_books_lie_beside_the_operators(tmp_path: Path) -> None:
    settings = Settings(demo=Demo(database=tmp_path / "operator.sqlite"))
    load(settings)
    assert (tmp_path / DATABASE).exists() and not settings.demo.database.exists()
    Operator.create(tmp_path / DATABASE, 1)
    with pytest.raises(ConfigError, match="not a database of the town"):
        load(settings)
