"""A network without sockets and an event loop without waiting, for hours of SIP in milliseconds."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from typing import TypeVar

from voice.telephony.sip import Endpoint

LATENCY_SECONDS = 0.005

T = TypeVar("T")
Receive = Callable[[bytes, Endpoint], None]


class _NoWait(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing is left to happen")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only while everybody waits."""

    def __init__(self) -> None:
        self._virtual = _NoWait()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now


class VirtualPort:
    def __init__(self, network: Network, address: Endpoint, receive: Receive) -> None:
        self.address = address
        self.receive = receive
        self._network = network

    def send(self, data: bytes, destination: Endpoint) -> None:
        self._network.carry(data, self.address, destination)

    def close(self) -> None:
        self._network.ports.pop(self.address, None)


class Network:
    """Delivers datagrams; `lose(index, data)` says which are lost."""

    def __init__(self, lose: Callable[[int, bytes], bool] = lambda _i, _d: False) -> None:
        self.ports: dict[Endpoint, VirtualPort] = {}
        self.sent: list[tuple[float, Endpoint, Endpoint, bytes]] = []
        self.lose = lose

    def port(self, address: Endpoint, receive: Receive) -> VirtualPort:
        self.ports[address] = VirtualPort(self, address, receive)
        return self.ports[address]

    def carry(self, data: bytes, source: Endpoint, destination: Endpoint) -> None:
        loop = asyncio.get_running_loop()
        self.sent.append((loop.time(), source, destination, data))
        if not self.lose(len(self.sent) - 1, data):
            loop.call_later(LATENCY_SECONDS, self._deliver, data, source, destination)

    def _deliver(self, data: bytes, source: Endpoint, destination: Endpoint) -> None:
        if destination in self.ports:
            self.ports[destination].receive(data, source)

    def first_lines(self, source: Endpoint | None = None) -> list[str]:
        return [
            data.split(b"\r\n")[0].decode()
            for _, sender, _, data in self.sent
            if source in (None, sender)
        ]


class Peer:
    """The other side, played by hand: sends raw text, keeps what it gets."""

    def __init__(self, network: Network, address: Endpoint) -> None:
        self.got: list[str] = []
        self.address = address
        self.port = network.port(address, lambda data, _: self.got.append(data.decode()))

    def send(self, text: str | bytes, destination: Endpoint) -> None:
        raw = (
            text
            if isinstance(text, bytes)
            else text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        )
        self.port.send(raw, destination)

    @property
    def statuses(self) -> list[int]:
        return [int(text.split()[1]) for text in self.got if text.startswith("SIP/2.0")]


def seeded(seed: int) -> Callable[[int], bytes]:
    return random.Random(seed).randbytes


def run_virtual(scenario: Callable[[], Coroutine[None, None, T]]) -> T:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(scenario())
    finally:
        loop.close()
