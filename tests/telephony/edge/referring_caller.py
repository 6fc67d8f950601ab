"""A caller whose own side takes a REFER, or refuses it: SIP written by hand, silent audio."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import cast


class ReferringCaller(asyncio.DatagramProtocol):
    """Keeps what it receives; `refer_status` is what it answers a REFER with (None: nothing)."""

    def __init__(self, edge: tuple[str, int]) -> None:
        self.refer_status: int | None = 202
        self.refer_headers: tuple[str, ...] = ()
        self.got: list[str] = []
        self._edge = edge
        self._cseq = 1
        self._tag = ""
        self._news = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        text = data.decode()
        self.got.append(text)
        if text.startswith("REFER") and self.refer_status is not None:
            self.reply(text, self.refer_status, self.refer_headers)
        elif text.startswith(("BYE", "OPTIONS")):
            self.reply(text, 200)
        self._news.set()

    async def receives(self, start: str, count: int = 1, seconds: float = 10) -> str:
        """The `count`th message that begins so."""
        async with asyncio.timeout(seconds):
            while True:
                found = [text for text in self.got if text.startswith(start)]
                if len(found) >= count:
                    return found[count - 1]
                self._news.clear()
                await self._news.wait()

    async def dial(self) -> None:
        sdp = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            "m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )
        self._send("INVITE", sdp, ["Content-Type: application/sdp"])
        ok = await self.receives("SIP/2.0 200")
        found = re.search(r"^To: .*;tag=([^;\r]+)", ok, re.MULTILINE)
        assert found
        self._tag = found[1]
        self._send("ACK")

    def notify(self, status_line: str, state: str = "active", event: str = "refer") -> None:
        headers = [f"Event: {event}", f"Subscription-State: {state}"]
        self._cseq += 1
        self._send("NOTIFY", status_line, [*headers, "Content-Type: message/sipfrag"])

    def hang_up(self) -> None:
        self._cseq += 1
        self._send("BYE")

    def _send(self, method: str, body: str = "", headers: list[str] | None = None) -> None:
        to = f"<sip:echo@127.0.0.1>{';tag=' + self._tag if self._tag else ''}"
        branch = f"z9hG4bK{method}{self._cseq}"
        lines = [
            f"{method} sip:echo@{self._edge[0]}:{self._edge[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch}",
            "Max-Forwards: 70",
            "From: <sip:+35312345@127.0.0.1>;tag=caller",
            f"To: {to}",
            f"Call-ID: call-of-{self.port}",
            f"CSeq: {self._cseq} {method}",
            f"Contact: <sip:caller@127.0.0.1:{self.port}>",
            *(headers or []),
            f"Content-Length: {len(body)}",
        ]
        self.transport.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._edge)

    def reply(self, request: str, status: int, headers: tuple[str, ...] = ()) -> None:
        copied = [
            line
            for line in request.split("\r\n\r\n")[0].split("\r\n")[1:]
            if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")
        ]
        lines = [f"SIP/2.0 {status} X", *copied, *headers, "Content-Length: 0"]
        self.transport.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), self._edge)


@contextlib.asynccontextmanager
async def referring_caller(edge: tuple[str, int]) -> AsyncIterator[ReferringCaller]:
    loop = asyncio.get_running_loop()
    _, caller = await loop.create_datagram_endpoint(
        lambda: ReferringCaller(edge), local_addr=("127.0.0.1", 0)
    )
    try:
        await caller.dial()
        yield caller
    finally:
        caller.hang_up()
        caller.transport.close()
