"""A call that we place: INVITE, credentials when asked, ACK, CANCEL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.call import (
    NORMAL_CLEARING,
    CallEnd,
    CallHandlers,
    EndCause,
    SipCall,
    SipCallState,
    reason_header,
)
from voice.telephony.sip.challenges import ChallengeAnswers
from voice.telephony.sip.client_transaction import (
    ClientState,
    ClientTransaction,
    InviteClientTransaction,
)
from voice.telephony.sip.dialog import Dialog
from voice.telephony.sip.digest import Credentials
from voice.telephony.sip.errors import CallRejected, SipSyntaxError
from voice.telephony.sip.grammar import printable, quote
from voice.telephony.sip.headers import HeaderList, Headers
from voice.telephony.sip.invitation import Invitation
from voice.telephony.sip.message import ALLOW, SDP, SipRequest, SipResponse
from voice.telephony.sip.sdp import SessionDescription
from voice.telephony.sip.stack import Stack


class OutgoingCall(SipCall):
    """Await `answered()`; `cancel()` or `bye()` it at any moment."""

    def __init__(
        self,
        stack: Stack,
        uri: str,
        destination: Endpoint,
        sdp: bytes,
        *,
        from_uri: str = "",
        display_name: str = "",
        credentials: Credentials | None = None,
        headers: HeaderList = (),
        handlers: CallHandlers | None = None,
        forget: Callable[[SipCall], None],
        learn: Callable[[SipCall], None],
    ) -> None:
        super().__init__(stack, handlers or CallHandlers(), forget)
        self.call_id = f"{stack.token()}{stack.token()}"
        self.on_ringing: Callable[[int, SessionDescription | None], None] | None = None
        self._uri = uri
        self._destination = destination
        self._sdp = sdp
        self._credentials = credentials
        self._headers = list(headers)
        self._learn = learn
        name = f"{quote(display_name)} " if display_name else ""
        self._from = f"{name}<{from_uri}>;tag={stack.token()}"
        self._cseq = stack.first_cseq()
        self._authorization: list[tuple[str, str]] = []
        self._challenges = ChallengeAnswers(credentials)
        self._cancelled = False
        self._cancel_sent = False
        self._ack: bytes | None = None
        self._answer: asyncio.Future[SessionDescription] = (
            asyncio.get_running_loop().create_future()
        )
        self._invite: ClientTransaction | None = None

    def start(self) -> None:
        """Send the INVITE."""
        values = [("Via", self._stack.via()), ("Max-Forwards", "70"), ("From", self._from)]
        values += [("To", f"<{self._uri}>"), ("Call-ID", self.call_id)]
        values += [("CSeq", f"{self._cseq} INVITE"), ("Contact", self._stack.contact)]
        values += [("Allow", ", ".join(ALLOW)), ("User-Agent", self._stack.product)]
        values += [*self._headers, *self._authorization]
        if self._sdp:
            values.append(("Content-Type", SDP))
        request = SipRequest(Headers(values), self._sdp, method="INVITE", uri=self._uri)
        self._invite = self._stack.transactions.request(request, self._destination, self._receive)

    def withdraw(self, invite: SipRequest) -> None:
        """Cancel what an earlier life was placing by this INVITE.

        It is sent as it was: whoever has it takes it for a repetition, and answers with what holds.
        """
        self._cancelled = True
        self._cseq = invite.cseq.sequence
        proofs = ("Authorization", "Proxy-Authorization")
        self._authorization = [(name, v) for name in proofs for v in invite.headers.getlist(name)]
        self._invite = self._stack.transactions.request(invite, self._destination, self._receive)

    @property
    def invitation(self) -> Invitation | None:
        """The INVITE, while it has no final answer."""
        if self._invite is None or self.state is not SipCallState.RINGING:
            return None
        return Invitation(self._invite.request, self._destination)

    @property
    def is_reached(self) -> bool:
        """Some response has come to the INVITE."""
        return self._invite is not None and self._invite.state is not ClientState.CALLING

    async def answered(self) -> SessionDescription:
        """The other side's description; raises CallRejected."""
        return await asyncio.shield(self._answer)

    def cancel(self) -> None:
        """Give up before the answer; the CANCEL waits for a first response (9.1)."""
        if self.state is SipCallState.RINGING and not self._cancelled:
            self._cancelled = True
            self._send_cancel()

    def bye(self, text: str = "", cause: int = NORMAL_CLEARING) -> None:
        """End the call; cancel it when it is not answered yet."""
        if self.state is SipCallState.RINGING:
            self.cancel()
        else:
            super().bye(text, cause)

    def abort(self, text: str = "internal error") -> None:
        """End the call at once, whether its ACK has come or not."""
        if self.state is SipCallState.RINGING:
            self.cancel()
        else:
            super().abort(text)

    def finish(self, end: CallEnd) -> None:
        """The call is over; tells the owner once."""
        if not self._answer.done():
            self._answer.set_exception(CallRejected(end.status or 487, end.text or end.cause))
            self._answer.exception()  # nobody is obliged to ask
        super().finish(end)

    def _receive(self, response: SipResponse | None) -> None:
        if response is None:
            cause = EndCause.CANCELLED if self._cancelled else EndCause.TIMEOUT
            self.finish(CallEnd(cause, 408, "nobody answered"))
        elif response.status < 200:
            self._progress(response)
        elif response.status < 300:
            self._accepted(response)
        elif not self._try_again(response):
            cause = EndCause.CANCELLED if self._cancelled else EndCause.REJECTED
            self.finish(CallEnd(cause, response.status, printable(response.phrase)))

    def _progress(self, response: SipResponse) -> None:
        if self._cancelled:
            self._send_cancel()
        elif response.status > 100 and self.on_ringing is not None:
            try:
                sdp = SessionDescription.parse(response.body) if response.body else None
            except SipSyntaxError:
                sdp = None
            self.tell(self.on_ringing, response.status, sdp)

    def _accepted(self, response: SipResponse) -> None:
        assert self._invite is not None
        if self.dialog is not None and response.to.tag == self.dialog.remote_tag:
            if self._ack is not None:
                self._stack.send(self._ack, self.dialog.destination())
            return
        dialog = Dialog.of_client(self._invite.request, response, self._destination)
        ack = self._stack.acknowledge(dialog, self._cseq, self._authorization)
        if self.state is not SipCallState.RINGING:
            # A second answer, from another branch of a forked INVITE (13.2.2.4).
            reason = reason_header("answered elsewhere", 26)
            self._stack.say_goodbye(dialog, reason, self._credentials)
            return
        self._ack, self.dialog = ack, dialog
        self.state = SipCallState.CONFIRMED
        self._learn(self)
        if self._cancelled:
            end = CallEnd(EndCause.CANCELLED, 487, "answered too late")
            self._send_bye(reason_header("cancelled", NORMAL_CLEARING), end)
            return
        try:
            answer = SessionDescription.parse(response.body)
        except SipSyntaxError:
            end = CallEnd(EndCause.FAILED, 488, "the answer holds no session description")
            self._send_bye(reason_header("no session description", 47), end)
            return
        self._answer.set_result(answer)
        self.tell(self.handlers.on_confirmed)

    def _try_again(self, response: SipResponse) -> bool:
        """Answer a challenge with a new INVITE; False when that is of no use."""
        if self._cancelled or self._invite is None:
            return False
        answer = self._challenges.answer(self._invite.request, response, self._stack.token())
        if answer is None:
            return False
        self._authorization = [answer]
        self._cseq += 1
        self.start()
        return True

    def _send_cancel(self) -> None:
        invite = self._invite
        if self._cancel_sent or not isinstance(invite, InviteClientTransaction):
            return
        if invite.state is not ClientState.PROCEEDING:
            return
        self._cancel_sent = True
        headers = invite.request.headers
        copied = ("Via", "Max-Forwards", "Route", "From", "To", "Call-ID")
        values = [(name, value) for name in copied for value in headers.getlist(name)]
        values.append(("CSeq", f"{self._cseq} CANCEL"))
        cancel = SipRequest(Headers(values), b"", method="CANCEL", uri=self._uri)
        self._stack.transactions.request(cancel, self._destination, lambda _: None)
        invite.expect_final()
