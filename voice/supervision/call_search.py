"""What is known of past calls, and what they are searched for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

CALLS_PER_PAGE = 25
UNKNOWN_END = "unknown"
"""The end of a call that does not say how it ended: its process has died."""
NEEDS_HELP = "needs help"
"""Asked for in place of an end: calls in which something went wrong for the caller."""
_LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that is over, as the list shows it."""

    id: str
    number: str
    """Masked."""
    whole_number: str = field(repr=False)
    """To be recognised by, and not to be kept."""
    task: str
    began: float
    """UTC seconds."""
    duration_ms: int | None
    end: str
    latency_ms: int | None
    trouble: Mapping[str, int]

    @property
    def has_end(self) -> bool:
        """Whether it says itself how it ended."""
        return self.end != UNKNOWN_END


@dataclass(frozen=True)
class CallSearch:
    """What is looked for; what is empty fits every call."""

    text: str = ""
    """A number, as it is shown or whole, or the beginning of a call id."""
    after: float = 0.0
    before: float = float("inf")
    """When the call began, in UTC seconds; `before` is the end of the day asked for."""
    task: str = ""
    end: str = ""
    """How it ended, or NEEDS_HELP."""
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> CallSearch:
        """What a query string asks for; odd values ask for nothing."""
        return cls(
            text=asked.get("text", "").strip()[:_LONGEST_TEXT],
            after=_number(asked.get("after"), 0.0),
            before=_number(asked.get("before"), float("inf")),
            task=asked.get("task", "")[:_LONGEST_TEXT],
            end=asked.get("end", "")[:_LONGEST_TEXT],
            page=max(1, int(_number(asked.get("page"), 1))),
        )


def _number(text: str | None, otherwise: float) -> float:
    return float(text) if text and re.fullmatch(r"\d{1,12}", text) else otherwise
