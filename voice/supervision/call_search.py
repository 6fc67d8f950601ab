"""What past calls are searched for, and which of them a page shows."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from voice.supervision.masking import significant_digits

CALLS_PER_PAGE = 25
NEEDS_HELP = "needs help"
"""Asked for in place of an end: calls in which something went wrong for the caller."""
_LONGEST_TEXT = 100
_KEY = secrets.token_bytes(16)


def number_mark(number: str | None) -> str:
    """Recognises a whole number without keeping it; empty for none.

    Parts of it cannot be found: else the digits that are masked could be tried one by one.
    """
    digits = significant_digits(number or "")
    return blake2b(digits.encode(), key=_KEY, digest_size=8).hexdigest() if digits else ""


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that is over, as the list shows it."""

    id: str
    number: str
    """Masked."""
    mark: str
    """The `number_mark` of the whole number."""
    task: str
    began: float
    """UTC seconds."""
    duration_ms: int | None
    end: str
    latency_ms: int | None
    trouble: Mapping[str, int]

    def row(self) -> dict[str, Any]:
        """What a page learns of it."""
        return {
            "id": self.id,
            "number": self.number,
            "task": self.task,
            "began": self.began,
            "duration_ms": self.duration_ms,
            "end": self.end,
            "latency_ms": self.latency_ms,
            "trouble": self.trouble,
        }


@dataclass(frozen=True)
class Search:
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
    def of(cls, asked: Mapping[str, str]) -> Search:
        """What a query string asks for; odd values ask for nothing."""
        return cls(
            text=asked.get("text", "").strip()[:_LONGEST_TEXT],
            after=_number(asked.get("after"), 0.0),
            before=_number(asked.get("before"), float("inf")),
            task=asked.get("task", "")[:_LONGEST_TEXT],
            end=asked.get("end", "")[:_LONGEST_TEXT],
            page=max(1, int(_number(asked.get("page"), 1))),
        )

    def fits(self, call: PastCall) -> bool:
        """Whether the call is one of those."""
        return (
            self.after <= call.began < self.before
            and self.task in ("", call.task)
            and (self.end in ("", call.end) or (self.end == NEEDS_HELP and bool(call.trouble)))
            and self._names(call)
        )

    def _names(self, call: PastCall) -> bool:
        text = self.text.lower()
        if not text:
            return True
        known = text in call.number or call.id.lower().startswith(text)
        return known or (bool(call.mark) and number_mark(text) == call.mark)


def found(search: Search, calls: Iterable[PastCall]) -> dict[str, Any]:
    """One page of the calls that fit, the newest first."""
    fitting = sorted(filter(search.fits, calls), key=lambda call: call.began, reverse=True)
    pages = max(1, -(-len(fitting) // CALLS_PER_PAGE))
    page = min(search.page, pages)
    shown = fitting[(page - 1) * CALLS_PER_PAGE : page * CALLS_PER_PAGE]
    return {
        "calls": [call.row() for call in shown],
        "found": len(fitting),
        "page": page,
        "pages": pages,
    }


def _number(text: str | None, otherwise: float) -> float:
    return float(text) if text and re.fullmatch(r"\d{1,12}", text) else otherwise
