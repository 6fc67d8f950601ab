"""What a caller said, as the conversation takes it up."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from voice.engine_queue import Priority


@dataclass(frozen=True)
class Said:
    """The caller's words in normal form."""

    text: str
    """Numbers that may be secret are masked in it."""
    confidence: float
    priority: Priority
    heard_last: bool = True
    """They had heard the last answer to its end, and nothing since, when they began."""
    in_full: str = ""
    """The words as they were heard: for the arguments of tools, for no model and no log."""
    today: datetime.date = field(default_factory=datetime.date.today)
    """On which days are counted: "tomorrow"."""
