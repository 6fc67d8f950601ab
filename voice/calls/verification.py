"""Proving who calls: customer number where needed, then the PIN; a few tries, then no more.

A state machine on digits; it knows nothing of sound, and keeps a PIN no longer than its check.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from voice.calls import phrases
from voice.calls.engines import IdentityCheck
from voice.identity import Caller, IdentityLevel

PIN_DIGITS = 4


class Outcome(Enum):
    """How far the verification is."""

    ASKING = auto()
    VERIFIED = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True)
class Reply:
    """What the verification says next, and where it stands."""

    outcome: Outcome
    text: str
    decided: bool = False
    """A PIN was accepted or refused just now."""


class Verification:
    """One verification of one caller, with at most `attempts` PINs and as many failed replies."""

    def __init__(
        self, check: IdentityCheck, caller: Caller, knows_caller: bool, attempts: int
    ) -> None:
        self._check = check
        self._attempts = attempts
        self._refused = self._misheard = 0
        self._needs_number = not knows_caller
        self.caller = caller
        """The caller as far as they are known by now."""

    @property
    def attempt(self) -> int:
        """Number of the PIN that is asked for, from 1."""
        return self._refused + 1

    @property
    def digits_expected(self) -> int:
        """How many digits the answer to the last question has."""
        return self._check.customer_digits if self._needs_number else PIN_DIGITS

    @property
    def secret(self) -> bool:
        """Whether the answer to the last question must stay unheard."""
        return not self._needs_number

    def question(self) -> Reply:
        """The question that is open."""
        asked = phrases.ASK_CUSTOMER_NUMBER if self._needs_number else phrases.ASK_PIN
        return Reply(Outcome.ASKING, asked)

    async def answer(self, digits: str) -> Reply:
        """Take the digits that the caller said or keyed in."""
        if len(digits) != self.digits_expected:
            return self._not_understood()
        self._misheard = 0
        if self._needs_number:
            self._needs_number = False
            self.caller = replace(self.caller, customer=digits)
            return self.question()
        verified = await self._check.verify_pin(self.caller, digits)
        if verified is not None and verified.level >= IdentityLevel.VERIFIED:
            self.caller = verified
            return Reply(Outcome.VERIFIED, phrases.VERIFIED, decided=True)
        self._refused += 1
        if self._refused >= self._attempts:
            return Reply(Outcome.GIVEN_UP, phrases.NOT_VERIFIED, decided=True)
        return Reply(Outcome.ASKING, phrases.WRONG_PIN, decided=True)

    def _not_understood(self) -> Reply:
        self._misheard += 1
        if self._misheard >= self._attempts:
            return Reply(Outcome.GIVEN_UP, phrases.NOT_VERIFIED)
        again = phrases.CUSTOMER_NUMBER_AGAIN if self._needs_number else phrases.PIN_AGAIN
        return Reply(Outcome.ASKING, again)
