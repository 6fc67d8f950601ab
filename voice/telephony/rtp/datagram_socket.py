"""A UDP socket on the event loop that knows how long each datagram waited to be read."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable

Address = tuple[str, int]
OnDatagram = Callable[[bytes, Address, float], None]
"""Data, sender, and the seconds that the datagram waited in the kernel."""

DATAGRAM_BYTES = 4096
"""What is longer is cut off; 20 ms of G.711 are 172 bytes."""
READ_AT_ONCE = 32
"""The loop's other work comes in between."""
LONGEST_WAIT_SECONDS = 5.0

_SO_TIMESTAMPNS = 35
"""Linux: ask for the kernel's receive time with each datagram."""
_TIMESPEC = struct.Struct("qq")


class DatagramSocket:
    """Takes a bound, non-blocking socket over; `close` closes it.

    By the kernel's receive times a stall of this process is not taken for one of the line.
    """

    def __init__(self, bound: socket.socket, on_datagram: OnDatagram) -> None:
        self._socket = bound
        self._on_datagram = on_datagram
        self._loop = asyncio.get_running_loop()
        self.closed = False
        with contextlib.suppress(OSError):  # no such times here: nothing is known to have waited
            bound.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._loop.add_reader(bound, self._read)

    def send(self, data: bytes, address: Address) -> None:
        """Send now; what the kernel does not take is lost, as on any wire."""
        with contextlib.suppress(OSError):
            self._socket.sendto(data, address)

    def close(self) -> None:
        """Give the port back; closing again does nothing."""
        if not self.closed:
            self.closed = True
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _read(self) -> None:
        for _ in range(READ_AT_ONCE):
            if self.closed:
                return
            try:
                data, ancillary, _flags, source = self._socket.recvmsg(DATAGRAM_BYTES, 64)
            except OSError:
                return
            self._on_datagram(data, source[:2], _waited(ancillary))


def _waited(ancillary: list[tuple[int, int, bytes]]) -> float:
    """Seconds since the kernel received it; 0 where the system does not say."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(data) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            waited: float = time.time() - (seconds + nanoseconds / 1e9)
            return min(max(0.0, waited), LONGEST_WAIT_SECONDS)
    return 0.0
