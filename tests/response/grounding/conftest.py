"""A water company's tasks, and what its tools have said."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from voice.languages import language
from voice.response.grounding import Grounding, Grounds
from voice.response.grounding.grounds import GivenValue
from voice.response.prompts.harmony import Message, ToolResult
from voice.tasks import load_tasks

TODAY = datetime.date(2026, 11, 29)
ACCOUNT: dict[str, GivenValue] = {
    "status": "open",
    "amount": Decimal("42.17"),
    "last_year": Decimal("310.00"),
    "due": datetime.date(2026, 12, 14),
    "read_on": datetime.date(2026, 11, 3),
}
TARIFF: dict[str, GivenValue] = {
    "status": "found",
    "tariff": "Blue Lagoon",
    "litres": 150,
    "price": Decimal("19.99"),
    "discount": 15,
    "hotline": "0800 123 456",
}
CLOSED: dict[str, GivenValue] = {"status": "closed", "days": 3}
GIVEN: dict[str, str] = {"meter": "482913", "slot": "morning"}


class Turns:
    """Makes the grounds of a turn in a language."""

    def __init__(self, tag: str) -> None:
        tasks = load_tasks(Path(__file__).parent / "tasks").in_language(language(tag))
        self.grounding = Grounding(tasks, today=lambda: TODAY)

    def after(self, *results: Mapping[str, GivenValue], history: Sequence[Message] = ()) -> Grounds:
        """The grounds once tools have given these results."""
        grounds = self.grounding.turn([history])
        for result in results:
            tool = next(
                name for name, one in self.grounding.tasks.tools.items()
                if set(result) <= set(one.result) and str(result["status"]) in one.statuses
            )  # fmt: skip
            grounds.add(tool, result, GIVEN if tool == "close_valve" else None)
        return grounds

    def wrong(self, sentence: str, *results: Mapping[str, GivenValue]) -> list[str]:
        """What nothing vouches for, as it stands in the sentence."""
        return [one.text for one in self.after(*results).wrong(sentence)]


@pytest.fixture(scope="session")
def english() -> Turns:
    return Turns("en")


@pytest.fixture(scope="session")
def french() -> Turns:
    return Turns("fr")


def happened(tool: str, status: str) -> list[Message]:
    """An earlier turn in which a tool gave a result."""
    return [ToolResult(tool, {"status": status})]
