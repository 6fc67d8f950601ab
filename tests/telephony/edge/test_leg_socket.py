"""The leg socket: framing, control messages, and what bad ones lead to."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Cancelled,
    CancelTransfer,
    Dtmf,
    Duck,
    Flush,
    HangUp,
    Leg,
    LegEnded,
    LegError,
    LegFailed,
    LegMessage,
    LegServer,
    MuteRecording,
    Offer,
    Played,
    Record,
    Recording,
    Reject,
    StopRecording,
    Transfer,
    TransferProgress,
    TransferResult,
    connect_leg,
)
from voice.telephony.leg_control import decode_control, encode_control
from voice.telephony.leg_frames import FrameDecoder, LegId, encode

OFFER = Offer(
    call_id="c1",
    caller_number="35312345",
    caller_display='Ann "O\'Neill" \N{SNOWMAN}',
    called="bot",
    sample_rate=8000,
    identity="unknown",
)
MESSAGES: list[LegMessage] = [
    LegId(bytes(range(16))),
    OFFER,
    Answer(),
    Answered(),
    Dtmf("#"),
    Played(samples=160, dropped=3, flushed=True),
    Reject(status=486, reason="busy", retry_after=None),
    Flush(),
    Duck(gain_db=-12.0),
    Record(path="c1/call.flac"),
    Recording(on=True),
    StopRecording(),
    MuteRecording(on=True),
    Transfer(target="sip:person@192.0.2.1"),
    TransferProgress(status=180, bridged=True),
    TransferResult(ok=False, reason="404"),
    CancelTransfer(),
    HangUp(reason="done"),
    LegFailed("broken"),
    LegEnded(),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_message_reads_back(message: LegMessage) -> None:
    assert list(FrameDecoder().feed(encode(message))) == [message]


def test_frames_have_the_kinds_of_audiosocket() -> None:
    pcm = np.array([1, -2], np.int16)
    assert encode(Audio(pcm, 8000)) == b"\x10\x00\x04\x01\x00\xfe\xff"
    assert encode(Audio(pcm, 16000))[0] == 0x12
    assert encode(Dtmf("5")) == b"\x03\x00\x015"
    assert encode(LegEnded()) == b"\x00\x00\x00"
    assert encode(Answer())[0] == 0x40
    assert encode(LegFailed("no")) == b"\xff\x00\x02no"


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_cuts_in_the_stream_do_not_matter(cuts: list[int]) -> None:
    stream = b"".join(map(encode, MESSAGES))
    decoder, start = FrameDecoder(), 0
    received: list[LegMessage] = []
    for cut in [*cuts, len(stream)]:
        received += decoder.feed(stream[start : start + cut])
        start += cut
    assert received == MESSAGES


@pytest.mark.parametrize(
    "data",
    [
        b"\x77\x00\x00",  # unknown kind
        b"\x10\x00\x03abc",  # half a sample
        b"\x10\xff\xfe",  # four seconds in one frame
        b"\x12\x40\x00",
        b"\x40\x10\x01",  # control beyond 4 KiB, refused before it is read
        b"\x03\x00\x02ab",
        b"\x03\x00\x01z",
        b"\x00\x00\x01x",
        b"\x01\x00\x04abcd",
        b"\xff\xff\xff",
    ],
)
def test_bad_frame_is_refused(data: bytes) -> None:
    with pytest.raises(LegError):
        list(FrameDecoder().feed(data))


@pytest.mark.parametrize(
    "values",
    [
        {"type": "explode"},
        {"type": ["ring"]},
        {},
        {"type": "ring", "loud": True},
        {"type": "mute_recording"},
        {"type": "mute_recording", "on": 1},
        {"type": "played", "samples": True},
        {"type": "played", "samples": "9"},
        {"type": "transfer", "target": None},
        {"type": "control"},
        [],
        "ring",
        None,
    ],
)
def test_bad_control_is_refused(values: object) -> None:
    with pytest.raises(LegError):
        decode_control(json.dumps(values).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_messages_or_a_leg_error(data: bytes) -> None:
    with contextlib.suppress(LegError):
        list(FrameDecoder().feed(data))
    with contextlib.suppress(LegError):
        decode_control(data)


def test_nested_json_is_refused_without_exhausting_the_stack() -> None:
    with pytest.raises(LegError):
        decode_control(b"[" * 4000)


def test_too_long_control_is_not_sent() -> None:
    with pytest.raises(LegError, match="too long"):
        encode_control(Transfer(target="x" * 5000))


# The connection


class Peer:
    """A server that keeps its legs and what they said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.legs: asyncio.Queue[tuple[Leg, Offer]] = asyncio.Queue()
        self.received: asyncio.Queue[LegMessage | None] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()

    async def on_leg(self, leg: Leg, offer: Offer) -> None:
        self.legs.put_nowait((leg, offer))
        await self.reading.wait()
        async for message in leg:
            self.received.put_nowait(message)
            if isinstance(message, Dtmf):
                raise RuntimeError("this call fails")
        self.received.put_nowait(None)


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[Peer]:
    peer = Peer(tmp_path / "calls-0.sock")
    async with LegServer(peer.path, peer.on_leg):
        yield peer


async def test_socket_is_for_its_user_only(peer: Peer) -> None:
    assert peer.path.stat().st_mode & 0o777 == 0o600


async def test_leg_carries_messages_both_ways_and_ends(peer: Peer) -> None:
    ours = await connect_leg(peer.path, OFFER)
    theirs, offer = await peer.legs.get()
    assert offer == OFFER and theirs.leg_id == ours.leg_id and len(ours.leg_id) == 16
    theirs.send(Answer())
    assert await ours.receive() == Answer()
    ours.send(Answered())
    ours.end()
    assert [await peer.received.get() for _ in range(3)] == [Answered(), LegEnded(), None]
    assert theirs.ended_well
    assert await ours.receive() is None


async def test_a_good_end_is_read_by_a_side_that_still_speaks(peer: Peer) -> None:
    ours = await connect_leg(peer.path, OFFER)
    theirs, _ = await peer.legs.get()
    ours.end()
    asyncio.get_running_loop().call_soon(theirs.send, Answer())
    assert await peer.received.get() == LegEnded()
    assert theirs.ended_well


async def test_lost_connection_is_told_from_a_good_end(peer: Peer) -> None:
    ours = await connect_leg(peer.path, OFFER)
    theirs, _ = await peer.legs.get()
    ours.abort()
    assert await peer.received.get() is None
    assert not theirs.ended_well
    theirs.send(Answer())  # nobody there: no error


async def test_failing_handler_ends_its_own_leg_only(peer: Peer) -> None:
    failing, healthy = await connect_leg(peer.path, OFFER), await connect_leg(peer.path, OFFER)
    failing.send(Dtmf("1"))
    messages = [message async for message in failing]
    assert messages == [LegFailed("the call process failed")] and not failing.ended_well
    healthy.send(Answered())
    assert await peer.received.get() == Dtmf("1")
    assert await peer.received.get() == Answered()


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        encode(OFFER),
        encode(LegId(bytes(16))) + encode(Answer()),
        struct.pack("!BH", 0x40, 4097),
        b"",
    ],
)
async def test_connection_that_does_not_introduce_itself_is_closed(
    peer: Peer, beginning: bytes
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(peer.path))
    writer.write(beginning)
    writer.write_eof()
    await asyncio.wait_for(reader.read(), 2)
    writer.close()
    assert peer.legs.empty()
    await connect_leg(peer.path, OFFER)
    assert (await asyncio.wait_for(peer.legs.get(), 2))[1] == OFFER


@pytest.mark.parametrize("turns_of_the_loop", [1, 2, 3])
async def test_a_connection_that_has_offered_nothing_yet_is_closed_with_the_server(
    tmp_path: Path, turns_of_the_loop: int
) -> None:
    async def on_leg(leg: Leg, offer: Offer) -> None:
        raise AssertionError(offer)

    async with LegServer(tmp_path / "leg.sock", on_leg):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "leg.sock")
        for _ in range(turns_of_the_loop):
            await asyncio.sleep(0)
    async with asyncio.timeout(1):
        assert await reader.read() == b""
    writer.close()


async def test_an_offer_that_was_withdrawn_before_it_was_read_is_no_call(peer: Peer) -> None:
    _, writer = await asyncio.open_unix_connection(str(peer.path))
    offered = encode(LegId(bytes(16))) + encode(OFFER)
    writer.write(offered + encode(Cancelled()) + encode(LegEnded()))
    await writer.drain()
    await connect_leg(peer.path, dataclasses.replace(OFFER, call_id="the next"))
    assert (await asyncio.wait_for(peer.legs.get(), 2))[1].call_id == "the next"
    assert peer.legs.empty()
    writer.close()


async def test_garbage_after_the_offer_ends_the_leg(peer: Peer) -> None:
    reader, writer = await asyncio.open_unix_connection(str(peer.path))
    writer.write(encode(LegId(bytes(16))) + encode(OFFER) + b"\x99garbage")
    data = await asyncio.wait_for(reader.read(), 2)
    assert data[0] == 0xFF and b"unknown frame kind" in data
    writer.close()
    assert await peer.received.get() is None


async def test_reader_that_stands_still_costs_audio_but_no_memory(peer: Peer) -> None:
    peer.reading.clear()
    ours = await connect_leg(peer.path, OFFER)
    frame = Audio(np.zeros(160, np.int16), 8000)
    for _ in range(200):
        for _ in range(50):
            ours.send(frame)
        await asyncio.sleep(0)
    assert ours.audio_dropped > 5000 and not ours.closed
    peer.reading.set()
    ours.end()
    assert await asyncio.wait_for(_last(peer), 5) > 100


async def _last(peer: Peer) -> int:
    count = 0
    while await peer.received.get() is not None:
        count += 1
    return count


async def test_nobody_listening_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LegError, match=r"none\.sock"):
        await connect_leg(tmp_path / "none.sock", OFFER)


async def test_socket_of_a_dead_process_is_replaced_and_of_a_live_one_is_not(
    peer: Peer, tmp_path: Path
) -> None:
    with pytest.raises(LegError, match="another process"):
        async with LegServer(peer.path, peer.on_leg):
            pass
    dead = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(dead))
    async with LegServer(dead, peer.on_leg):
        (await connect_leg(dead, OFFER)).close()
        assert await peer.received.get() is None
    (tmp_path / "file").write_text("precious")
    with pytest.raises(LegError, match="not a socket"):
        async with LegServer(tmp_path / "file", peer.on_leg):
            pass
