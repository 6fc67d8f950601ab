"""The UDP socket: bytes in, bytes out, nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from voice.telephony.sip.addresses import Endpoint

Receive = Callable[[bytes, Endpoint], None]
log = logging.getLogger(__name__)


class DatagramPort(asyncio.DatagramProtocol):
    """A bound UDP socket; what arrives goes to `receive`."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str, port: int, receive: Receive) -> DatagramPort:
        """Bind; raises OSError when the port is in use."""
        loop = asyncio.get_running_loop()
        _, opened = await loop.create_datagram_endpoint(
            lambda: cls(receive), local_addr=(host, port)
        )
        return opened

    @property
    def address(self) -> Endpoint:
        """Where it is bound."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def send(self, data: bytes, destination: Endpoint) -> None:
        """Send one datagram; what the network refuses is lost like any other datagram."""
        if self._transport is None or self._transport.is_closing():
            return
        try:
            self._transport.sendto(data, destination)
        except OSError as error:
            log.warning("a SIP datagram could not be sent: %s", error.strerror)
        except ValueError:  # uvloop's; its text holds the address
            log.warning("a SIP datagram could not be sent: address of the other IP version")

    def close(self) -> None:
        """Free the port."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: Any) -> None:
        """The socket is bound."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """One datagram."""
        self._receive(data, (addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        """An ICMP error; the transactions' timers deal with silence."""
