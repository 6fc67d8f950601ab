"""Who the caller is, and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class IdentityLevel(IntEnum):
    """How far a caller's identity can be relied on; a tool declares the least that it needs."""

    UNKNOWN = 0
    """Any number in From: anybody can write it there, so nothing is told or looked up by it."""
    CLAIMED = 1
    """Asserted by a trunk that is marked as trusted (P-Asserted-Identity, RFC 3325)."""
    VERIFIED = 2
    """Proved to us, for instance with a PIN."""


@dataclass(frozen=True)
class Caller:
    """The person on the line as far as code (never the model) has established it."""

    number: str | None
    """The calling number in E.164 digits, or None when withheld."""
    customer: str | None = None
    """The customer number, once known."""
    level: IdentityLevel = IdentityLevel.UNKNOWN
