"""The response step over the real model, with an office whose tools note what they did."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from voice.identity import Caller, IdentityLevel
from voice.response import (
    Responder,
    ResponseSession,
    ResponseTurn,
    SayClause,
    Step,
    Tool,
    ToolBox,
    Value,
)

ROOT = Path(__file__).resolve().parents[2]
STRANGER = Caller("35315550101", level=IdentityLevel.CLAIMED)
"""Has proved nothing; a trusted trunk vouches for the number."""
CUSTOMER = Caller("35315550101", "123456", IdentityLevel.VERIFIED)
READING = ("check_outage", "get_offer", "get_roaming", "get_visit", "list_plans")
CHANGING = ("book_technician", "change_address", "change_plan", "send_bill_copy")
"""Tools that the office has beside those that the small model knows."""


class Office:
    """An operator's back office that remembers what it was asked to do."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.arguments: list[dict[str, str]] = []
        self.results: dict[str, dict[str, Value]] = {
            "get_bill": {
                "status": "open",
                "amount": Decimal("42.17"),
                "due_date": datetime.date(2026, 12, 14),
            },
            "get_plan": {
                "status": "found", "plan": "Smart", "data_gb": 20, "price": Decimal("19.99"),
            },
            "block_sim": {"status": "blocked", "replacement_days": 3},
            "unblock_sim": {"status": "active"},
            "transfer_to_person": {"status": "ok"},
        }  # fmt: skip
        self.failures: dict[str, Exception] = {}

    def tools(self, without: str = "") -> ToolBox:
        return ToolBox(tool for tool in self.each_tool() if tool.name != without)

    def each_tool(self) -> list[Tool]:
        verified, unknown = IdentityLevel.VERIFIED, IdentityLevel.UNKNOWN
        return [
            self._tool("get_bill", verified, False),
            self._tool("get_plan", unknown, False),
            self._tool("block_sim", verified, True),
            self._tool("unblock_sim", verified, True),
            self._tool("transfer_to_person", unknown, True),
            *(self._tool(name, unknown, False) for name in READING),
            *(self._tool(name, verified, True) for name in CHANGING),
        ]

    def _tool(self, name: str, level: IdentityLevel, side_effect: bool) -> Tool:
        async def run(caller: Caller, arguments: dict[str, str]) -> dict[str, Value]:
            self.done.append(name)
            self.arguments.append(arguments)
            if name in self.failures:
                raise self.failures[name]
            return self.results[name]

        return Tool(name, level, side_effect, run)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture(scope="session")
def responder(embedded_responder_path: Path) -> Iterator[Responder]:
    loaded = Responder.load(embedded_responder_path, ROOT / "tasks", tool_timeout_seconds=0.3)
    yield loaded
    loaded.close()


@pytest.fixture
def session(responder: Responder, office: Office) -> ResponseSession:
    return responder.session(office.tools(), CUSTOMER, has_person=True)


async def steps_of(turn: ResponseTurn) -> list[Step]:
    turn.commit()
    return [step async for step in turn]


def spoken(steps: list[Step]) -> str:
    return " ".join(step.clause for step in steps if isinstance(step, SayClause))


def acts(steps: list[Step]) -> set[str]:
    return {step.act for step in steps if isinstance(step, SayClause)}
