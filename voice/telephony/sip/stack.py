"""What calls share: the socket's transactions, its address, and the source of tags and branches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voice.telephony.sip.addresses import Endpoint, bracketed
from voice.telephony.sip.challenges import ChallengeAnswers
from voice.telephony.sip.client_transaction import ClientTransaction
from voice.telephony.sip.dialog import Dialog
from voice.telephony.sip.digest import Credentials
from voice.telephony.sip.headers import HeaderList
from voice.telephony.sip.message import SipResponse
from voice.telephony.sip.refusal_log import RefusalLog
from voice.telephony.sip.server_transaction import Send
from voice.telephony.sip.timers import Clock, Timers
from voice.telephony.sip.transactions import Core, TransactionLayer


class Stack:
    """One socket's share of the user agent."""

    def __init__(
        self,
        core: Core,
        send: Send,
        clock: Clock,
        timers: Timers,
        random: Callable[[int], bytes],
        address: Endpoint,
        product: str,
        open_invites: int,
    ) -> None:
        self.send = send
        self.clock = clock
        self.timers = timers
        self.address = address
        self.product = product
        self.transactions = TransactionLayer(core, send, clock, timers, open_invites)
        self.refusals = RefusalLog(clock)
        self.goodbyes: set[asyncio.Future[int]] = set()
        """BYEs that are on their way."""
        self._random = random

    def token(self) -> str:
        """A fresh tag, Call-ID or cnonce: 64 random bits in hexadecimal."""
        return self._random(8).hex()

    def first_cseq(self) -> int:
        """A number to begin a dialog with."""
        return int.from_bytes(self._random(2), "big") + 1

    def via(self) -> str:
        """A Via value with a fresh branch."""
        return f"SIP/2.0/UDP {self.host_and_port};branch=z9hG4bK{self.token()};rport"

    @property
    def host_and_port(self) -> str:
        """Our address as it stands in URIs."""
        return f"{bracketed(self.address[0])}:{self.address[1]}"

    @property
    def contact(self) -> str:
        """Our Contact value."""
        return f"<sip:{self.product.lower()}@{self.host_and_port}>"

    def in_dialog(
        self,
        dialog: Dialog,
        method: str,
        on_response: Callable[[SipResponse | None], None],
        headers: HeaderList = (),
        body: bytes = b"",
        *,
        credentials: Credentials | None = None,
    ) -> ClientTransaction:
        """Send a request inside a dialog; with `credentials` again when it is challenged."""
        common = [("User-Agent", self.product), *headers]
        challenges = ChallengeAnswers(credentials)

        def send(authorization: HeaderList) -> ClientTransaction:
            request = dialog.request(
                method, via=self.via(), headers=[*common, *authorization], body=body
            )

            def receive(response: SipResponse | None) -> None:
                answer = response and challenges.answer(request, response, self.token())
                if answer:
                    send([answer])
                else:
                    on_response(response)

            return self.transactions.request(request, dialog.destination(), receive)

        return send([])

    def acknowledge(self, dialog: Dialog, cseq: int, authorization: HeaderList = ()) -> bytes:
        """The ACK to a 2xx; sent once, returned to be sent again (13.2.2.4)."""
        ack = bytes(dialog.request("ACK", via=self.via(), cseq=cseq, headers=authorization))
        self.send(ack, dialog.destination())
        return ack

    def say_goodbye(
        self, dialog: Dialog, reason: str, credentials: Credentials | None = None
    ) -> asyncio.Future[int]:
        """Send BYE; the future holds the final status, 408 when nobody answers."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.goodbyes.add(done)
        done.add_done_callback(self.goodbyes.discard)

        def finish(response: SipResponse | None) -> None:
            status = 408 if response is None else response.status
            if status >= 200 and not done.done():
                done.set_result(status)

        self.in_dialog(dialog, "BYE", finish, [("Reason", reason)], credentials=credentials)
        return done
