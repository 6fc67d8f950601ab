"""A pair of UDP ports for one call: an even one for RTP, the odd one above it for RTCP."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
from dataclasses import dataclass

from voice.errors import VoiceError

RANDOM_TRIES = 64
_LOW_DELAY = 0xB8
"""DSCP EF (RFC 4594) in the traffic class octet."""


class NoFreePort(VoiceError):
    """Every port of the range is in use."""


@dataclass(frozen=True)
class PortPair:
    """Two bound sockets; whoever uses them closes them."""

    rtp: socket.socket
    rtcp: socket.socket

    @property
    def port(self) -> int:
        """The even port."""
        number: int = self.rtp.getsockname()[1]
        return number

    def close(self) -> None:
        """Give both ports back."""
        self.rtp.close()
        self.rtcp.close()


def open_port_pair(host: str, lowest: int, highest: int) -> PortPair:
    """Bind a random even port and the next; raises NoFreePort when none is left."""
    pairs = even_ports(lowest, highest)
    if pairs:
        tries = [secrets.choice(pairs) for _ in range(RANDOM_TRIES)]
        for port in (*tries, *pairs):
            with contextlib.suppress(OSError):
                return _bind_pair(host, port)
    raise NoFreePort(f"rtp.port_min..port_max: no free pair of ports in {lowest}..{highest}")


def free_pairs(host: str, lowest: int, highest: int, enough: int) -> int:
    """How many pairs of the range can be bound now, counted up to `enough`."""
    free = 0
    for port in even_ports(lowest, highest):
        if free == enough:
            break
        with contextlib.suppress(OSError):
            _bind_pair(host, port).close()
            free += 1
    return free


def even_ports(lowest: int, highest: int) -> range:
    """The even ports whose pair lies in the range."""
    return range(lowest + lowest % 2, highest, 2)


def _bind_pair(host: str, port: int) -> PortPair:
    rtp = _bind(host, port)
    try:
        return PortPair(rtp, _bind(host, port + 1))
    except OSError:
        rtp.close()
        raise


def _bind(host: str, port: int) -> socket.socket:
    six = ipaddress.ip_address(host).version == 6
    bound = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    with contextlib.suppress(OSError):
        if six:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _LOW_DELAY)
        else:
            bound.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _LOW_DELAY)
    return bound
