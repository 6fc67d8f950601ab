"""Larkfield Telecom's books: seeded, with hashed PINs, and changed by nothing but a block."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.demo.conftest import TODAY, run
from voice.demo import CustomerDirectory, Operator
from voice.demo.customers import Customer, seeded_customers
from voice.demo.pins import hash_pin, is_right_pin
from voice.demo.tools import load, tools_of
from voice.errors import ConfigError
from voice.identity import Caller, IdentityLevel
from voice.settings import Demo, Settings


@pytest.fixture
def person(customers: list[Customer]) -> Customer:
    return customers[0]


def _rows(operator: Operator) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(operator.path)) as books:
        tables = ("customer", "plan", "bill", "sim")
        return {name: books.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


def _claimed(number: str) -> Caller:
    """As a trusted trunk asserts the number."""
    return Caller(number, level=IdentityLevel.CLAIMED)


def test_the_same_seed_makes_the_same_customers() -> None:
    assert seeded_customers(5, TODAY) == seeded_customers(5, TODAY)
    assert seeded_customers(5, TODAY) != seeded_customers(6, TODAY)


def test_pins_are_kept_as_salted_hashes(operator: Operator) -> None:
    rows = _rows(operator)["customer"]
    pins = {person.pin for person in seeded_customers(5, TODAY)}
    assert not pins & {value for row in rows for value in row}
    assert hash_pin("1234") != hash_pin("1234")


async def test_the_right_pin_verifies(operator: Operator, person: Customer) -> None:
    directory = CustomerDirectory(operator)
    caller = Caller(person.number)
    assert await directory.knows(caller) == person.customer_number
    verified = await directory.verify_pin(caller, person.pin)
    assert verified == Caller(person.number, person.customer_number, IdentityLevel.VERIFIED)


async def test_a_wrong_pin_does_not(operator: Operator, person: Customer) -> None:
    wrong = f"{(int(person.pin) + 1) % 10_000:04d}"
    assert await CustomerDirectory(operator).verify_pin(Caller(person.number), wrong) is None


async def test_a_stranger_is_known_by_customer_number(operator: Operator, person: Customer) -> None:
    directory = CustomerDirectory(operator)
    assert not await directory.knows(Caller("4915550000"))
    assert await directory.verify_pin(Caller("4915550000"), person.pin) is None
    verified = await directory.verify_pin(Caller(None, person.customer_number), person.pin)
    assert verified is not None and verified.level is IdentityLevel.VERIFIED


def test_pins_are_compared_whatever_their_length() -> None:
    stored = hash_pin("0042")
    assert is_right_pin("0042", stored)
    assert not any(is_right_pin(pin, stored) for pin in ("", "42", "00420", "4200"))


async def test_blocking_changes_one_row_and_nothing_else(
    operator: Operator, person: Customer
) -> None:
    before = _rows(operator)
    caller = Caller(person.number, person.customer_number, IdentityLevel.VERIFIED)
    first = await run(tools_of(operator), "block_sim", caller)
    again = await run(tools_of(operator), "block_sim", caller)
    assert (first["status"], again["status"]) == ("blocked", "already_blocked")
    after = _rows(operator)
    assert set(after["sim"]) - set(before["sim"]) == {(person.customer_number, "blocked")}
    assert {**before, "sim": after["sim"]} == after


async def test_tools_refuse_callers_who_have_not_proved_themselves(
    operator: Operator, person: Customer
) -> None:
    before = _rows(operator)
    for name in ("get_bill", "get_plan", "block_sim"):
        with pytest.raises(PermissionError):
            await run(tools_of(operator), name, Caller(person.number, person.customer_number))
    assert _rows(operator) == before


async def test_bill_and_plan_are_what_the_books_say(operator: Operator, person: Customer) -> None:
    caller = Caller(person.number, person.customer_number, IdentityLevel.VERIFIED)
    bill = await run(tools_of(operator), "get_bill", caller)
    assert (bill["amount"], bill["due_date"]) == (person.amount, person.due_date)
    plan = await run(tools_of(operator), "get_plan", _claimed("+" + person.number))
    assert (plan["plan"], plan["price"]) == (person.plan.name, person.plan.price)
    nobody = await run(tools_of(operator), "get_plan", _claimed("1"))
    assert nobody == {"status": "not_found"}


async def test_a_customer_number_that_was_only_said_tells_no_plan(
    operator: Operator, person: Customer
) -> None:
    liar = Caller("1", person.customer_number, IdentityLevel.CLAIMED)
    assert await run(tools_of(operator), "get_plan", liar) == {"status": "not_found"}


def test_a_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    settings = Settings(demo=Demo(database=tmp_path / "new" / "operator.sqlite"))
    load(settings)
    assert settings.demo.database.exists()
    load(settings)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_something_else_is_no_database(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "operator.sqlite"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="not a database of the operator"):
        Operator.open(file)


def test_a_place_where_nothing_can_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        Operator.create(tmp_path / "file" / "operator.sqlite", 1)


async def test_a_block_that_gave_no_answer_can_be_looked_up(
    operator: Operator, person: Customer
) -> None:
    tools = tools_of(operator)
    block = tools.get("block_sim")
    assert block is not None and block.outcome is not None
    caller = Caller(person.number, person.customer_number, IdentityLevel.VERIFIED)
    assert block.outcome(caller, {}) == {}
    done = await run(tools, "block_sim", caller)
    assert block.outcome(caller, {}) == done
