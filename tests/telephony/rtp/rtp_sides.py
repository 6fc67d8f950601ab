"""Shared by the tests of a session: a side ticked by hand, and what plays its other side."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
from collections.abc import AsyncIterator
from typing import Any

import numpy as np

from voice.audio import Pcm, encode_ulaw
from voice.telephony.rtp import RtpHandlers, RtpPacket, RtpSession, RtpTarget, open_port_pair
from voice.telephony.rtp.telephone_event import key_packets

TONE = (8000 * np.sin(2 * np.pi * 500 * np.arange(8000) / 8000)).astype(np.int16)


class Side:
    """One end of a call; time is what the test says it is."""

    def __init__(self) -> None:
        self.now = 100.0
        self.heard: list[Pcm] = []
        self.keys: list[str] = []
        self.losses = 0
        self.warnings: list[str] = []
        self.session = RtpSession(
            RtpHandlers(
                lambda heard, _: self.heard.append(heard),
                self.keys.append,
                self._lost,
                on_warning=self.warnings.append,
            ),
            media_timeout=1.0,
            now=lambda: self.now,
        )

    def _lost(self) -> None:
        self.losses += 1

    async def open(self) -> int:
        ports = open_port_pair("127.0.0.1", 20000, 29999)
        await self.session.open(ports)
        return ports.port

    def tick(self, times: int = 1) -> None:
        """Let 20 ms pass, so many times."""
        for _ in range(times):
            self.now += 0.02
            self.session.tick()

    def loud(self, since: int = 0) -> int:
        """Frames with sound among those heard from that one on."""
        return sum(bool(np.abs(frame).max() > 1000) for frame in self.heard[since:])


class Phone:
    """Sends RTP to a side, which hears it without a network in between."""

    def __init__(self, side: Side, host: str = "127.0.0.1", port: int = 9, ssrc: int = 1) -> None:
        self.side = side
        self.address = (host, port)
        self.ssrc = ssrc
        self.sequence = 100
        self.timestamp = 50_000

    def send(self, payload: bytes, kind: int = 0, timestamp: int | None = None) -> None:
        at = self.timestamp if timestamp is None else timestamp
        packet = RtpPacket(kind, self.sequence & 0xFFFF, at & 0xFFFFFFFF, self.ssrc, payload)
        self.sequence += 1
        self.side.session.datagram_received(bytes(packet), self.address)

    def talk(self, frames: int) -> None:
        for number in range(frames):
            start = number % 50 * 160
            self.send(encode_ulaw(TONE[start : start + 160]))
            self.timestamp += 160
            self.side.tick()

    def press(self, digits: str) -> None:
        """Press keys of 100 ms, with as much of a pause after each."""
        for digit in digits:
            for event in key_packets(digit):
                self.send(event.payload, 101)
                self.side.tick()
            self.timestamp += 7 * 160
            self.talk(5)


def target(port: int, codec: str = "PCMU", **changes: Any) -> RtpTarget:
    agreed = RtpTarget("127.0.0.1", port, codec, {"PCMU": 0, "PCMA": 8}[codec], 101)
    return dataclasses.replace(agreed, **changes)


@contextlib.asynccontextmanager
async def wire(host: str = "127.0.0.1") -> AsyncIterator[tuple[socket.socket, int]]:
    """A bare socket that plays the other side."""
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind((host, 0))
    other.setblocking(False)
    with other:
        yield other, other.getsockname()[1]


async def packet_from(sock: socket.socket) -> RtpPacket:
    data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 2000), 2)
    return RtpPacket.parse(data)


async def deliver() -> None:
    """Let the loop read what lies in the sockets."""
    for _ in range(5):
        await asyncio.sleep(0)
