"""The telephone of a simulated caller in virtual time: dialling is all that it cannot do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voice.audio import Pcm, dbfs, decode_ulaw, encode_ulaw
from voice.evaluation.callers.live_line import EchoPath, LiveLine
from voice.evaluation.callers.phone_audio import OnAudio
from voice.evaluation.callers.telephone_sound import TelephoneSound
from voice.evaluation.latency import HeardPacket
from voice.evaluation.leg_in_memory import FRAME_MS
from voice.telephony.rtp.concealment import Concealer
from voice.telephony.sip import Credentials

KEY_SECONDS = 0.2
"""From one key to the next."""


class VirtualPhone:
    """One call; `leg` is what the service gets of it."""

    def __init__(
        self,
        on_audio: OnAudio,
        wall: Callable[[], float],
        sound: TelephoneSound,
        echo: EchoPath | None = None,
    ) -> None:
        self.leg = _Leg(on_audio, wall, sound, echo)
        self.call_id = "virtual"

    @property
    def ended(self) -> asyncio.Event:
        """Set once the call is over."""
        return self.leg.over

    @property
    def ended_by_us(self) -> bool:
        """Whether the caller hung up."""
        return self.leg.ended_by_caller

    async def dial(self, target: str, number: str, credentials: Credentials | None = None) -> None:
        """Wait until the call is answered, which somebody else has placed."""
        await self.leg.answered.wait()

    async def speak(self, pcm: Pcm) -> list[float]:
        """Send 8 kHz samples; the times of their frames, once the last one has left."""
        start, end = await self.leg.speak(pcm)
        frames = round((end - start) * 1000 / FRAME_MS)
        return [start + number * FRAME_MS / 1000 for number in range(frames)]

    async def press(self, digits: str) -> None:
        """Press keys, one after the other."""
        for digit in digits:
            self.leg.press(digit)
            await asyncio.sleep(KEY_SECONDS)

    async def hang_up(self) -> None:
        """End the call, and wait until it is over."""
        self.leg.hang_up()
        await self.leg.over.wait()

    async def close(self) -> None:
        """There is nothing to be freed."""


class _Leg(LiveLine):
    """A line that is heard by the caller's ears, and carries what is left of their sound."""

    def __init__(
        self,
        on_audio: OnAudio,
        wall: Callable[[], float],
        sound: TelephoneSound,
        echo: EchoPath | None,
    ) -> None:
        super().__init__(wall, echo)
        self._on_audio = on_audio
        self._sound = sound
        self._concealer = Concealer()

    def _next_frame(self, played: Pcm) -> Pcm:
        heard = HeardPacket(self._wall(), self._ticks * FRAME_MS, FRAME_MS, dbfs(played))
        self._on_audio(heard, played)
        said = super()._next_frame(played)
        arrived = self._sound.sent(said)
        if arrived is None:
            return self._concealer.missing(len(said))
        return self._concealer.heard(decode_ulaw(encode_ulaw(arrived)))
