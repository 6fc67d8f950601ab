"""Who the caller is, and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


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


class IdentityCheck(Protocol):
    """What the operator's side knows of its customers; comes with the tools.

    Whatever it raises, only the error's class is kept.
    """

    customer_digits: int
    """Length of a customer number."""

    async def knows(self, caller: Caller) -> str | None:
        """The customer number that a caller's number belongs to, or None.

        Asked only where the number can be relied on, so that nobody learns whose customer he is
        not by writing a number into From.
        """
        ...

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        """The verified caller, or None when the PIN is wrong or nobody is known; constant time."""
        ...
