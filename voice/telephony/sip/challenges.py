"""Answers to digest challenges: each kind once, and once more when only the nonce was too old."""

from __future__ import annotations

from voice.telephony.sip.digest import Credentials, answer_challenge
from voice.telephony.sip.message import SipRequest, SipResponse

MAX_CHALLENGES = 2
_HEADERS = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}


class ChallengeAnswers:
    """What one request is repeated with when it is refused with 401 or 407 (RFC 3261 22.3)."""

    def __init__(self, credentials: Credentials | None) -> None:
        self._credentials = credentials
        self._count = 0

    def answer(
        self, request: SipRequest, response: SipResponse, cnonce: str
    ) -> tuple[str, str] | None:
        """The header to repeat the request with; None when that is of no use."""
        if self._credentials is None or response.status not in _HEADERS:
            return None
        asked, given = _HEADERS[response.status]
        challenges = response.headers.getlist(asked)
        self._count += 1
        if self._count > MAX_CHALLENGES or (self._count > 1 and not _stale(challenges)):
            return None
        value = answer_challenge(challenges, self._credentials, request.method, request.uri, cnonce)
        return None if value is None else (given, value)


def _stale(challenges: list[str]) -> bool:
    return any("stale=true" in value.lower().replace('"', "") for value in challenges)
