"""A caller for tests: our own user agent and RTP session, with a tone for a voice."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator

import numpy as np

from voice.audio import Pcm, dbfs
from voice.telephony.rtp import MediaClock, RtpHandlers, RtpSession, RtpTarget, open_port_pair
from voice.telephony.sip import LocalMedia, MediaAgreement, UserAgent, accept_answer, make_offer
from voice.telephony.sip.call import CallEnd, CallHandlers

TONE_HZ = 600.0
FRAME = 160


def tone(frequency: float, samples: int, start: int = 0, amplitude: float = 8000) -> Pcm:
    time_axis = (start + np.arange(samples)) / 8000
    return (amplitude * np.sin(2 * np.pi * frequency * time_axis)).astype(np.int16)


def strength(pcm: Pcm, frequency: float) -> float:
    """The share of the power that lies at a frequency, 0 to 1."""
    if dbfs(pcm) < -70:
        return 0.0
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) ** 2
    centre = round(frequency * len(pcm) / 8000)
    return float(spectrum[max(0, centre - 3) : centre + 4].sum() / spectrum.sum())


def target_of(agreed: MediaAgreement) -> RtpTarget:
    """To whom sound goes by this agreement, and how."""
    return RtpTarget(
        agreed.remote_address,
        agreed.remote_port,
        agreed.codec,
        agreed.payload_type,
        agreed.dtmf_payload_type,
    )


class Caller:
    def __init__(self, agent: UserAgent, clock: MediaClock) -> None:
        self.agent = agent
        self.clock = clock
        self.heard: list[Pcm] = []
        self.heard_at: list[float] = []
        self.keys: list[str] = []
        self.speaking = True
        self.frequency = TONE_HZ
        self.ended: asyncio.Future[CallEnd] = asyncio.get_running_loop().create_future()
        self.ended_at = 0.0
        self._sent = 0
        self._news = asyncio.Event()

    async def dial(
        self,
        edge: tuple[str, int],
        user: str = "echo",
        display_name: str = "",
        has_audio: bool = True,
    ) -> None:
        ports = open_port_pair("127.0.0.1", 40000, 48000)
        self.rtp = RtpSession(RtpHandlers(self._frame, self.keys.append))
        await self.rtp.open(ports)
        self.local = LocalMedia(address="127.0.0.1", port=ports.port, session_id=1, version=1)
        self.call = self.agent.invite(
            f"sip:{user}@{edge[0]}:{edge[1]}",
            make_offer(self.local, codecs=("PCMU", "PCMA")),
            from_uri="sip:+35312345@127.0.0.1",
            display_name=display_name,
            handlers=CallHandlers(on_ended=self._over),
        )
        agreed = accept_answer(await self.call.answered(), self.local)
        self.rtp.direct(target_of(agreed))
        self.edge_audio = (agreed.remote_address, agreed.remote_port)
        if has_audio:
            self.clock.add(self.rtp)

    async def offer_anew(self, direction: str) -> None:
        """Hold or resume, as a telephone does it."""
        self.local = dataclasses.replace(self.local, version=self.local.version + 1)
        await self.call.reinvite(make_offer(self.local, direction=direction))

    def fall_away(self) -> None:
        """Send no more packets."""
        self.clock.discard(self.rtp)

    def sound(self, frames: int) -> Pcm:
        """The latest so many frames that were heard."""
        return np.concatenate(self.heard[-frames:])

    async def hears(self, frequency: float, seconds: float = 5, frames: int = 10) -> None:
        """Wait until the last 200 ms are mostly that tone."""
        deadline = time.monotonic() + seconds
        while len(self.heard) < frames or strength(self.sound(frames), frequency) < 0.5:
            assert time.monotonic() < deadline, f"{frequency} Hz was not heard"
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), seconds)

    async def listens(self, frames: int) -> Pcm:
        """The next so many frames."""
        first = len(self.heard)
        while len(self.heard) < first + frames:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 5)
        return np.concatenate(self.heard[first : first + frames])

    def close(self) -> None:
        self.clock.discard(self.rtp)
        self.rtp.close()

    def _frame(self, heard: Pcm, _said: Pcm) -> None:
        self.heard.append(heard)
        self.heard_at.append(time.monotonic())
        if self.speaking and not self.rtp.ring.waiting:
            self.rtp.ring.push(tone(self.frequency, FRAME, self._sent))
            self._sent += FRAME
        self._news.set()

    def _over(self, end: CallEnd) -> None:
        self.ended_at = time.monotonic()
        if not self.ended.done():
            self.ended.set_result(end)


@contextlib.asynccontextmanager
async def calling(
    edge: tuple[str, int], user: str = "echo", display_name: str = "", has_audio: bool = True
) -> AsyncIterator[Caller]:
    """A caller who is through, and who hangs up at the end; without audio he sends no packet."""
    agent, clock = UserAgent(), MediaClock()
    await agent.listen("127.0.0.1", 0)
    clock.start()
    caller = Caller(agent, clock)
    try:
        await caller.dial(edge, user, display_name, has_audio)
        yield caller
    finally:
        if not caller.ended.done():
            caller.call.bye()
        caller.close()
        await agent.close()
        await clock.stop()
