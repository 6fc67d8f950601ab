"""Server transactions over UDP (RFC 3261 17.2 with RFC 6026): one request, its responses."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.message import SipRequest, SipResponse
from voice.telephony.sip.timers import Clock, Deadline, Repeater, Timers

Send = Callable[[bytes, Endpoint], None]
ServerKey = tuple[str, ...]


class ServerState(Enum):
    """Where a server transaction is."""

    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    TERMINATED = auto()


def server_key(request: SipRequest, method: str | None = None) -> ServerKey:
    """What identifies the transaction of a request; an ACK belongs to its INVITE (17.2.3)."""
    method = method or ("INVITE" if request.method == "ACK" else request.method)
    via = request.via
    if via.branch.startswith("z9hG4bK") and len(via.branch) > len("z9hG4bK"):
        return (via.branch, via.host.lower(), str(via.port), method)
    number = str(request.cseq.sequence)
    return (str(via), request.uri, request.call_id, request.sender.tag or "", number, method)


class ServerTransaction:
    """Answers repetitions of a request with its last response."""

    def __init__(
        self,
        request: SipRequest,
        source: Endpoint,
        send: Send,
        clock: Clock,
        timers: Timers,
        on_terminated: Callable[[], None],
    ) -> None:
        self.request = request
        self.source = source
        self.state = ServerState.PROCEEDING
        self._destination = request.via.reply_to(source)
        self._send = send
        self._clock = clock
        self._timers = timers
        self._on_terminated = on_terminated
        self._last: bytes | None = None
        self._deadline = Deadline(clock)

    @property
    def open(self) -> bool:
        """Whether a final response is still owed."""
        return self.state is ServerState.PROCEEDING

    def receive(self, request: SipRequest) -> None:
        """The request once more."""
        if self._last is not None and self.state is not ServerState.TERMINATED:
            self._send(self._last, self._destination)

    def respond(self, response: SipResponse) -> None:
        """Send a response; ignored once a final one has been sent."""
        if not self.open:
            return
        self._transmit(response)
        if response.status >= 200:
            self.state = ServerState.COMPLETED
            self._deadline.set(self._timers.timeout, self.terminate)

    def terminate(self) -> None:
        """Forget everything."""
        if self.state is ServerState.TERMINATED:
            return
        self.state = ServerState.TERMINATED
        self._deadline.cancel()
        self._on_terminated()

    def _transmit(self, response: SipResponse) -> None:
        self._last = bytes(response)
        self._send(self._last, self._destination)


class InviteServerTransaction(ServerTransaction):
    """An INVITE's: refusals are repeated until the ACK; 2xx by the call itself (13.3.1.4)."""

    _repeater: Repeater | None = None
    on_settled: Callable[[], None] | None = None
    """Called once, when the sender has acknowledged the answer or it is all over."""

    def receive(self, request: SipRequest) -> None:
        """The INVITE once more, or the ACK to a refusal."""
        if request.method == "ACK":
            if self.state is ServerState.COMPLETED:
                self.settle()
                self._stop_repeating()
                self.state = ServerState.CONFIRMED
                self._deadline.set(self._timers.t4, self.terminate)
        elif self.state in (ServerState.PROCEEDING, ServerState.COMPLETED):
            super().receive(request)

    def respond(self, response: SipResponse) -> None:
        """Send a response; ignored once a final one has been sent."""
        if not self.open:
            return
        self._transmit(response)
        if response.status < 200:
            return
        self._deadline.set(self._timers.timeout, self.terminate)
        if response.status < 300:
            self.state = ServerState.ACCEPTED
            return
        self.state = ServerState.COMPLETED
        self._repeater = Repeater(self._clock, self.repeat, self._timers.t1, self._timers.t2)

    def repeat(self) -> None:
        """Send the last response once more."""
        if self._last is not None and self.state is not ServerState.TERMINATED:
            self._send(self._last, self._destination)

    def settle(self) -> None:
        """Nobody waits for the ACK to the answer any more."""
        if self.on_settled is not None:
            self.on_settled()
            self.on_settled = None

    def terminate(self) -> None:
        """Forget everything."""
        self.settle()
        self._stop_repeating()
        super().terminate()

    def _stop_repeating(self) -> None:
        if self._repeater is not None:
            self._repeater.stop()
            self._repeater = None
