"""Who calls: customers by telephone number or customer number, and their PIN."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from voice.demo.customers import CUSTOMER_DIGITS
from voice.demo.pins import DUMMY_HASH, is_right_pin
from voice.foreign_code import off_loop
from voice.identity import Caller, IdentityLevel


class Members(Protocol):
    """Books in which people have a number and a PIN."""

    def customer_of(self, number: str) -> str | None:
        """The customer number that a telephone number belongs to."""

    def pin_hash(self, customer_number: str) -> bytes | None:
        """The hash of a PIN; None where nobody has this customer number."""


class CustomerDirectory:
    """The company's side of establishing a caller's identity."""

    customer_digits = CUSTOMER_DIGITS
    """Length of a customer number."""

    def __init__(self, members: Members) -> None:
        self._members = members

    async def knows(self, caller: Caller) -> str | None:
        """The customer number that the calling number or the customer number belongs to."""
        return await off_loop("directory", self._customer, caller)

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        """The verified caller, or None when the PIN is wrong or nobody is known."""
        return await off_loop("directory", self._verify, caller, pin)

    def _verify(self, caller: Caller, pin: str) -> Caller | None:
        """A hash is computed in every case, so that the time says nothing."""
        customer = self._customer(caller)
        stored = self._members.pin_hash(customer) if customer else None
        right = is_right_pin(pin, stored or DUMMY_HASH)
        if not right or stored is None:
            return None
        return replace(caller, customer=customer, level=IdentityLevel.VERIFIED)

    def _customer(self, caller: Caller) -> str | None:
        return customer_of(self._members, caller)


def customer_of(members: Members, caller: Caller) -> str | None:
    """The customer number of a caller, as far as they are known; blocking."""
    if caller.customer:
        known = members.pin_hash(caller.customer) is not None
        return caller.customer if known else None
    digits = "".join(filter(str.isdigit, caller.number or ""))
    return members.customer_of(digits) if digits else None
