"""A call that came to us, from its INVITE on."""

from __future__ import annotations

from collections.abc import Callable

from voice.telephony.sip.addresses import Uri
from voice.telephony.sip.call import (
    NORMAL_CLEARING,
    CallEnd,
    CallHandlers,
    EndCause,
    PendingAnswer,
    SipCall,
    SipCallState,
    reason_text,
)
from voice.telephony.sip.dialog import Dialog
from voice.telephony.sip.errors import SipSyntaxError
from voice.telephony.sip.grammar import printable
from voice.telephony.sip.headers import HeaderList
from voice.telephony.sip.identity import caller_of, diversion_of
from voice.telephony.sip.message import (
    ALLOW,
    SDP,
    SipRequest,
    make_response,
    retry_after_header,
)
from voice.telephony.sip.policy import Admitted
from voice.telephony.sip.sdp import SessionDescription
from voice.telephony.sip.server_transaction import InviteServerTransaction
from voice.telephony.sip.stack import Stack


class IncomingCall(SipCall):
    """Ring it, answer it, reject it; every method is harmless on a call that is already over."""

    def __init__(
        self,
        stack: Stack,
        transaction: InviteServerTransaction,
        offer: SessionDescription | None,
        admitted: Admitted,
        forget: Callable[[SipCall], None],
    ) -> None:
        super().__init__(stack, CallHandlers(), forget)
        request = transaction.request
        self.transaction = transaction
        self._tag = stack.token()
        self.dialog: Dialog = Dialog.of_server(
            request, self._tag, transaction.source, stack.first_cseq()
        )
        self.offer = offer
        self.source = transaction.source
        self.call_id = request.call_id
        self.account = admitted.account
        self.media = admitted.media
        self.caller = caller_of(request, trusted=admitted.trusted)
        self.display_name = request.sender.display_name
        self.called = _called(request)
        self.diversion = diversion_of(request)

    def ring(self) -> None:
        """Send 180."""
        self._provisional(180, b"")

    def progress(self, sdp: bytes) -> None:
        """Send 183 with early media."""
        self._provisional(183, sdp)

    def answer(self, sdp: bytes) -> None:
        """Send 200, repeated until the ACK comes."""
        if self.state is not SipCallState.RINGING:
            return
        self.state = SipCallState.ANSWERED
        self._expects_answer = self.offer is None
        headers = [("Allow", ", ".join(ALLOW)), ("Accept", SDP), ("Content-Type", SDP)]
        self._reply(200, headers, sdp)
        self._pending = PendingAnswer(self._stack, self.transaction, self._no_ack)

    def reject(self, status: int, reason: str = "", retry_after: float | None = None) -> None:
        """Send a final refusal (300-699); `reason` becomes the phrase."""
        if self.state is not SipCallState.RINGING:
            return
        if not 300 <= status <= 699:
            raise ValueError(f"{status} does not refuse a call")
        headers = [] if retry_after is None else [retry_after_header(retry_after)]
        self._stack.refusals.note(status, self.source)
        self._reply(status, headers, phrase=printable(reason) or None)
        self.finish(CallEnd(EndCause.REJECTED, status, printable(reason)))

    def bye(self, text: str = "", cause: int = NORMAL_CLEARING) -> None:
        """End the call; 480 when it is not answered yet."""
        if self.state is SipCallState.RINGING:
            self.reject(480, text)
        else:
            super().bye(text, cause)

    def abort(self, text: str = "internal error") -> None:
        """End the call at once, whether its ACK has come or not."""
        if self.state is SipCallState.RINGING:
            self.reject(500)
        else:
            super().abort(text)

    def cancelled(self, cancel: SipRequest) -> None:
        """A CANCEL for our INVITE has come; too late once we have answered."""
        if self.state is SipCallState.RINGING:
            self._reply(487)
            self.finish(CallEnd(EndCause.CANCELLED, 487, reason_text(cancel)))

    def _hung_up(self, request: SipRequest) -> None:
        if self.state is SipCallState.RINGING:
            self._reply(487)
        super()._hung_up(request)

    def _provisional(self, status: int, sdp: bytes) -> None:
        if self.state is SipCallState.RINGING:
            self._reply(status, [("Content-Type", SDP)] if sdp else [], sdp)

    def _reply(
        self, status: int, headers: HeaderList = (), body: bytes = b"", phrase: str | None = None
    ) -> None:
        request = self.transaction.request
        route = [("Record-Route", value) for value in request.members("Record-Route")]
        common = [*route, ("Contact", self._stack.contact)] if status < 300 else []
        self.transaction.respond(
            make_response(
                request,
                status,
                to_tag=self._tag,
                phrase=phrase,
                headers=[*common, ("Server", self._stack.product), *headers],
                body=body,
            )
        )


def _called(request: SipRequest) -> str:
    try:
        return Uri.parse(request.uri).user or ""
    except SipSyntaxError:
        return ""
