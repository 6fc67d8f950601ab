"""The user agent: takes datagrams in, finds out whose they are, makes and ends calls."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import secrets
from collections.abc import Callable
from typing import Protocol

from voice.telephony.sip.addresses import Endpoint, Uri, bracketed
from voice.telephony.sip.call import (
    CallEnd,
    CallHandlers,
    EndCause,
    SipCall,
    SipCallState,
    reason_header,
)
from voice.telephony.sip.datagrams import DatagramPort
from voice.telephony.sip.dialog import Dialog, DialogId
from voice.telephony.sip.digest import Credentials
from voice.telephony.sip.errors import SipSyntaxError
from voice.telephony.sip.grammar import printable
from voice.telephony.sip.headers import HeaderList
from voice.telephony.sip.incoming_call import IncomingCall
from voice.telephony.sip.invitation import Invitation
from voice.telephony.sip.message import SipRequest, make_response, retry_after_header
from voice.telephony.sip.outgoing_call import OutgoingCall
from voice.telephony.sip.policy import AccessPolicy
from voice.telephony.sip.registrar import NotRegistered, Registrar
from voice.telephony.sip.screening import Refusal, Screening
from voice.telephony.sip.server_transaction import InviteServerTransaction, ServerTransaction
from voice.telephony.sip.stack import Stack
from voice.telephony.sip.timers import Timers
from voice.telephony.sip.wire import RefusedRequest, check_addresses, parse

ORPHAN_CSEQ_STEP = 1000
"""A journal may be older than the dialog: numbers beyond any that can have been used since."""
RETRY_AFTER_SECONDS = 10.0

log = logging.getLogger(__name__)


class Port(Protocol):
    """A bound socket, or a test's network."""

    address: Endpoint

    def send(self, data: bytes, destination: Endpoint) -> None:
        """Send one datagram."""

    def close(self) -> None:
        """Free the port."""


class UserAgent:
    """One SIP endpoint on one UDP port; the package's docstring shows its use."""

    def __init__(
        self,
        on_call: Callable[[IncomingCall], None] | None = None,
        *,
        policy: AccessPolicy | None = None,
        admission: Callable[[], float | None] = lambda: None,
        on_refused: Callable[[int], None] = lambda status: None,
        available: Callable[[], bool] = lambda: True,
        open_invites: int = 32,
        advertised: str | None = None,
        name: str = "Voice",
        timers: Timers | None = None,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._on_call = on_call
        self._screening = Screening(policy or AccessPolicy(), self._retry_after)
        self._registrar = Registrar()
        self._admission = admission
        self._on_refused = on_refused
        self._available = available
        self._open_invites = open_invites
        self._advertised = advertised
        self._name = name
        self._timers = timers or Timers()
        self._random = random
        self._tag_key = random(16)
        self._draining = False
        self._port: DatagramPort | Port | None = None
        self._stack: Stack | None = None
        self._calls: set[SipCall] = set()
        self._dialogs: dict[DialogId, SipCall] = {}
        self._invites: dict[ServerTransaction, IncomingCall] = {}

    async def listen(self, host: str, port: int) -> None:
        """Bind and begin to serve; raises OSError when the port is in use."""
        self.attach(await DatagramPort.open(host, port, self.receive))

    def attach(self, port: DatagramPort | Port) -> None:
        """Serve on a socket that is already bound."""
        self._port = port
        host, number = port.address
        self._stack = Stack(
            self,
            port.send,
            asyncio.get_running_loop(),
            self._timers,
            self._random,
            (self._advertised or host, number),
            self._name,
            self._open_invites,
        )

    @property
    def address(self) -> Endpoint:
        """Where it is bound."""
        if self._port is None:
            raise RuntimeError("listen() comes first")
        return self._port.address

    @property
    def calls(self) -> frozenset[SipCall]:
        """The calls that are not over."""
        return frozenset(self._calls)

    def dialogs(self) -> list[Dialog]:
        """The confirmed dialogs, for a journal."""
        confirmed = (call for call in self._calls if call.state is SipCallState.CONFIRMED)
        return [call.dialog for call in confirmed if call.dialog is not None]

    def invitations(self) -> list[Invitation]:
        """Our INVITEs without a final answer, for a journal."""
        placed = (call.invitation for call in self._calls if isinstance(call, OutgoingCall))
        return [invitation for invitation in placed if invitation is not None]

    async def drain(self, seconds: float) -> None:
        """Refuse new calls with 503 and wait until the running ones are over, or time is up."""
        self._draining = True
        waits = [asyncio.ensure_future(call.wait_ended()) for call in self._calls]
        if waits:
            _, late = await asyncio.wait(waits, timeout=seconds)
            for wait in late:
                wait.cancel()

    async def close(self, patience: float = 2.0) -> None:
        """End all calls, wait for the answers to our BYEs, free the port."""
        if self._stack is None or self._port is None:
            return
        self._draining = True
        for call in tuple(self._calls):
            if isinstance(call, IncomingCall):
                call.reject(503)
            call.bye("shutting down")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                # A call whose ACK has yet to come says goodbye only after it.
                for call in tuple(self._calls):
                    await call.wait_ended()
                if self._running.goodbyes:
                    await asyncio.wait(self._running.goodbyes)
        for call in tuple(self._calls):
            call.abort("shutting down")
            call.finish(CallEnd(EndCause.LOCAL_BYE, text="shutting down"))
        self._running.transactions.close()
        self._port.close()

    def invite(
        self,
        uri: str,
        sdp: bytes,
        *,
        credentials: Credentials | None = None,
        from_uri: str | None = None,
        display_name: str = "",
        headers: HeaderList = (),
        handlers: CallHandlers | None = None,
        destination: Endpoint | None = None,
    ) -> OutgoingCall:
        """Place a call; raises SipSyntaxError unless the URI's host is an IP address."""
        where = destination or Uri.parse(uri).endpoint
        if where is None:
            raise SipSyntaxError(f"{printable(uri)!r} does not name an IP address")
        user = credentials.username if credentials else self._name.lower()
        call = OutgoingCall(
            self._running,
            uri,
            where,
            sdp,
            from_uri=from_uri or f"sip:{user}@{bracketed(self._running.address[0])}",
            display_name=display_name,
            credentials=credentials,
            headers=headers,
            handlers=handlers,
            forget=self._forget,
            learn=self._learn,
        )
        self._calls.add(call)
        call.start()
        return call

    async def end_orphan(self, dialog: Dialog) -> int:
        """Send BYE into a dialog of an earlier life; the status, 408 when nobody answers."""
        dialog.local_cseq += ORPHAN_CSEQ_STEP
        return await self._running.say_goodbye(dialog, reason_header("restarted", 41))

    async def withdraw(self, invitation: Invitation, credentials: Credentials | None) -> int:
        """Cancel a call that an earlier life was placing; the status, 408 when nobody answers."""
        invite = invitation.request
        call = OutgoingCall(
            self._running,
            invite.uri,
            invitation.destination,
            invite.body,
            credentials=credentials,
            forget=self._forget,
            learn=self._learn,
        )
        self._calls.add(call)
        call.withdraw(invite)
        return (await call.wait_ended()).status or 487

    def receive(self, data: bytes, source: Endpoint) -> None:
        """One datagram from the network; never raises."""
        try:
            self._receive(data, source)
        except SipSyntaxError:
            # What was wrong with it may quote a person's number: not for the log.
            log.debug("a malformed datagram was dropped")
        except Exception:  # no datagram may end the process
            log.exception("a datagram could not be handled")

    def receive_request(self, transaction: ServerTransaction) -> None:
        """A new request that is owed a response."""
        try:
            self._dispatch(transaction)
        except Refusal as refusal:
            self._on_refused(refusal.status)
            if refusal.pause:
                clock = self._running.clock
                clock.call_later(refusal.pause, self._turn_away, transaction, refusal)
            else:
                self._turn_away(transaction, refusal)
        except SipSyntaxError:
            self._refuse(transaction, 400)
        except Exception:  # the sender is told, its call ends, and the process goes on
            log.exception("a request could not be handled")
            self._refuse(transaction, 500)
            if call := self._dialogs.get(_dialog_id(transaction.request)):
                call.abort()

    def receive_excess(self, request: SipRequest, source: Endpoint) -> None:
        """An INVITE whose sender has too many open already: one answer, and nothing is kept."""
        self._on_refused(503)
        self._answer_once(request, 503, source, [retry_after_header(RETRY_AFTER_SECONDS)])

    def receive_ack(self, request: SipRequest, source: Endpoint) -> None:
        """An ACK to a 2xx."""
        call = self._dialogs.get(_dialog_id(request))
        if call is not None:
            call.receive_ack(request)

    def _receive(self, data: bytes, source: Endpoint) -> None:
        if self._stack is None or not data.strip():
            return
        try:
            message = parse(data)
        except RefusedRequest as refused:
            self._refuse_unread(refused, source)
            return
        if isinstance(message, SipRequest):
            message.stamp(source)
            self._running.transactions.receive_request(message, source)
        else:
            self._running.transactions.receive_response(message)

    def _dispatch(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if request.method == "CANCEL":
            self._cancel(transaction)
            return
        self._screening.check_method(request)
        if request.to.tag is not None:
            call = self._dialogs.get(_dialog_id(request))
            if call is None:
                raise Refusal(481)
            if request.method == "INVITE":
                check_addresses(request)
            call.receive_request(transaction)
        elif self._running.transactions.is_merged(transaction):
            raise Refusal(482)
        elif isinstance(transaction, InviteServerTransaction):
            self._begin(transaction)
        elif request.method == "REGISTER":
            self._register(transaction)
        elif request.method == "OPTIONS":
            if self._draining or not self._available():
                raise Refusal(503, [retry_after_header(RETRY_AFTER_SECONDS)])
            raise Refusal(200, self._screening.abilities())
        else:
            raise Refusal(481)

    def _begin(self, transaction: InviteServerTransaction) -> None:
        admitted, offer = self._screening.check_invite(transaction.request, transaction.source)
        if self._on_call is None:
            raise Refusal(480, admitted=True)
        call = IncomingCall(self._running, transaction, offer, admitted, self._forget)
        transaction.respond(make_response(transaction.request, 100))
        self._learn(call)
        self._invites[transaction] = call
        call.tell(self._on_call, call)

    def _register(self, transaction: ServerTransaction) -> None:
        user = self._screening.check_register(transaction.request, transaction.source)
        try:
            now = self._running.clock.time()
            bindings = self._registrar.register(transaction.request, user, now)
        except NotRegistered as refused:
            raise Refusal(refused.status, refused.headers, admitted=True) from None
        raise Refusal(200, bindings, admitted=True)

    def _cancel(self, transaction: ServerTransaction) -> None:
        invite = self._running.transactions.invite_of(transaction.request)
        if invite is None:
            raise Refusal(481)
        call = self._invites.get(invite)
        # The same tag as in the 487 that follows (9.2).
        self._refuse(transaction, 200, tag=call.dialog.local_tag if call is not None else None)
        if call is not None:
            call.cancelled(transaction.request)

    @property
    def _running(self) -> Stack:
        if self._stack is None:
            raise RuntimeError("listen() comes first")
        return self._stack

    def _retry_after(self) -> float | None:
        return RETRY_AFTER_SECONDS if self._draining else self._admission()

    def _learn(self, call: SipCall) -> None:
        self._calls.add(call)
        if call.dialog is not None:
            self._dialogs[call.dialog.id] = call

    def _forget(self, call: SipCall) -> None:
        self._calls.discard(call)
        if call.dialog is not None:
            self._dialogs.pop(call.dialog.id, None)
        if isinstance(call, IncomingCall):
            self._invites.pop(call.transaction, None)

    def _turn_away(self, transaction: ServerTransaction, refusal: Refusal) -> None:
        self._refuse(transaction, refusal.status, refusal.headers)
        if not refusal.admitted:
            transaction.terminate()

    def _refuse(
        self,
        transaction: ServerTransaction,
        status: int,
        headers: HeaderList = (),
        tag: str | None = None,
    ) -> None:
        self._running.refusals.note(status, transaction.source)
        tag = tag or self._steady_tag(transaction.request)
        server = ("Server", self._running.product)
        transaction.respond(
            make_response(transaction.request, status, to_tag=tag, headers=[server, *headers])
        )

    def _refuse_unread(self, refused: RefusedRequest, source: Endpoint) -> None:
        """Answer a malformed request (8.2.7)."""
        request = refused.request
        if request.method == "ACK":
            return
        log.debug("a malformed request was refused: %d", refused.status)
        request.stamp(source)
        self._answer_once(request, refused.status, source)

    def _answer_once(
        self, request: SipRequest, status: int, source: Endpoint, headers: HeaderList = ()
    ) -> None:
        """Answer without keeping anything."""
        self._running.refusals.note(status, source)
        tag = self._steady_tag(request)
        response = make_response(request, status, to_tag=tag, headers=headers)
        self._running.send(bytes(response), request.via.reply_to(source))

    def _steady_tag(self, request: SipRequest) -> str:
        """The same tag for each repetition of a request."""
        names = ("Call-ID", "From", "CSeq")
        text = "\n".join(request.headers.get(name) or "" for name in names)
        return hmac.digest(self._tag_key, text.encode("utf-8", "surrogateescape"), "sha256").hex()[
            :16
        ]


def _dialog_id(request: SipRequest) -> DialogId:
    return (request.call_id, request.to.tag or "", request.sender.tag or "")
