"""Framing on the feed: kind (one byte), length (four bytes, big endian), payload."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum

from voice.errors import VoiceError

MAX_BYTES = 1_000_000
_HEADER = struct.Struct("!BI")
_SOUND = struct.Struct("!II")
_CALL_ID_BYTES = 120


class FeedError(VoiceError):
    """The other side of the feed sent what it must not send."""


class FeedKind(IntEnum):
    """The first byte of a frame."""

    EVENT = 1
    """One line of JSON as in events.jsonl."""
    SOUND = 2
    COUNT = 3
    LISTEN = 4
    WATCH = 5


@dataclass(frozen=True)
class FeedSound:
    """What was received from the caller and sent to them, since the last frame."""

    call_id: str
    number: int
    """Counts the frames of this call from 0; a gap is sound that was dropped."""
    stereo: bytes
    """int16, little endian, interleaved: caller left, assistant right."""


@dataclass(frozen=True)
class SoundCount:
    """How well the caller's packets arrive; counts since the call began."""

    call_id: str
    received: int
    lost: int
    late: int


@dataclass(frozen=True)
class Listen:
    """To the edge: begin (or no longer) to send a call's sound. To a call process: who listens."""

    call_id: str
    on: bool
    supervisor: str = ""


@dataclass(frozen=True)
class Watch:
    """To a call process: a page shows the call, or none does any longer."""

    call_id: str
    on: bool


FeedFrame = str | FeedSound | SoundCount | Listen | Watch
"""An event as its line of JSON, or one of the above."""


def encode(frame: FeedFrame) -> bytes:
    """The frame's bytes."""
    match frame:
        case str():
            return _framed(FeedKind.EVENT, frame.encode(errors="backslashreplace"))
        case FeedSound(call_id, number, stereo):
            name = call_id.encode()[:_CALL_ID_BYTES]
            return _framed(FeedKind.SOUND, _SOUND.pack(len(name), number) + name + stereo)
        case SoundCount():
            return _framed(FeedKind.COUNT, json.dumps(asdict(frame)).encode())
        case Listen():
            return _framed(FeedKind.LISTEN, json.dumps(asdict(frame)).encode())
        case Watch():
            return _framed(FeedKind.WATCH, json.dumps(asdict(frame)).encode())


def _framed(kind: FeedKind, payload: bytes) -> bytes:
    if len(payload) > MAX_BYTES:
        raise FeedError(f"feed: a frame of {len(payload)} bytes is too long")
    return _HEADER.pack(kind, len(payload)) + payload


class FeedDecoder:
    """Turns a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[FeedFrame]:
        """Each frame that is complete by now; raises FeedError at the first bad one."""
        self._buffer += data
        start = 0
        try:
            while len(self._buffer) - start >= _HEADER.size:
                kind, length = _HEADER.unpack_from(self._buffer, start)
                if length > MAX_BYTES:
                    raise FeedError(f"feed: a frame of {length} bytes")
                begin = start + _HEADER.size
                if len(self._buffer) < begin + length:
                    break
                start = begin + length
                yield _frame(kind, bytes(self._buffer[begin:start]))
        finally:
            del self._buffer[:start]


def _frame(kind: int, payload: bytes) -> FeedFrame:
    try:
        match kind:
            case FeedKind.EVENT:
                return payload.decode()
            case FeedKind.SOUND:
                length, number = _SOUND.unpack_from(payload)
                name = payload[_SOUND.size : _SOUND.size + length]
                return FeedSound(name.decode(), number, payload[_SOUND.size + length :])
            case FeedKind.COUNT:
                return SoundCount(**json.loads(payload))
            case FeedKind.LISTEN:
                return Listen(**json.loads(payload))
            case FeedKind.WATCH:
                return Watch(**json.loads(payload))
    except (ValueError, TypeError, struct.error):
        raise FeedError(f"feed: a damaged frame of kind {kind}") from None
    raise FeedError(f"feed: unknown kind {kind}")
