"""A telephone that answers and says prepared things, for tests of the caller without a service."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

import numpy as np

from voice.audio import Pcm
from voice.evaluation.callers.phone_audio import PhoneAudio
from voice.evaluation.latency import HeardPacket
from voice.telephony.sip import IncomingCall, LocalMedia, UserAgent, answer_offer

QUIET_FRAMES = 25


def voiced(seconds: float, pitch_hz: float = 130.0) -> Pcm:
    """A buzz that voice-activity detection takes for speech."""
    time = np.arange(int(8000 * seconds)) / 8000
    harmonics = sum(np.sin(2 * np.pi * pitch_hz * k * time) / k for k in range(1, 12))
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    return (harmonics * syllables * 5000).astype(np.int16)


class AnsweringPeer:
    """Answers one call, greets, and says the next prepared thing after each time the caller spoke.

    It hangs up after the last one when `hangs_up` is set.
    """

    def __init__(self, lines: list[Pcm], hangs_up: bool = False) -> None:
        self._lines = lines
        self._hangs_up = hangs_up
        self._agent = UserAgent(self._on_call)
        self._audio: PhoneAudio | None = None
        self._call: IncomingCall | None = None
        self._talk: asyncio.Task[None] | None = None
        self._caller_spoke = asyncio.Event()
        self._quiet_frames = 0
        self._loud_frames = 0
        self.caller_audio: list[Pcm] = []

    async def __aenter__(self) -> Self:
        await self._agent.listen("127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._talk is not None:
            self._talk.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._talk
        if self._audio is not None:
            await self._audio.close()
        await self._agent.close()

    @property
    def uri(self) -> str:
        host, port = self._agent.address
        return f"sip:assistant@{host}:{port}"

    def _on_call(self, call: IncomingCall) -> None:
        self._call = call
        self._audio = PhoneAudio(self._on_audio)
        local = LocalMedia("127.0.0.1", self._audio.port, session_id=1, version=1)
        assert call.offer is not None
        agreement = answer_offer(call.offer, local)
        call.answer(agreement.sdp)
        self._audio.start(agreement)
        self._talk = asyncio.create_task(self._say_all())

    async def _say_all(self) -> None:
        assert self._audio is not None and self._call is not None
        for line in self._lines:
            await self._audio.speak(line)
            self._caller_spoke.clear()
            await self._caller_spoke.wait()
        if self._hangs_up:
            self._call.bye()

    def _on_audio(self, packet: HeardPacket, pcm: Pcm) -> None:
        self.caller_audio.append(pcm)
        if packet.level_dbfs > -45:
            self._loud_frames += 1
            self._quiet_frames = 0
        elif self._loud_frames > 5:
            self._quiet_frames += 1
            if self._quiet_frames == QUIET_FRAMES:
                self._loud_frames = 0
                self._caller_spoke.set()
