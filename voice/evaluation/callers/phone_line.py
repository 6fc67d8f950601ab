"""The telephone of a simulated caller: dials over SIP, speaks and listens over RTP, hangs up."""

from __future__ import annotations

import asyncio
import secrets

from voice.audio import Pcm
from voice.evaluation.callers.phone_audio import OnAudio, PhoneAudio
from voice.evaluation.callers.telephone_sound import TelephoneSound
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

ANONYMOUS = "sip:anonymous@anonymous.invalid"
"""Of a caller who withholds the number (RFC 3323)."""


class PhoneLine:
    """One call from one telephone on the loopback interface."""

    def __init__(
        self, on_audio: OnAudio, address: str = "127.0.0.1", sound: TelephoneSound | None = None
    ) -> None:
        """`sound` makes noise and loses packets."""
        self._address = address
        self._agent = UserAgent(name="Caller")
        self._call: OutgoingCall | None = None
        self.audio = PhoneAudio(on_audio, address, sound)
        self._ended = asyncio.Event()
        self.end: CallEnd | None = None
        """How the call ended, once it has."""

    async def dial(self, target: str, number: str, credentials: Credentials | None = None) -> None:
        """Call `target` (a SIP URI) from `number`, or withhold it; returns once it is answered.

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
            from_uri=f"sip:{number}@{self._address}" if number else ANONYMOUS,
            headers=[("P-Asserted-Identity", f"<sip:{number}@{self._address}>")] if number else [],
            handlers=CallHandlers(on_ended=self._on_ended),
        )
        answer = await self._call.answered()
        self.audio.start(accept_answer(answer, local))

    @property
    def ended(self) -> asyncio.Event:
        """Set once the call is over."""
        return self._ended

    @property
    def call_id(self) -> str:
        """The SIP Call-ID."""
        return self._call.call_id if self._call else ""

    @property
    def ended_by_us(self) -> bool:
        """Whether the caller hung up."""
        return self.end is not None and self.end.cause in (EndCause.LOCAL_BYE, EndCause.CANCELLED)

    async def speak(self, pcm: Pcm) -> list[float]:
        """Send 8 kHz samples; the send time of each packet, once the last one has left."""
        return await self.audio.speak(pcm)

    async def press(self, digits: str) -> None:
        """Press keys, until the last one is released."""
        await self.audio.press(digits)

    async def hang_up(self) -> None:
        """End the call and free the telephone."""
        if self._call is not None and self.end is None:
            self._call.bye()
            await self._ended.wait()

    async def close(self) -> None:
        """Free sockets; ends a call that still runs."""
        await self.audio.close()
        await self._agent.close()

    def _on_ended(self, end: CallEnd) -> None:
        self.end = end
        self._ended.set()
