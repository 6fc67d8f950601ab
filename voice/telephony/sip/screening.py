"""The checks that a request passes before it reaches a call (RFC 3261 8.2), in their order."""

from __future__ import annotations

from collections.abc import Callable

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.errors import NotAcceptable, SipSyntaxError
from voice.telephony.sip.headers import HeaderList
from voice.telephony.sip.message import ALLOW, KNOWN_METHODS, SDP, SipRequest, retry_after_header
from voice.telephony.sip.offer_answer import check_offer
from voice.telephony.sip.policy import AccessPolicy, Admitted, Challenged, Forbidden
from voice.telephony.sip.sdp import SessionDescription
from voice.telephony.sip.wire import check_addresses


class Refusal(Exception):
    """The request is answered with this status.

    Only to a sender that was admitted is the answer repeated; strangers get one datagram for each
    of theirs and leave no state behind (RFC 3261 8.2.7), so that a flood gains nothing.
    """

    def __init__(
        self,
        status: int,
        headers: HeaderList = (),
        *,
        admitted: bool = False,
        pause: float = 0.0,
    ) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.admitted = admitted
        self.pause = pause
        """Seconds that the answer waits."""


class Screening:
    """Raises Refusal for what may not go on."""

    def __init__(self, policy: AccessPolicy, retry_after: Callable[[], float | None]) -> None:
        self._policy = policy
        self._retry_after = retry_after
        self._allowed = (*ALLOW, "REGISTER") if policy.has_users else ALLOW

    def abilities(self) -> list[tuple[str, str]]:
        """What an OPTIONS is told (11.2)."""
        allow = ("Allow", ", ".join(self._allowed))
        return [allow, ("Accept", SDP), ("Accept-Encoding", "identity")]

    def check_method(self, request: SipRequest) -> None:
        """405, 501, 420."""
        if request.method not in self._allowed:
            status = 405 if request.method in KNOWN_METHODS else 501
            raise Refusal(status, [("Allow", ", ".join(self._allowed))])
        required = ", ".join(request.headers.getlist("Require")).strip(", ")
        if required:
            raise Refusal(420, [("Unsupported", required)])

    def check_invite(
        self, request: SipRequest, source: Endpoint
    ) -> tuple[Admitted, SessionDescription | None]:
        """401, 403, 503, 415, 400, 488; else who was admitted and the offer, if there is one."""
        decision = _admitted(self._policy.decide(request, source))
        wait = self._retry_after()
        if wait is not None:
            raise Refusal(503, [retry_after_header(wait)], admitted=True)
        try:
            check_addresses(request)
        except SipSyntaxError:
            raise Refusal(400, admitted=True) from None
        return decision, self._offer(request, source)

    def check_register(self, request: SipRequest, source: Endpoint) -> str:
        """401, 403; else the user whom it is from."""
        user = _admitted(self._policy.identify(request, source)).account
        assert user is not None  # only users give credentials
        return user

    @staticmethod
    def _offer(request: SipRequest, source: Endpoint) -> SessionDescription | None:
        encoding = (request.headers.get("Content-Encoding") or "identity").strip().lower()
        if encoding != "identity":
            raise Refusal(415, [("Accept-Encoding", "identity")], admitted=True)
        if not request.body:
            return None
        if request.content_type != SDP:
            raise Refusal(415, [("Accept", SDP)], admitted=True)
        try:
            offer = SessionDescription.parse(request.body)
            # Our audio has an address of the same kind as the socket that this came in on.
            check_offer(offer, source[0])
        except SipSyntaxError:
            raise Refusal(400, admitted=True) from None
        except NotAcceptable:
            warning = ("Warning", '304 voice "No common audio format"')
            raise Refusal(488, [warning], admitted=True) from None
        return offer


def _admitted(decision: Admitted | Challenged | Forbidden) -> Admitted:
    if isinstance(decision, Challenged):
        challenges = [("WWW-Authenticate", value) for value in decision.challenges]
        raise Refusal(401, challenges, pause=decision.pause)
    if isinstance(decision, Forbidden):
        raise Refusal(403)
    return decision
