"""Takes a caller to a person: by REFER, or by a second call where the caller's side fails at it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voice.errors import VoiceError
from voice.telephony.edge.bridge import Bridge
from voice.telephony.edge.outgoing import is_callable
from voice.telephony.edge.services import EdgeServices
from voice.telephony.leg import TransferProgress, TransferResult
from voice.telephony.rtp import RtpSession
from voice.telephony.sip import CallRejected, IncomingCall, Referral
from voice.telephony.sip.referral import ACCEPTED

log = logging.getLogger(__name__)

REFER_SECONDS = 8.0
"""A caller's side that has not answered a REFER by then does not know what it is."""


REFUSED_BY_PERSON = (486, 600, 603)
"""Reported for a REFER, these are the person's own answer, who is not called again."""


class EdgeHandOver:
    """Begins at once; await `result`. The deadline is the setting `sip.transfer_seconds`.

    An accepted REFER cannot be taken back: from then on the caller's side has the call, and it
    counts as handed over unless that side reports a failure in time; then the person is called.
    """

    def __init__(
        self,
        edge: EdgeServices,
        caller: IncomingCall,
        rtp: RtpSession,
        target: str,
        on_progress: Callable[[TransferProgress], None],
        on_over: Callable[[], None],
    ) -> None:
        self.bridge: Bridge | None = None
        """The second call, while there is one."""
        self._edge = edge
        self._caller = caller
        self._rtp = rtp
        self._on_progress = on_progress
        self._on_over = on_over
        self._referral: Referral | None = None
        self._trying = asyncio.create_task(self._try(target))

    @property
    def is_accepted(self) -> bool:
        """The caller's side has taken the transfer upon itself."""
        return self._referral is not None and self._referral.is_accepted

    @property
    def is_bridged(self) -> bool:
        """The caller and the person are through to each other."""
        return self.bridge is not None and self.bridge.answered

    async def result(self) -> TransferResult:
        """How it ended, once that is decided or the time is up; raises nothing."""
        seconds = self._edge.settings.sip.transfer_seconds
        await asyncio.wait({self._trying}, timeout=seconds)
        late = not self._trying.done()
        self._trying.cancel()
        await asyncio.wait({self._trying})
        result = self._outcome(late)
        if not result.ok:
            self._end("not needed any more")
        return result

    def cancel(self) -> None:
        """Give up, unless the caller's side or the person has the call already."""
        if not self.is_accepted and not self.is_bridged:
            self._trying.cancel()
            self._end("cancelled")

    def caller_gone(self) -> TransferResult | None:
        """The caller's call is over; how the hand-over ended if that has not been told yet."""
        self._trying.cancel()
        self._end()
        if self._referral is None or not self._referral.is_accepted:
            return None
        return _reported(self._referral.reported or ACCEPTED)

    def _end(self, reason: str = "") -> None:
        """End the second call, if there is one."""
        if self.bridge is not None:
            self.bridge.end(reason)
            self.bridge = None

    async def _try(self, target: str) -> TransferResult:
        if not is_callable(target):
            return TransferResult(ok=False, reason="not a SIP URI")
        try:
            status = await self._refer(target)
            if status < 300 or status in REFUSED_BY_PERSON:
                return _reported(status)
        except CallRejected as refused:
            status = refused.status
        log.info("REFER failed (%d): the person is called", status)
        self._referral = None
        return await self._call(target)

    async def _refer(self, target: str) -> int:
        """The final status that the caller's side reports; raises CallRejected."""
        credentials = self._edge.outgoing.credentials_for(self._caller.source, target)
        self._referral = self._caller.refer(target, credentials, self._told)
        try:
            # Not wait_for, which may lose a cancellation that comes together with the answer.
            async with asyncio.timeout(REFER_SECONDS):
                await self._referral.accepted()
        except TimeoutError:
            raise CallRejected(408, "no answer to REFER") from None
        return await self._referral.outcome()

    async def _call(self, target: str) -> TransferResult:
        self.bridge = Bridge(self._edge, self._rtp, self._told, self._on_over)
        try:
            await self.bridge.dial(target, self._caller.caller.number)
        except VoiceError as error:
            return TransferResult(ok=False, reason=str(error))
        return TransferResult(ok=True, reason="200", bridged=True)

    def _told(self, status: int) -> None:
        self._on_progress(TransferProgress(status=status, bridged=self.bridge is not None))

    def _outcome(self, late: bool) -> TransferResult:
        if self._trying.cancelled():
            if self.is_accepted:
                return TransferResult(ok=True, reason="accepted, the outcome is not known")
            return TransferResult(ok=False, reason="no answer" if late else "cancelled")
        if (fault := self._trying.exception()) is not None:
            log.error("a hand-over failed", exc_info=fault)
            return TransferResult(ok=False, reason="internal error")
        return self._trying.result()


def _reported(status: int) -> TransferResult:
    return TransferResult(ok=200 <= status < 300, reason=str(status))
