"""The operator's identity check as a call uses it: it answers in time, or fails."""

from __future__ import annotations

from voice.foreign_code import ForeignError, call_foreign
from voice.identity import Caller, IdentityCheck, IdentityLevel

_NAME = "identity check"


class IdentityInTime:
    """An IdentityCheck whose answers come within so many seconds, or else a ForeignError."""

    def __init__(self, check: IdentityCheck, seconds: float) -> None:
        self._check = check
        self._seconds = seconds
        self.customer_digits = check.customer_digits
        """Length of a customer number."""

    async def knows(self, caller: Caller) -> str | None:
        """See IdentityCheck.knows; raises ForeignError."""
        customer: str | None = await call_foreign(_NAME, self._seconds, self._check.knows, caller)
        if customer is not None and not isinstance(customer, str):
            raise ForeignError(_NAME, "an answer that is no customer number")
        return customer

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        """See IdentityCheck.verify_pin; raises ForeignError."""
        verified: Caller | None = await call_foreign(
            _NAME, self._seconds, self._check.verify_pin, caller, pin
        )
        if verified is None:
            return None
        if not isinstance(verified, Caller) or not isinstance(verified.level, IdentityLevel):
            raise ForeignError(_NAME, "an answer that is no Caller")
        return verified
