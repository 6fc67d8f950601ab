"""What incoming and outgoing calls have in common: the dialog from its answer to its end."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any

from voice.telephony.sip.dialog import Dialog
from voice.telephony.sip.digest import Credentials
from voice.telephony.sip.errors import CallRejected, NotAcceptable, SipSyntaxError
from voice.telephony.sip.grammar import printable, quote, split, unquote
from voice.telephony.sip.headers import HeaderList
from voice.telephony.sip.message import ALLOW, SDP, SipRequest, SipResponse, make_response
from voice.telephony.sip.referral import Referral
from voice.telephony.sip.sdp import SessionDescription
from voice.telephony.sip.server_transaction import InviteServerTransaction, ServerTransaction
from voice.telephony.sip.stack import Stack
from voice.telephony.sip.timers import Handle, Repeater

MAX_SERVED = 64
"""Requests inside a call always pass; so many answers are kept in case one comes again."""
NORMAL_CLEARING = 16

log = logging.getLogger(__name__)


class SipCallState(Enum):
    """Where a call is."""

    RINGING = auto()
    """Not answered yet."""
    ANSWERED = auto()
    """2xx sent, ACK outstanding."""
    CONFIRMED = auto()
    ENDED = auto()


class EndCause(StrEnum):
    """Why a call is over."""

    CANCELLED = "cancelled"
    REJECTED = "rejected"
    REMOTE_BYE = "remote_bye"
    LOCAL_BYE = "local_bye"
    NO_ACK = "no_ack"
    TIMEOUT = "timeout"
    FAILED = "failed"


@dataclass(frozen=True)
class CallEnd:
    """How a call ended; `text` is the Reason's (RFC 3326), made printable."""

    cause: EndCause
    status: int | None = None
    text: str = ""


@dataclass
class CallHandlers:
    """What the owner of a call wants to hear; see the package's docstring."""

    on_acknowledged: Callable[[], None] | None = None
    on_confirmed: Callable[[], None] | None = None
    on_answer: Callable[[SessionDescription], None] | None = None
    on_offer: Callable[[SessionDescription | None], bytes] | None = None
    on_info: Callable[[str, bytes], None] | None = None
    on_ended: Callable[[CallEnd], None] | None = None


def reason_header(text: str, cause: int) -> str:
    """A Reason value (RFC 3326) with a Q.850 cause."""
    return f"Q.850;cause={cause}" + (f";text={quote(text)}" if text else "")


def reason_text(message: SipRequest | SipResponse) -> str:
    """The text of a Reason header as it may be shown; empty when there is none to be read."""
    try:
        parts = split(message.headers.get("Reason") or "", ";")
    except SipSyntaxError:
        return ""
    for part in parts:
        name, _, value = part.partition("=")
        if name.strip().lower() == "text":
            return printable(unquote(value.strip()))
    return ""


class PendingAnswer:
    """A 2xx that is repeated until its ACK comes (13.3.1.4)."""

    def __init__(
        self, stack: Stack, invite: InviteServerTransaction, on_no_ack: Callable[[], None]
    ) -> None:
        self.cseq = invite.request.cseq.sequence
        self._invite = invite
        timers = stack.timers
        self._repeater = Repeater(stack.clock, invite.repeat, timers.t1, timers.t2)
        # A little before the transaction forgets the answer.
        self._deadline: Handle = stack.clock.call_later(timers.timeout - timers.t1 / 2, on_no_ack)

    def stop(self) -> None:
        """The ACK has come, or nobody waits for it any more."""
        self._invite.settle()
        self._repeater.stop()
        self._deadline.cancel()


class SipCall:
    """A call in either direction; not made directly."""

    def __init__(
        self, stack: Stack, handlers: CallHandlers, forget: Callable[[SipCall], None]
    ) -> None:
        self.handlers = handlers
        self.state = SipCallState.RINGING
        self.dialog: Dialog | None = None
        self.end: CallEnd | None = None
        self._stack = stack
        self._forget = forget
        self._over = asyncio.Event()
        self._pending: PendingAnswer | None = None
        self._served: deque[ServerTransaction] = deque()
        self._goodbye: str | None = None
        self._reinviting = False
        self._expects_answer = False
        self._credentials: Credentials | None = None
        """What our requests inside the dialog answer a challenge with."""
        self._referral: Referral | None = None

    async def wait_ended(self) -> CallEnd:
        """Return when the call is over."""
        await self._over.wait()
        assert self.end is not None
        return self.end

    def bye(self, text: str = "", cause: int = NORMAL_CLEARING) -> None:
        """End the call; before the ACK has come the BYE waits for it (RFC 3261 15)."""
        reason = reason_header(text, cause)
        if self.state is SipCallState.CONFIRMED:
            self._send_bye(reason, CallEnd(EndCause.LOCAL_BYE, text=printable(text)))
        elif self.state is SipCallState.ANSWERED:
            self._goodbye = reason

    async def reinvite(self, sdp: bytes) -> SessionDescription:
        """Offer anew (hold, resume); raises CallRejected, and the call goes on as it was."""
        if self.state is not SipCallState.CONFIRMED or self.dialog is None:
            raise CallRejected(481, "no confirmed call")
        if self._reinviting or self._pending is not None:
            raise CallRejected(491, "another offer is under way")
        result: asyncio.Future[SipResponse] = asyncio.get_running_loop().create_future()
        ack: list[bytes] = []
        dialog = self.dialog

        def receive(response: SipResponse | None) -> None:
            if response is None:
                response = make_response(transaction.request, 408)
            if 200 <= response.status < 300:
                if ack:
                    self._stack.send(ack[0], dialog.destination())
                else:
                    dialog.refresh(response)
                    number = transaction.request.cseq.sequence
                    ack.append(self._stack.acknowledge(dialog, number))
            if response.status >= 200 and not result.done():
                result.set_result(response)

        headers = [("Contact", self._stack.contact), ("Content-Type", SDP)]
        self._reinviting = True
        try:
            transaction = self._stack.in_dialog(dialog, "INVITE", receive, headers, sdp)
            response = await result
        finally:
            self._reinviting = False
        if response.status >= 300:
            if response.status in (408, 481):
                self._send_bye(reason_header("", 41), CallEnd(EndCause.FAILED, response.status))
            raise CallRejected(response.status, printable(response.phrase))
        try:
            return SessionDescription.parse(response.body)
        except SipSyntaxError:
            raise CallRejected(488, "the answer holds no session description") from None

    def ask_presence(self) -> None:
        """Ask by OPTIONS whether the other side still knows the call; if not, it ends (12.2.1.2).

        Without any answer that is known after timer F, 32 s.
        """
        if self.state is not SipCallState.CONFIRMED or self.dialog is None:
            return

        def receive(response: SipResponse | None) -> None:
            status = 408 if response is None else response.status
            if status in (408, 481):
                end = CallEnd(EndCause.TIMEOUT, status, "the other side is gone")
                self._send_bye(reason_header(end.text, 102), end)

        self._stack.in_dialog(self.dialog, "OPTIONS", receive, [("Accept", SDP)])

    def refer(
        self,
        target: str,
        credentials: Credentials | None = None,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> Referral:
        """Blind transfer (RFC 3515); raises CallRejected when the call cannot be transferred.

        `on_progress` is called with each provisional status that the other side reports.
        """
        if self.state is not SipCallState.CONFIRMED or self.dialog is None:
            raise CallRejected(481, "no confirmed call")
        self._referral = Referral(self._stack, self.dialog, target, credentials, on_progress)
        return self._referral

    def receive_request(self, transaction: ServerTransaction) -> None:
        """A request inside the dialog."""
        request = transaction.request
        assert self.dialog is not None
        if len(self._served) == MAX_SERVED:
            self._served.popleft().terminate()
        self._served.append(transaction)
        if self.state is SipCallState.ENDED:
            self._respond(transaction, 481)
        elif not self.dialog.accepts(request):
            self._respond(transaction, 500, [("Retry-After", "1")])
        elif request.method == "BYE":
            self._respond(transaction, 200)
            self._hung_up(request)
        elif isinstance(transaction, InviteServerTransaction):
            self._receive_offer(transaction)
        elif request.method == "INFO":
            self._respond(transaction, 200)
            self.tell(self.handlers.on_info, request.content_type, request.body)
        elif request.method == "NOTIFY":
            self._receive_notify(transaction)
        else:
            self._respond(transaction, 200, [("Allow", ", ".join(ALLOW)), ("Accept", SDP)])

    def receive_ack(self, request: SipRequest) -> None:
        """The ACK to one of our answers."""
        if self._pending is None or request.cseq.sequence != self._pending.cseq:
            return
        self._stop_pending()
        first = self.state is SipCallState.ANSWERED
        if first:
            self.state = SipCallState.CONFIRMED
        if self._goodbye is not None:
            self._send_bye(self._goodbye, CallEnd(EndCause.LOCAL_BYE))
            return
        if self._expects_answer and not self._take_answer(request):
            return
        self.tell(self.handlers.on_acknowledged)
        if first:
            self.tell(self.handlers.on_confirmed)

    def tell(self, handler: Callable[..., Any] | None, *values: object) -> None:
        """Call the owner back; what it raises ends this call and no other."""
        if handler is None:
            return
        try:
            handler(*values)
        except Exception:  # the owner's fault must not reach other calls
            log.exception("a call's handler failed")
            self.abort()

    def abort(self, text: str = "internal error") -> None:
        """End the call at once, whether its ACK has come or not."""
        if self.state in (SipCallState.ANSWERED, SipCallState.CONFIRMED):
            self._send_bye(reason_header(text, 41), CallEnd(EndCause.FAILED, 500, text))

    def finish(self, end: CallEnd) -> None:
        """The call is over; tells the owner once."""
        if self.state is SipCallState.ENDED:
            return
        self.state = SipCallState.ENDED
        self.end = end
        self._stop_pending()
        self._forget(self)
        self._over.set()
        self.tell(self.handlers.on_ended, end)
        if self._referral is not None:
            self._referral.call_over()

    def _take_answer(self, request: SipRequest) -> bool:
        """The answer to our late offer stands in the ACK."""
        self._expects_answer = False
        try:
            answer = SessionDescription.parse(request.body)
        except SipSyntaxError:
            self.bye("no session description in the ACK", 47)
            return False
        self.tell(self.handlers.on_answer, answer)
        return self.state is SipCallState.CONFIRMED

    def _receive_offer(self, transaction: InviteServerTransaction) -> None:
        request = transaction.request
        if self._pending is not None or self.state is SipCallState.RINGING:
            self._respond(transaction, 500, [("Retry-After", "2")])
            return
        if self._reinviting:
            self._respond(transaction, 491)
            return
        assert self.dialog is not None
        answer = self._answer_to(transaction)
        if answer is None or self.state is not SipCallState.CONFIRMED:
            self._respond(transaction, 500)
            return
        self.dialog.refresh(request)
        self._expects_answer = not request.body
        headers = [("Contact", self._stack.contact), ("Content-Type", SDP)]
        self._respond(transaction, 200, [*headers, ("Allow", ", ".join(ALLOW))], answer)
        self._pending = PendingAnswer(self._stack, transaction, self._no_ack)

    def _answer_to(self, transaction: InviteServerTransaction) -> bytes | None:
        """Our description for a re-INVITE; None when the transaction got a refusal."""
        request = transaction.request
        if request.body and request.content_type != SDP:
            self._respond(transaction, 415, [("Accept", SDP)])
            return None
        try:
            offer = SessionDescription.parse(request.body) if request.body else None
            if self.handlers.on_offer is None:
                raise NotAcceptable("nobody answers new offers")
            return self.handlers.on_offer(offer)
        except SipSyntaxError:
            self._respond(transaction, 400)
        except NotAcceptable:
            self._respond(transaction, 488)
        return None

    def _receive_notify(self, transaction: ServerTransaction) -> None:
        """Progress of a transfer."""
        if self._referral is None:
            self._respond(transaction, 481)
            return
        self._respond(transaction, 200)
        self.tell(self._referral.notified, transaction.request)

    def _hung_up(self, request: SipRequest) -> None:
        self.finish(CallEnd(EndCause.REMOTE_BYE, text=reason_text(request)))

    def _no_ack(self) -> None:
        end = CallEnd(EndCause.NO_ACK, 408, "no ACK came")
        self._send_bye(reason_header("no ACK came", 102), end)

    def _send_bye(self, reason: str, end: CallEnd) -> None:
        if self.state is SipCallState.ENDED:
            return
        assert self.dialog is not None
        try:
            self._stack.say_goodbye(self.dialog, reason, self._credentials)
        finally:
            self.finish(end)

    def _stop_pending(self) -> None:
        if self._pending is not None:
            self._pending.stop()
            self._pending = None

    def _respond(
        self,
        transaction: ServerTransaction,
        status: int,
        headers: HeaderList = (),
        body: bytes = b"",
    ) -> None:
        tag = self.dialog.local_tag if self.dialog is not None else None
        transaction.respond(
            make_response(transaction.request, status, to_tag=tag, headers=headers, body=body)
        )
