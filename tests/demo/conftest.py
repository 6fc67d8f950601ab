"""Books of the fictional companies as they are opened on one day."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest

from voice.demo import Customer, Operator
from voice.demo.customers import seeded_customers
from voice.demo.municipality import Resident, Town, seeded_residents
from voice.identity import Caller, IdentityLevel
from voice.response import ToolBox, Value

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.date(2026, 11, 30)
"""A Monday."""
STRANGER = Caller(None)


@pytest.fixture(scope="session")
def first_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written once: hashing PINs takes its time."""
    folder = tmp_path_factory.mktemp("books")
    Operator.create(folder / "operator.sqlite", 5, TODAY)
    Town.create(folder / "town.sqlite", 5, TODAY)
    return folder


@pytest.fixture
def operator(tmp_path: Path, first_books: Path) -> Operator:
    copy = shutil.copy(first_books / "operator.sqlite", tmp_path)
    return Operator(Path(copy), lambda: TODAY)


@pytest.fixture
def customers() -> list[Customer]:
    return seeded_customers(5, TODAY)


@pytest.fixture
def town(tmp_path: Path, first_books: Path) -> Town:
    return Town(Path(shutil.copy(first_books / "town.sqlite", tmp_path)), lambda: TODAY)


@pytest.fixture
def resident() -> Resident:
    return seeded_residents(5, TODAY)[0]


def verified(person: Customer | Resident) -> Caller:
    key = person.customer_number if isinstance(person, Customer) else person.resident_number
    return Caller(person.number, key, IdentityLevel.VERIFIED)


async def run(tools: ToolBox, name: str, caller: Caller, **arguments: Any) -> dict[str, Value]:
    """What a tool gives."""
    tool = tools.get(name)
    assert tool is not None
    result = tool.run(caller, arguments)
    return await result if isinstance(result, Awaitable) else result


async def outcome(
    tools: ToolBox, name: str, caller: Caller, **arguments: Any
) -> dict[str, Value] | None:
    """What a tool's look-up says became of a change."""
    tool = tools.get(name)
    assert tool is not None and tool.outcome is not None
    found = tool.outcome(caller, arguments)
    return await found if isinstance(found, Awaitable) else found
