"""The values of a tool's result: their types, and how they are written in a sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal

from voice.response.tasks import TaskTool, ValueKind

Value = Decimal | datetime.date | int | str
"""Money, a date, a count, or words."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_TYPES: dict[ValueKind, type] = {
    "money": Decimal,
    "date": datetime.date,
    "number": int,
    "name": str,
    "text": str,
}


class UnexpectedResult(Exception):
    """A tool gave something else than its task says; `reason` holds nothing of what it gave."""

    def __init__(self, tool: str, reason: str) -> None:
        super().__init__(f"{tool}: {reason}")
        self.reason = reason


def written(value: Value) -> str:
    """42.17, 14 December, 20, or the words themselves."""
    match value:
        case Decimal():
            return f"{value:.2f}"
        case datetime.date():
            return f"{value.day} {MONTHS[value.month - 1]}"
        case _:
            return str(value)


def check(tool: TaskTool, result: object) -> None:
    """Hold a result against its task; raises UnexpectedResult with tool and reason."""
    if not isinstance(result, dict):
        raise UnexpectedResult(tool.name, "a result that is no dict")
    status = result.get("status")
    if not isinstance(status, str) or not tool.acts_after(status):
        raise UnexpectedResult(tool.name, "a status that its task does not name")
    for key, value in result.items():
        if key == "status":
            continue
        kind = tool.result.get(key)
        if kind is None or isinstance(kind, dict):
            raise UnexpectedResult(tool.name, "a value that its task does not name")
        if not isinstance(value, _TYPES[kind]):
            raise UnexpectedResult(tool.name, f"{key} is no {kind}")
