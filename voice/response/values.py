"""The values of a tool's result: their types, and how they are written in a sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal

from voice.languages import Language
from voice.tasks import TaskTool, ValueKind

Value = Decimal | datetime.date | datetime.time | int | str
"""Money, a date, a time, a count, or words."""

_MOST = 10**12
_LONGEST = 1000
"""Characters of a text: more than a minute of speech."""
_TYPES: dict[ValueKind, type] = {
    "money": Decimal,
    "date": datetime.date,
    "time": datetime.time,
    "number": int,
    "name": str,
    "text": str,
}


class UnexpectedResult(Exception):
    """A tool gave something else than its task says; `reason` holds nothing of what it gave."""

    def __init__(self, tool: str, reason: str) -> None:
        super().__init__(f"{tool}: {reason}")
        self.reason = reason


def written(value: Value, language: Language) -> str:
    """42.17, 14 December, 14:30, 20, or the words themselves."""
    match value:
        case Decimal():
            return language.written_money(value)
        case datetime.date():
            return language.written_date(value)
        case datetime.time():
            return f"{value:%H:%M}"
        case _:
            return str(value)


def checked(tool: TaskTool, result: object) -> dict[str, Value]:
    """A tool's result as plain values of our own, held against its task.

    Raises UnexpectedResult with tool and reason, whatever object the tool gave.
    """
    if not isinstance(result, dict):
        raise UnexpectedResult(tool.name, "a result that is no dict")
    try:
        return _checked(tool, dict(result))
    except UnexpectedResult:
        raise
    except Exception:  # noqa: BLE001 - a tool's objects are foreign code, too
        raise UnexpectedResult(tool.name, "a result that cannot be read") from None


def _checked(tool: TaskTool, result: dict[str, Value]) -> dict[str, Value]:
    status = result.pop("status", None)
    if not isinstance(status, str) or not tool.acts_after(status):
        raise UnexpectedResult(tool.name, "a status that its task does not name")
    values: dict[str, Value] = {"status": "".join(status)}
    for key, value in result.items():
        kind = tool.result.get(key)
        if kind is None or isinstance(kind, dict):
            raise UnexpectedResult(tool.name, "a value that its task does not name")
        if not isinstance(value, _TYPES[kind]) or isinstance(value, bool):
            raise UnexpectedResult(tool.name, f"{key} is no {kind}")
        if not _can_be_said(value):
            raise UnexpectedResult(tool.name, f"{key} cannot be said")
        values[key] = "".join(value) if isinstance(value, str) else value
    return values


def _can_be_said(value: Value) -> bool:
    match value:
        case Decimal():
            return value.is_finite() and abs(value) < _MOST
        case int():
            return abs(value) < _MOST
        case str():
            return len(value) <= _LONGEST
    return True
