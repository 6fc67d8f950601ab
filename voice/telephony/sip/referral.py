"""A blind transfer: one REFER (RFC 3515), and what its NOTIFYs say of how it goes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from voice.telephony.sip.dialog import Dialog
from voice.telephony.sip.digest import Credentials
from voice.telephony.sip.errors import CallRejected
from voice.telephony.sip.grammar import printable
from voice.telephony.sip.message import SipRequest, SipResponse
from voice.telephony.sip.stack import Stack

ACCEPTED = 202
_EVENT_ID = re.compile(r";\s*id\s*=\s*([0-9]{1,10})\b")
"""The CSeq of the REFER that a NOTIFY is about (RFC 3515 2.4.6)."""
_STATUS_LINE = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})")


class Referral:
    """Await `accepted()`, then `outcome()`; an accepted REFER cannot be taken back."""

    def __init__(
        self,
        stack: Stack,
        dialog: Dialog,
        target: str,
        credentials: Credentials | None,
        on_progress: Callable[[int], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._accepted: asyncio.Future[None] = loop.create_future()
        self._outcome: asyncio.Future[int] = loop.create_future()
        self._on_progress = on_progress
        headers = [
            ("Contact", stack.contact),
            ("Refer-To", f"<{target}>"),
            ("Referred-By", stack.contact),
        ]
        refer = stack.in_dialog(dialog, "REFER", self._receive, headers, credentials=credentials)
        self._cseq = refer.request.cseq.sequence

    @property
    def is_accepted(self) -> bool:
        """The other side has taken the transfer upon itself."""
        return self._accepted.done() and self._accepted.exception() is None

    @property
    def reported(self) -> int | None:
        """The final status, once it is known."""
        return self._outcome.result() if self._outcome.done() else None

    async def accepted(self) -> None:
        """Return once the REFER is accepted; raises CallRejected when it is refused."""
        await asyncio.shield(self._accepted)

    async def outcome(self) -> int:
        """The last status that the other side reports; 202 when it reports none and never will."""
        return await asyncio.shield(self._outcome)

    def notified(self, request: SipRequest) -> None:
        """A NOTIFY: a status line as message/sipfrag (RFC 3515 2.4.5)."""
        named = _EVENT_ID.search(request.headers.get("Event") or "")
        if named and int(named[1]) < self._cseq:
            return  # of an earlier REFER
        match = _STATUS_LINE.match(request.body)
        status = int(match[1]) if match else 0
        state = (request.headers.get("Subscription-State") or "").partition(";")[0]
        if status >= 200:
            self._settle(status)
        elif state.strip().lower() == "terminated":
            self._settle(ACCEPTED)
        elif status:
            self._on_progress(status)

    def call_over(self) -> None:
        """The call that was to be transferred has ended."""
        self._refuse(481, "the call is over")
        self._settle(ACCEPTED)

    def _receive(self, response: SipResponse | None) -> None:
        if response is None:
            self._refuse(408, "no answer to REFER")
        elif response.status >= 300:
            self._refuse(response.status, printable(response.phrase))
        elif response.status >= 200 and not self._accepted.done():
            self._accepted.set_result(None)
            if (response.headers.get("Refer-Sub") or "").strip().lower() == "false":
                # No NOTIFY will come (RFC 4488).
                self._settle(ACCEPTED)

    def _refuse(self, status: int, reason: str) -> None:
        if not self._accepted.done():
            self._accepted.set_exception(CallRejected(status, reason))
            self._accepted.exception()  # nobody is obliged to ask

    def _settle(self, status: int) -> None:
        if not self._outcome.done():
            self._outcome.set_result(status)
