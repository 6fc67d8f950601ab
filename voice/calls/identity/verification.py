"""Proving who calls: customer number where needed, then the PIN; a few tries, then no more.

A state machine on digits; it knows nothing of sound, and keeps a PIN no longer than its check.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Literal

from voice.calls.identity.digits import spoken_digits
from voice.calls.pin_tries import Limit, PinTries, TriesUsedUp
from voice.foreign_code import ForeignError
from voice.identity import Caller, IdentityCheck, IdentityLevel
from voice.languages import Language, Phrases

PIN_DIGITS = 4


class Outcome(Enum):
    """How far the verification is."""

    ASKING = auto()
    VERIFIED = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True)
class VerificationReply:
    """What the verification says next, and where it stands."""

    outcome: Outcome
    text: str
    read_back: str = ""
    """The customer number that was understood."""
    decided: bool = False
    """A PIN was accepted or refused just now."""
    used_up: Limit | None = None
    """The PIN was refused untried: whose tries of this hour are used up."""

    @property
    def reason(self) -> Literal["", "wrong PIN", "too many tries"]:
        """Why the PIN was refused."""
        if self.outcome is Outcome.VERIFIED:
            return ""
        return "too many tries" if self.used_up else "wrong PIN"


class Verification:
    """One verification of one caller, with at most `attempts` PINs and as many wrong numbers.

    `customer` is the caller's customer number where the calling number tells it, and `source` on
    whose account the tries of all calls are counted.
    """

    def __init__(
        self,
        check: IdentityCheck,
        tries: PinTries,
        caller: Caller,
        customer: str | None,
        source: str,
        attempts: int,
        phrases: Phrases,
    ) -> None:
        self._check = check
        self.phrases = phrases
        """What it says; a call may go on in another language."""
        self._tries = tries
        self._customer = customer
        self._source = source
        self._attempts = attempts
        self._refused = self._misheard = 0
        self.begun = ""
        """The first digits of a number, of which the others are to come."""
        self.said_number: str | None = None
        """The customer number that the caller gave."""
        self._unknown = self.caller = caller
        """The caller as far as they are known by now."""

    @property
    def attempt(self) -> int:
        """Number of the PIN that is asked for, from 1."""
        return self._refused + 1

    @property
    def digits_expected(self) -> int:
        """How many digits the answer to the last question has."""
        return PIN_DIGITS if self.secret else self._check.customer_digits

    @property
    def secret(self) -> bool:
        """Whether the answer to the last question must stay unheard."""
        return bool(self._customer)

    def question(self) -> VerificationReply:
        """The question that is open; what was begun to be said to it does not count."""
        self.begun = ""
        asked = self.phrases.ask_pin if self.secret else self.phrases.ask_customer_number
        return VerificationReply(Outcome.ASKING, asked)

    def question_again(self) -> VerificationReply:
        """The same in other words, to a caller who has said something else."""
        self.begun = ""
        again = self.phrases.pin_again if self.secret else self.phrases.customer_number_again
        return VerificationReply(Outcome.ASKING, again)

    def take_back(self) -> VerificationReply | None:
        """The customer number that was read back is wrong; None where none was."""
        if not self.said_number:
            return None
        self.said_number = self._customer = None
        self.caller = self._unknown
        return self.question()

    def digits_of(self, said: str, spoken: Language) -> str:
        """The digits that were said, with those of the turns before of which they are the rest.

        "No, sorry, seven" behind a customer number that was read back corrects that one.
        """
        expected = self.digits_expected
        digits = spoken_digits(said, spoken, expected, self.begun)
        if not (self.secret and self.said_number) or self.begun or len(digits) == expected:
            return digits
        length = self._check.customer_digits
        number = spoken_digits(said, spoken, length, self.said_number)
        if len(number) != length or number == self.said_number:
            return digits
        self.take_back()
        return number

    async def answer(self, digits: str, keyed: bool = False) -> VerificationReply:
        """Take the digits that the caller said, with those that they `begun`, or keyed in."""
        if not keyed and 0 < len(digits) < self.digits_expected and len(digits) > len(self.begun):
            self.begun = digits
            return VerificationReply(Outcome.ASKING, self.phrases.digits_go_on)
        self.begun = ""
        if len(digits) != self.digits_expected:
            return self._not_understood()
        self._misheard = 0
        if not self._customer:
            self._customer = self.said_number = digits
            self.caller = replace(self.caller, customer=digits)
            return replace(self.question(), read_back="" if keyed else digits)
        try:
            verified = await self._try(self._customer, digits)
        except TriesUsedUp as error:
            text = self.phrases.not_verified
            return VerificationReply(Outcome.GIVEN_UP, text, decided=True, used_up=error.limit)
        if verified is not None:
            self.caller = verified
            return VerificationReply(Outcome.VERIFIED, self.phrases.verified, decided=True)
        self._refused += 1
        if self._refused >= self._attempts:
            return VerificationReply(Outcome.GIVEN_UP, self.phrases.not_verified, decided=True)
        return VerificationReply(Outcome.ASKING, self.phrases.wrong_pin, decided=True)

    async def _try(self, customer: str, pin: str) -> Caller | None:
        """The verified caller; only a wrong PIN, or a call that ends meanwhile, costs a try."""
        number = await self._tries.begin(customer, self._source)
        try:
            verified = await self._check.verify_pin(self.caller, pin)
        except ForeignError:
            await self._tries.forgive(number)
            raise
        if verified is None or verified.level < IdentityLevel.VERIFIED:
            return None
        await self._tries.forgive(number)
        return verified

    def _not_understood(self) -> VerificationReply:
        self._misheard += 1
        if self._misheard >= self._attempts:
            return VerificationReply(Outcome.GIVEN_UP, self.phrases.not_verified)
        return self.question_again()
