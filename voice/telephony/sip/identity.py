"""Who calls, as far as signalling tells: From is anybody's word, a trusted trunk's is a claim."""

from __future__ import annotations

import re

from voice.identity import Caller, IdentityLevel
from voice.telephony.sip.addresses import NameAddress, Uri
from voice.telephony.sip.errors import SipSyntaxError
from voice.telephony.sip.message import SipRequest

_NUMBER = re.compile(r"\+?[0-9().\-]{2,32}")


def caller_of(request: SipRequest, *, trusted: bool) -> Caller:
    """Number and level; P-Asserted-Identity counts only from a trusted trunk (RFC 3325)."""
    privacy = (request.headers.get("Privacy") or "").lower()
    if "id" in re.split(r"[;,\s]+", privacy):
        return Caller(None)
    if trusted:
        for value in request.members("P-Asserted-Identity"):
            number = number_in(value)
            if number is not None:
                return Caller(number, level=IdentityLevel.CLAIMED)
    return Caller(number_in(request.sender.text))


def number_in(address: str) -> str | None:
    """The telephone number in an address's user part, without separators, or None."""
    user = user_in(address)
    if user is None or not _NUMBER.fullmatch(user):
        return None
    digits = re.sub(r"[^0-9+]", "", user)
    return digits if digits.strip("+") else None


def user_in(address: str) -> str | None:
    """The user part of an address's URI, or None."""
    try:
        return Uri.parse(NameAddress.parse(address).uri).user
    except SipSyntaxError:
        return None


def diversion_of(request: SipRequest) -> str | None:
    """From whom the call was forwarded: Diversion (RFC 5806), else History-Info (RFC 7044)."""
    for name in ("Diversion", "History-Info"):
        members = request.members(name)
        if members:
            return user_in(members[0])
    return None
