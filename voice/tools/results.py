"""The values of a tool's result: held against its task, and read where they came as JSON."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from voice.tasks import STATUS, TaskTool, ValueKind

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
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=$|[T ])")
"""ISO 8601; the time of the day behind it is not said."""
_MINUTE = re.compile(r"\d\d:\d\d(?=$|:\d\d)")
"""The same for a time of the day; its seconds are not said."""


class UnexpectedResult(Exception):
    """A tool gave something else than its task says; `reason` holds nothing of what it gave."""

    def __init__(self, tool: str, reason: str) -> None:
        super().__init__(f"{tool}: {reason}")
        self.reason = reason


def checked(tool: TaskTool, result: object) -> dict[str, Value]:
    """A tool's result as plain values of our own, held against its task.

    Raises UnexpectedResult with tool and reason, whatever object the tool gave.
    """
    if not isinstance(result, dict):
        raise UnexpectedResult(tool.name, "a result that is no dict")
    if len(result) > len(tool.result):
        raise UnexpectedResult(tool.name, "a value that its task does not name")
    try:
        return _checked(tool, dict(result))
    except UnexpectedResult:
        raise
    except Exception:  # noqa: BLE001 - a tool's objects are foreign code, too
        raise UnexpectedResult(tool.name, "a result that cannot be read") from None


def from_json(tool: TaskTool, result: Mapping[str, object]) -> dict[str, object]:
    """What the task names, each value as its kind has it: JSON alone tells no amount from a count.

    What cannot be read so stays as it is, and is for `checked` to refuse.
    """
    return {
        key: _read(kind, result[key])
        for key, kind in tool.result.items()
        if result.get(key) is not None
    }


def _checked(tool: TaskTool, result: dict[str, Value]) -> dict[str, Value]:
    status = result.pop(STATUS, None)
    if not isinstance(status, str) or not tool.acts_after(status):
        raise UnexpectedResult(tool.name, "a status that its task does not name")
    values: dict[str, Value] = {STATUS: "".join(status)}
    for key, value in result.items():
        kind = tool.result.get(key)
        if kind is None or isinstance(kind, dict):
            raise UnexpectedResult(tool.name, "a value that its task does not name")
        if not isinstance(value, _TYPES[kind]) or isinstance(value, bool):
            raise UnexpectedResult(tool.name, f"{key} is no {kind}")
        if not _can_be_said(value):
            raise UnexpectedResult(tool.name, f"{key} cannot be said")
        values[key] = _plain(value) if isinstance(value, str) else value
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


def _plain(words: str) -> str:
    """A text of our own, without what is no sign of any writing."""
    return "".join(sign if sign.isprintable() else " " for sign in words)


def _read(kind: ValueKind | dict[str, list[str]], value: object) -> object:
    try:
        match kind, value:
            case _, bool():
                return value
            case "money", int() | float() | str():
                return Decimal(str(value))
            case "number", str():
                return int(value)
            case "number", float() if value.is_integer():
                return int(value)
            case "date", str() if day := _DAY.match(value):
                return datetime.date.fromisoformat(day[0])
            case "time", str() if _MINUTE.match(value):
                return datetime.time.fromisoformat(value[:5])
            case "name" | "text", int():
                return str(value)
    except (ValueError, InvalidOperation):
        pass
    return value
