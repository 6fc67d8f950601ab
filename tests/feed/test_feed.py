"""The feed: no event is lost while the reader is away, no publisher ever waits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallStarted,
    PartialTranscript,
    from_json,
)
from voice.feed import (
    EventFeed,
    FeedError,
    FeedFrame,
    FeedPeer,
    FeedServer,
    FeedSound,
    Listen,
    SoundCount,
    SoundFeed,
)
from voice.feed.frames import FeedDecoder, encode
from voice.unix_sockets import SocketError

FRAMES: list[FeedFrame] = [
    '{"event": "CallAnswered"}',
    FeedSound("c1", 7, b"\x01\x00" * 640),
    SoundCount("c1", 100, 2, 1),
    Listen("c1", True, "ana"),
]


def event(kind: type[CallEvent], sequence: int, **values: object) -> CallEvent:
    return kind(call_id="c1", sequence=sequence, ms=sequence, wall_time=1.0, **values)


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


class Reader:
    def __init__(self, path: Path) -> None:
        self.frames: list[FeedFrame] = []
        self.peers: list[FeedPeer] = []
        self.server = FeedServer(
            path, lambda _, frame: self.frames.append(frame), self.peers.append
        )

    @property
    def sequences(self) -> list[int]:
        return [from_json(frame).sequence for frame in self.frames if isinstance(frame, str)]


def test_every_frame_comes_back_in_any_pieces() -> None:
    data = b"".join(map(encode, FRAMES))
    for size in (1, 3, 100, len(data)):
        decoder = FeedDecoder()
        found = [
            frame
            for start in range(0, len(data), size)
            for frame in decoder.feed(data[start : start + size])
        ]
        assert found == FRAMES


@given(st.binary(max_size=60))
def test_garbage_is_an_error_of_its_own_kind(data: bytes) -> None:
    with contextlib.suppress(FeedError):
        list(FeedDecoder().feed(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\x09\x00\x00\x00\x00",
        b"\x01\xff\xff\xff\xff",
        b"\x03\x00\x00\x00\x02{}",
        b"\x02\0\0\0\x01x",
    ],
)
def test_damaged_frames_are_refused(data: bytes) -> None:
    with pytest.raises(FeedError):
        list(FeedDecoder().feed(data))


async def test_events_reach_a_reader_that_comes_late_or_again(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    feed = EventFeed(path)
    feed.start()
    feed(event(CallStarted, 0, caller_number=None, called="1"))
    first = Reader(path)
    async with first.server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await until(lambda: first.sequences == [0])
        feed(event(CallAnswered, 1))
        await until(lambda: first.sequences == [0, 1])
    feed(event(CallEnded, 2, reason="over", by="caller"))
    second = Reader(path)
    async with second.server:
        await until(lambda: second.sequences == [0, 1, 2])
    await feed.close()


async def test_what_is_only_shown_in_passing_is_not_told_to_who_comes_later(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    feed = EventFeed(path)
    feed.start()
    first = Reader(path)
    async with first.server:
        feed(event(CallAnswered, 0))
        await until(lambda: first.sequences == [0])
        feed(event(PartialTranscript, 1, text="what", passing=True))
        feed(event(PartialTranscript, 1, text="what is my plan"))
        await until(lambda: first.sequences == [0, 1, 1])
    second = Reader(path)
    async with second.server:
        await until(lambda: second.sequences == [0, 1])
    await feed.close()


async def test_a_reader_that_does_not_read_costs_no_event(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    connected = asyncio.Event()
    unread: list[asyncio.StreamWriter] = []

    def never_read(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(writer.transport, asyncio.ReadTransport)
        writer.transport.pause_reading()
        unread.append(writer)
        connected.set()

    stuck = await asyncio.start_unix_server(never_read, path)
    feed = EventFeed(path)
    feed.start()
    await asyncio.wait_for(connected.wait(), 5)
    for sequence in range(3000):
        feed(event(CallStarted, sequence, caller_number=None, called="x" * 3000))
    stuck.close()
    path.unlink()
    reader = Reader(path)
    async with reader.server:
        await until(lambda: len(reader.sequences) >= 3000, 20)
        assert sorted(set(reader.sequences)) == list(range(3000))
    await feed.close()
    for writer in unread:
        writer.transport.abort()


async def test_sound_is_dropped_and_shows_as_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    feed, reader = SoundFeed(path), Reader(path)
    feed.start()
    async with reader.server:
        await until(lambda: bool(reader.peers))
        reader.server.tell(Listen("c1", True))
        await until(lambda: "c1" in feed.listened)
        for _ in range(1000):
            feed.sound("c1", bytes(1280))  # far more than may wait
        await asyncio.sleep(0.2)
        feed.sound("c1", bytes(1280))
        await until(
            lambda: any(isinstance(f, FeedSound) and f.number == 1000 for f in reader.frames)
        )
        assert len(reader.frames) < 1000
        reader.server.tell(Listen("c1", False))
        await until(lambda: not feed.listened)
    await feed.close()


async def test_a_publisher_that_sends_garbage_is_disconnected(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    reader = Reader(path)
    async with reader.server:
        bad, good = [await asyncio.open_unix_connection(path) for _ in range(2)]
        bad[1].write(os.urandom(10) + b"\xff" * 100)
        good[1].write(encode(FRAMES[0]))
        assert await asyncio.wait_for(bad[0].read(), 5) == b""
        await until(lambda: reader.frames == [FRAMES[0]])
        for connection in (bad, good):
            connection[1].close()


async def test_one_socket_has_one_reader(tmp_path: Path) -> None:
    path = tmp_path / "feed.sock"
    async with Reader(path).server:
        with pytest.raises(
            SocketError, match=r"^runtime\.directory: .* another process listens there"
        ):
            await Reader(path).server.__aenter__()
    (tmp_path / "file").write_text("x")
    with pytest.raises(SocketError, match="not a socket"):
        await Reader(tmp_path / "file").server.__aenter__()
