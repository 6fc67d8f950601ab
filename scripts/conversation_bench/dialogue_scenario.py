"""Difficult callers as they are written down in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import yaml

from voice.demo import Customer
from voice.errors import ConfigError
from voice.languages import language

FILE = Path(__file__).parent / "difficult_callers.yaml"
Asked = Literal["pin", "number", "confirm", "person", "lost"]


@dataclass(frozen=True)
class Action:
    """One thing that a caller does: exactly one of `say`, `keys` and `silence`."""

    say: str = ""
    keys: str = ""
    silence: float = 0.0
    """Seconds."""
    into: float | None = None
    """Said when the assistant has been speaking for so many seconds."""


@dataclass(frozen=True)
class Right:
    """What has to have happened for a call to count as right."""

    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    tools: Mapping[str, int] | None = None
    """How often each gave a result, and no other did; None: whatever ran."""
    sim: Literal["active", "blocked"] = "active"
    ends: Literal["", "caller", "person"] = ""
    identified: bool | None = None
    emergency: bool = False
    most_questions: int | None = None


@dataclass(frozen=True)
class Difficult:
    """One caller."""

    name: str
    kind: str
    steps: tuple[Action, ...]
    right: Right
    replies: Mapping[str, tuple[Action, ...]] = field(default_factory=dict)
    harmful: tuple[str, ...] = ()


def load(file: Path = FILE) -> list[Difficult]:
    """All callers of a file; raises ConfigError for what is none."""
    try:
        return [_caller(entry) for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]
    except (OSError, yaml.YAMLError, TypeError, ValueError, KeyError) as error:
        raise ConfigError(f"{file}: not a file of difficult callers: {error}") from None


def facts_of(customer: Customer) -> dict[str, str]:
    """What the books say of the customer, by the names that the scenarios use."""
    wrong = "".join(str((int(digit) + 3) % 10) for digit in customer.pin)
    return {
        "pin": customer.pin,
        "wrong_pin": wrong,
        "number": customer.customer_number,
        "plan": customer.plan.name,
        "data": str(customer.plan.data_gb),
        "amount": f"{customer.amount:.2f}",
        "due": f"{customer.due_date.day} {customer.due_date:%B}",
    }


def spoken(text: str, facts: Mapping[str, str]) -> str:
    """`text` with its numbers digit by digit."""
    numbers = language("en").numbers
    secrets = ("pin", "wrong_pin", "number")
    return text.format(**{**facts, **{name: numbers.digits(facts[name]) for name in secrets}})


def _caller(entry: Mapping[str, Any]) -> Difficult:
    known = {name.name for name in fields(Difficult)}
    if set(entry) - known:
        raise ValueError(f"{entry.get('name')}: unknown {sorted(set(entry) - known)}")
    right: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in entry["right"].items()
    }
    return Difficult(
        entry["name"],
        entry["kind"],
        tuple(Action(**step) for step in entry["steps"]),
        Right(**right),
        {
            asked: tuple(Action(**reply) for reply in replies)
            for asked, replies in entry.get("replies", {}).items()
        },
        tuple(entry.get("harmful", ())),
    )
