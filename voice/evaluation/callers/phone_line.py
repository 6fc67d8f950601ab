"""The telephone of a simulated caller: dials over SIP, speaks and listens over RTP, hangs up."""

from __future__ import annotations

import asyncio
import secrets

from voice.evaluation.callers.phone_audio import OnAudio, PhoneAudio
from voice.telephony.sip import (
    CallEnd,
    CallHandlers,
    Credentials,
    EndCause,
    LocalMedia,
    OutgoingCall,
    UserAgent,
    accept_answer,
    make_offer,
)


class PhoneLine:
    """One call from one telephone on the loopback interface."""

    def __init__(self, on_audio: OnAudio, address: str = "127.0.0.1") -> None:
        self._address = address
        self._agent = UserAgent(name="Caller")
        self._call: OutgoingCall | None = None
        self.audio = PhoneAudio(on_audio, address)
        self.ended = asyncio.Event()
        self.end: CallEnd | None = None
        """How the call ended, once it has."""

    async def dial(self, target: str, number: str, credentials: Credentials | None = None) -> None:
        """Call `target` (a SIP URI) from `number`; returns once the call is answered.

        The number is asserted, as a carrier asserts those of its subscribers (RFC 3325).
        Raises CallRejected with the SIP status when it is not.
        """
        await self._agent.listen(self._address, 0)
        local = LocalMedia(
            address=self._address, port=self.audio.port, session_id=secrets.randbits(31), version=1
        )
        self._call = self._agent.invite(
            target,
            make_offer(local),
            credentials=credentials,
            from_uri=f"sip:{number}@{self._address}",
            headers=[("P-Asserted-Identity", f"<sip:{number}@{self._address}>")],
            handlers=CallHandlers(on_ended=self._on_ended),
        )
        answer = await self._call.answered()
        self.audio.start(accept_answer(answer, local))

    @property
    def call_id(self) -> str:
        """The SIP Call-ID."""
        return self._call.call_id if self._call else ""

    @property
    def ended_by_us(self) -> bool:
        """Whether the caller hung up."""
        return self.end is not None and self.end.cause in (EndCause.LOCAL_BYE, EndCause.CANCELLED)

    async def hang_up(self) -> None:
        """End the call and free the telephone."""
        if self._call is not None and self.end is None:
            self._call.bye()
            await self.ended.wait()

    async def close(self) -> None:
        """Free sockets; ends a call that still runs."""
        await self.audio.close()
        await self._agent.close()

    def _on_ended(self, end: CallEnd) -> None:
        self.end = end
        self.ended.set()
