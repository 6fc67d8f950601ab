"""The transaction layer: which message belongs to which transaction, and what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.client_transaction import ClientTransaction, InviteClientTransaction
from voice.telephony.sip.message import SipRequest, SipResponse
from voice.telephony.sip.server_transaction import (
    InviteServerTransaction,
    Send,
    ServerKey,
    ServerState,
    ServerTransaction,
    server_key,
)
from voice.telephony.sip.timers import Clock, Timers

MAX_INVITES = 4096
"""Beyond this, new INVITEs are refused: each lives 32 s and a flood must not eat the memory."""


class Core(Protocol):
    """What sits above the transactions."""

    def receive_request(self, transaction: ServerTransaction) -> None:
        """A new request that is owed a response."""

    def receive_excess(self, request: SipRequest, source: Endpoint) -> None:
        """An INVITE for a new call whose sender has too many open: nothing is kept of it."""

    def receive_ack(self, request: SipRequest, source: Endpoint) -> None:
        """An ACK to a 2xx."""


class TransactionLayer:
    """Keeps the transactions of one UDP socket.

    A source may have `open_invites` INVITEs for new calls whose answers it has not acknowledged.
    Requests inside dialogs are never refused here, and other requests leave nothing behind.
    """

    def __init__(
        self, core: Core, send: Send, clock: Clock, timers: Timers, open_invites: int
    ) -> None:
        self._core = core
        self._send = send
        self._clock = clock
        self._timers = timers
        self._servers: dict[ServerKey, ServerTransaction] = {}
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._origins: dict[tuple[str, ...], ServerKey] = {}
        self._open_invites: Counter[str] = Counter()
        """New calls without an ACK, by the host that they come from."""
        self._most_open = open_invites

    def receive_request(self, request: SipRequest, source: Endpoint) -> None:
        """Absorb a repetition, or hand a new request to the core."""
        key = server_key(request)
        known = self._servers.get(key)
        if known is not None:
            known.receive(request)
        if request.method == "ACK":
            if known is None or not self._refused(known):
                self._core.receive_ack(request, source)
        elif known is None:
            self._begin(key, request, source)

    def receive_response(self, response: SipResponse) -> None:
        """Hand a response to its transaction; strays are dropped (RFC 6026 8.9)."""
        client = self._clients.get((response.via.branch, response.cseq.method))
        if client is not None:
            client.receive(response)

    def invite_of(self, cancel: SipRequest) -> InviteServerTransaction | None:
        """The INVITE that a CANCEL speaks of."""
        found = self._servers.get(server_key(cancel, "INVITE"))
        return found if isinstance(found, InviteServerTransaction) else None

    def is_merged(self, transaction: ServerTransaction) -> bool:
        """Whether the same request came over another path and is being served (8.2.2.2)."""
        first = self._servers.get(self._origins[self._origin(transaction.request)])
        return first is not transaction and first is not None and not self._refused(first)

    def request(
        self,
        request: SipRequest,
        destination: Endpoint,
        on_response: Callable[[SipResponse | None], None],
    ) -> ClientTransaction:
        """Send a request; `on_response` gets every response, or None when nobody answers."""
        kind = InviteClientTransaction if request.method == "INVITE" else ClientTransaction
        key = (request.via.branch, request.method)

        def forget() -> None:
            self._clients.pop(key, None)

        client = kind(
            request, destination, self._send, self._clock, self._timers, on_response, forget
        )
        self._clients[key] = client
        client.start()
        return client

    def close(self) -> None:
        """End all transactions in silence."""
        for server in tuple(self._servers.values()):
            server.terminate()
        for client in tuple(self._clients.values()):
            client.terminate()

    def _begin(self, key: ServerKey, request: SipRequest, source: Endpoint) -> None:
        new_call = request.method == "INVITE" and request.to.tag is None
        if new_call and self._is_too_much_from(source[0]):
            self._core.receive_excess(request, source)
            return
        origin = self._origin(request)

        def forget() -> None:
            self._servers.pop(key, None)
            if self._origins.get(origin) == key:
                del self._origins[origin]

        kind = InviteServerTransaction if request.method == "INVITE" else ServerTransaction
        transaction = kind(request, source, self._send, self._clock, self._timers, forget)
        self._servers[key] = transaction
        self._origins.setdefault(origin, key)
        if new_call and isinstance(transaction, InviteServerTransaction):
            self._open_invites[source[0]] += 1
            transaction.on_settled = lambda: self._settled(source[0])
        self._core.receive_request(transaction)

    def _is_too_much_from(self, host: str) -> bool:
        return self._open_invites[host] >= self._most_open or len(self._servers) >= MAX_INVITES

    def _settled(self, host: str) -> None:
        self._open_invites[host] -= 1
        if not self._open_invites[host]:
            del self._open_invites[host]

    @staticmethod
    def _refused(transaction: ServerTransaction) -> bool:
        return transaction.state in (ServerState.COMPLETED, ServerState.CONFIRMED)

    @staticmethod
    def _origin(request: SipRequest) -> tuple[str, ...]:
        return (request.call_id, request.sender.tag or "", str(request.cseq))
