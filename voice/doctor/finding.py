"""What was found at one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "advice", "fault"]
"""Advice: calls are answered, and less well than they could be. Fault: they are not, or a part of
what the settings promise fails."""


@dataclass(frozen=True)
class Finding:
    """One line of the examination."""

    level: Level
    subject: str
    """The setting that it is about, or a part of the machine."""
    found: str
    remedy: str = ""
    """What to do; empty where nothing is to be done."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.found}" + (f"; {self.remedy}" if self.remedy else "")
