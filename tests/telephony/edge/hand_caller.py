"""A caller that says only what a test has it say, on real sockets, and a port for its media."""

from __future__ import annotations

import asyncio
import re
from typing import Self

from voice.telephony.sip.datagrams import DatagramPort

Address = tuple[str, int]


class Listener:
    """A bound UDP port that keeps what comes."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.port = await DatagramPort.open("127.0.0.1", 0, self._take)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.port.close()

    async def gets(self, text: bytes = b"", count: int = 1) -> bytes:
        """The `count`th datagram that holds the text, once it has come."""
        async with asyncio.timeout(10):
            while len(found := [data for data in self.got if text in data]) < count:
                self._news.clear()
                await self._news.wait()
        return found[count - 1]

    def _take(self, data: bytes, _source: Address) -> None:
        self.got.append(data)
        self._news.set()


class HandCaller(Listener):
    """Writes its requests by hand."""

    def __init__(self, edge: Address) -> None:
        super().__init__()
        self._edge = edge
        self._cseq = 0
        self._to = ""

    async def asks(self, method: str, media: Listener | None = None) -> bytes:
        """Send a request, with an offer where there is media; its final answer."""
        self._cseq += 1
        self._say(method, self._cseq, media)
        cseq = b"CSeq: %d %s\r\n" % (self._cseq, method.encode())
        answer = await self.gets(cseq)
        while int(answer.split()[1]) < 200:
            answer = await self.gets(cseq, sum(cseq in data for data in self.got) + 1)
        if method == "INVITE" and (to := re.search(rb"\r\nTo: (.*)\r\n", answer)):
            self._to = to[1].decode()
        return answer

    async def is_answered_again(self) -> None:
        """The answer to the latest INVITE was repeated, since no ACK came."""
        cseq = b"CSeq: %d INVITE\r\n" % self._cseq
        finals = [data for data in self.got if cseq in data and data.startswith(b"SIP/2.0 200")]
        await self.gets(finals[-1], len(finals) + 1)

    def acknowledges(self) -> None:
        """Send the ACK to the latest answer."""
        self._say("ACK", self._cseq, None)

    def _say(self, method: str, cseq: int, media: Listener | None) -> None:
        host, port = self.port.address
        body = (
            f"v=0\r\nc=IN IP4 {host}\r\nm=audio {media.port.address[1]} RTP/AVP 0\r\n"
            if media is not None
            else ""
        )
        uri = f"sip:echo@{self._edge[0]}:{self._edge[1]}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{port}{method}{cseq};rport",
            f"From: <sip:+35312345@{host}>;tag=them",
            f"To: {self._to or f'<{uri}>'}",
            f"Call-ID: by-hand-{port}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:them@{host}:{port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.port.send(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._edge)
