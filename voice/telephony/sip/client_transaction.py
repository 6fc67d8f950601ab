"""Client transactions over UDP (RFC 3261 17.1 with RFC 6026): one request until its response."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from voice.telephony.sip.addresses import Endpoint
from voice.telephony.sip.headers import Headers
from voice.telephony.sip.message import SipRequest, SipResponse
from voice.telephony.sip.server_transaction import Send
from voice.telephony.sip.timers import Clock, Deadline, Repeater, Timers


class ClientState(Enum):
    """Where a client transaction is."""

    CALLING = auto()
    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    TERMINATED = auto()


class ClientTransaction:
    """Repeats a request until a response comes; `on_response(None)` means that none came."""

    def __init__(
        self,
        request: SipRequest,
        destination: Endpoint,
        send: Send,
        clock: Clock,
        timers: Timers,
        on_response: Callable[[SipResponse | None], None],
        on_terminated: Callable[[], None],
    ) -> None:
        self.request = request
        self.destination = destination
        self.state = ClientState.CALLING
        self._data = bytes(request)
        self._send = send
        self._clock = clock
        self._timers = timers
        self._on_response = on_response
        self._on_terminated = on_terminated
        self._repeater: Repeater | None = None
        self._deadline = Deadline(clock)

    def start(self) -> None:
        """Send the request and begin to wait."""
        self._deadline.set(self._timers.timeout, self._expire)
        self._repeater = Repeater(self._clock, self._repeat, self._timers.t1, self._timers.t2)
        self._repeat()

    def receive(self, response: SipResponse) -> None:
        """A response that belongs to this request."""
        if self.state not in (ClientState.CALLING, ClientState.PROCEEDING):
            return
        if response.status < 200:
            if self.state is ClientState.CALLING and self._repeater is not None:
                self._repeater.interval = self._timers.t2 / 2
            self.state = ClientState.PROCEEDING
        else:
            self.state = ClientState.COMPLETED
            self._stop_repeating()
            self._deadline.set(self._timers.t4, self.terminate)
        self._on_response(response)

    def terminate(self) -> None:
        """Forget everything; no response will be reported."""
        if self.state is ClientState.TERMINATED:
            return
        self.state = ClientState.TERMINATED
        self._stop_repeating()
        self._deadline.cancel()
        self._on_terminated()

    def _repeat(self) -> None:
        self._send(self._data, self.destination)

    def _expire(self) -> None:
        self.terminate()
        self._on_response(None)

    def _stop_repeating(self) -> None:
        if self._repeater is not None:
            self._repeater.stop()
            self._repeater = None


class InviteClientTransaction(ClientTransaction):
    """An INVITE's: stops repeating at the first response, acknowledges refusals by itself."""

    _ack: bytes | None = None

    def start(self) -> None:
        """Send the request and begin to wait."""
        self._deadline.set(self._timers.timeout, self._expire)
        self._repeater = Repeater(self._clock, self._repeat, self._timers.t1, None)
        self._repeat()

    def receive(self, response: SipResponse) -> None:
        """A response that belongs to this INVITE; repeated 2xx are reported each time."""
        status = response.status
        if self.state in (ClientState.CALLING, ClientState.PROCEEDING):
            self._stop_repeating()
            if status < 200:
                self._proceed()
            elif status < 300:
                self.state = ClientState.ACCEPTED
                self._deadline.set(self._timers.timeout, self.terminate)
            else:
                self.state = ClientState.COMPLETED
                self._acknowledge(response)
                self._deadline.set(self._timers.linger, self.terminate)
            self._on_response(response)
        elif self.state is ClientState.ACCEPTED and 200 <= status < 300:
            self._on_response(response)
        elif self.state is ClientState.COMPLETED and status >= 300:
            self._acknowledge(response)

    def expect_final(self) -> None:
        """After a CANCEL: give up when no final response comes (9.1)."""
        if self.state is ClientState.PROCEEDING:
            self._deadline.set(self._timers.timeout, self._expire)

    def _proceed(self) -> None:
        if self.state is ClientState.CALLING:
            self._deadline.cancel()
        self.state = ClientState.PROCEEDING

    def _acknowledge(self, response: SipResponse) -> None:
        """ACK to a refusal: same hop, branch and number as the INVITE (17.1.1.3)."""
        if self._ack is None:
            copied = ("Via", "Max-Forwards", "Route", "From", "Call-ID")
            headers = self.request.headers
            values = [(name, value) for name in copied for value in headers.getlist(name)]
            values += [("To", response.one("To")), ("CSeq", f"{self.request.cseq.sequence} ACK")]
            self._ack = bytes(SipRequest(Headers(values), b"", method="ACK", uri=self.request.uri))
        self._send(self._ack, self.destination)
