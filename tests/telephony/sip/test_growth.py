"""The work that text from outside makes grows no faster than the text, whoever sends it."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from tests.telephony.sip.entry_points import ENTRY_POINTS
from tests.telephony.sip.hand_written import message
from tests.telephony.sip.hostile_shapes import Shape, grows_too_fast, shapes
from tests.telephony.sip.virtual_network import Network, Peer, run_virtual, seeded
from voice.telephony.edge.info_keys import key_in_info
from voice.telephony.rtp import RtpPacket, RtpSession, RtpTarget
from voice.telephony.sip import (
    AccessPolicy,
    CallHandlers,
    Credentials,
    IncomingCall,
    LocalMedia,
    PeerTrunk,
    SessionDescription,
    SipSyntaxError,
    UserAgent,
    answer_offer,
    make_offer,
    printable,
)
from voice.telephony.sip.addresses import NameAddress, Uri, Via
from voice.telephony.sip.digest import parse_digest
from voice.telephony.sip.grammar import parameters, quote, split, unquote

US, THEM = ("127.0.0.1", 5060), ("127.0.0.1", 5070)
HERE = LocalMedia("127.0.0.1", 5000)
EVERYBODY = PeerTrunk("all", ["127.0.0.0/8"], trusted=True)
POLICIES = {
    "admitted": AccessPolicy([EVERYBODY]),
    "challenged": AccessPolicy(users={"alice": "secret"}),
    "forbidden": AccessPolicy([PeerTrunk("other", ["192.0.2.0/24"])]),
}


async def receiver(name: str) -> tuple[UserAgent, dict[str, str]]:
    """An agent in the state that the entry point needs, and what stands for `{...}`."""
    network = Network()
    peer = Peer(network, THEM)
    calls: list[IncomingCall] = []

    def described(offer: SessionDescription | None) -> bytes:
        return answer_offer(offer, HERE).sdp if offer else make_offer(HERE)

    def on_info(kind: str, body: bytes) -> None:
        key_in_info(kind, body)

    def on_call(call: IncomingCall) -> None:
        calls.append(call)
        call.handlers = CallHandlers(on_offer=described, on_info=on_info)
        call.answer(described(call.offer))

    agent = UserAgent(on_call, policy=POLICIES.get(name, POLICIES["admitted"]), random=seeded(1))
    agent.attach(network.port(US, agent.receive))
    if name == "calling":
        agent.invite("sip:b@127.0.0.1:5070", b"", credentials=Credentials("a", "b"))
        await asyncio.sleep(0.1)
        lines = (line.partition(": ") for line in peer.got[0].split("\r\n") if ": " in line)
        return agent, {key: value for key, _, value in lines}
    if name == "in a call":
        peer.send(message(), US)
        await asyncio.sleep(0.1)
        tag = calls[0].dialog.local_tag
        peer.send(message("ACK", branch="z9hG4bK2", to_tag=f";tag={tag}"), US)
        await asyncio.sleep(0.1)
        return agent, {"tag": tag}
    return agent, {}


Work = Callable[[Shape, int], Awaitable[Callable[[], object]]]


async def faults_of(work: Work, tried: dict[str, Shape]) -> dict[str, str]:
    """What grows too fast, by the name of the shape."""
    faults = {name: await grows_too_fast(partial(work, shape)) for name, shape in tried.items()}
    return {name: fault for name, fault in faults.items() if fault}


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_twice_the_datagram_is_at_most_two_and_a_half_times_the_work(name: str) -> None:
    entry = ENTRY_POINTS[name]

    async def work(shape: Shape, size: int) -> Callable[[], object]:
        agent, known = await receiver(entry.receiver)
        text = entry.place(shape(size))
        for key, value in known.items():
            text = text.replace(f"{{{key}}}", value)
        datagram = text.encode("utf-8", "surrogateescape")[:65_507]
        return lambda: agent.receive(datagram, THEM)

    tried = shapes(repeated=entry.repeated, numbered=entry.numbered)
    assert run_virtual(partial(faults_of, work, tried)) == {}


READERS: dict[str, Callable[[str], object]] = {
    "URI": Uri.parse,
    "URI's user": lambda text: Uri.parse(f"sip:{text}@h"),
    "URI's parameters": lambda text: Uri.parse(f"sip:a@h;{text}"),
    "tel URI": lambda text: Uri.parse(f"tel:{text}"),
    "address": NameAddress.parse,
    "address's name": lambda text: NameAddress.parse(f"{text}<sip:a@h>"),
    "address's quoted name": lambda text: NameAddress.parse(f'"{text}" <sip:a@h>'),
    "address's parameters": lambda text: NameAddress.parse(f"<sip:a@h>{text}"),
    "Via": Via.parse,
    "Via's parameters": lambda text: Via.parse(f"SIP/2.0/UDP h{text}"),
    "digest": lambda text: parse_digest(f"Digest {text}"),
    "digest's value": lambda text: parse_digest(f'Digest a="{text}"'),
    "list": lambda text: split(text, ","),
    "parameters": parameters,
    "quoted": lambda text: unquote(f'"{text}"'),
    "quote": quote,
    "printable": printable,
    "keys": lambda text: key_in_info("application/dtmf-relay", text.encode()),
    "session description": lambda text: SessionDescription.parse(text.encode()),
}


@pytest.mark.parametrize("name", READERS)
def test_twice_the_text_is_at_most_two_and_a_half_times_the_work_of_its_reader(name: str) -> None:
    def read(text: str) -> None:
        with contextlib.suppress(SipSyntaxError):
            READERS[name](text)

    async def work(shape: Shape, size: int) -> Callable[[], object]:
        return partial(read, shape(size))

    assert run_virtual(partial(faults_of, work, shapes())) == {}


PEER = ("127.0.0.1", 4000)


def listening() -> RtpSession:
    """An RTP session that hears the peer; its jitter buffer is read by hand."""
    session = RtpSession(now=lambda: 0.0)
    session.direct(RtpTarget(*PEER, codec="PCMU", payload_type=0, dtmf_payload_type=101))
    return session


def rtp(kind: int = 0, sequence: int = 0, payload: bytes = b"\xff" * 160, ssrc: int = 1) -> bytes:
    return bytes(RtpPacket(kind, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, ssrc, payload))


PACKETS: dict[str, Callable[[int], bytes]] = {
    "sound": lambda size: rtp(payload=b"x" * size),
    "key": lambda size: rtp(101, payload=b"x" * size),
    "comfort noise": lambda size: rtp(13, payload=b"x" * size),
    "extension": lambda size: b"\x90" + rtp()[1:] + struct.pack("!HH", 0, size // 4) + b"x" * size,
    "extension cut off": lambda size: b"\x90" + rtp()[1:] + b"\0\0\xff\xff" + b"x" * size,
    "sources cut off": lambda size: b"\x8f" + rtp()[1:20] + b"\x01" * (size % 7),
    "padding": lambda size: b"\xa0" + rtp()[1:] + b"\x01" * size,
    "no header": lambda size: b"\x80" * (size % 12),
    "RTCP": lambda size: struct.pack("!BBHI", 0x80, 201, 1, 1) * (size // 8),
    "RTCP cut off": lambda size: struct.pack("!BBH", 0x80, 200, 0xFFFF) + b"x" * size,
    "RTCP of nothing": lambda size: struct.pack("!BBH", 0x80, 201, 0) * (size // 4),
}


@pytest.mark.parametrize("name", PACKETS)
def test_twice_the_packet_is_at_most_two_and_a_half_times_the_work(name: str) -> None:
    async def work(make: Shape, size: int) -> Callable[[], object]:
        session, data = listening(), PACKETS[name](size)
        return lambda: session.datagram_received(data, PEER)

    assert run_virtual(partial(faults_of, work, {name: str})) == {}


ORDERS: dict[str, Callable[[int], tuple[bytes, tuple[str, int]]]] = {
    "in order": lambda n: (rtp(sequence=n), PEER),
    "with gaps": lambda n: (rtp(sequence=3 * n), PEER),
    "backwards": lambda n: (rtp(sequence=-n), PEER),
    "at random": lambda n: (rtp(sequence=n * 40503), PEER),
    "the same again": lambda n: (rtp(), PEER),
    "no sound": lambda n: (rtp(payload=b"", sequence=n), PEER),
    "comfort noise": lambda n: (rtp(13, 2 * n), PEER),
    "keys": lambda n: (rtp(101, n, struct.pack("!BBH", n % 12, 10, 160)), PEER),
    "many SSRCs": lambda n: (rtp(sequence=n, ssrc=n), PEER),
    "two SSRCs": lambda n: (rtp(sequence=n, ssrc=n % 2), PEER),
    "many ports": lambda n: (rtp(sequence=n), (PEER[0], 4000 + n)),
    "many strangers": lambda n: (rtp(sequence=n), (f"10.0.{n >> 8 & 255}.{n & 255}", 4000)),
    "RTCP": lambda n: (struct.pack("!BBHI", 0x80, 201, 1, 1), PEER),
}


@pytest.mark.parametrize("name", ORDERS)
def test_twice_the_packets_are_at_most_two_and_a_half_times_the_work(name: str) -> None:
    async def work(_: Shape, size: int) -> Callable[[], object]:
        session, packets = listening(), [ORDERS[name](n) for n in range(size // 20)]

        def receive() -> None:
            for data, source in packets:
                session.datagram_received(data, source)
            session.jitter.get()
            session.jitter.take_events()

        return receive

    assert run_virtual(partial(faults_of, work, {name: str})) == {}


def test_work_that_grows_with_the_square_is_seen() -> None:
    async def work(shape: Shape, size: int) -> Callable[[], object]:
        text = shape(size // 20)
        return lambda: [text.count(text[: n + 1]) for n in range(len(text))]

    found = run_virtual(partial(faults_of, work, {"'a'": shapes()["'a'"]}))
    assert "over two doublings" in found["'a'"]
